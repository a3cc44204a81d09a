import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/index.js'
import { objectOf, objectsOf, stringOf, stringsOf } from './values.js'

/** Schemas nest without end through `$ref`; samples do not. */
const MAX_DEPTH = 8

const STRING_SAMPLES: Readonly<Record<string, string>> = {
  date: '2026-01-01',
  'date-time': '2026-01-01T00:00:00Z',
  time: '00:00:00Z',
  duration: 'PT1M',
  email: 'someone@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
  ipv4: '192.0.2.1',
  hostname: 'example.com',
}

/** Builds the smallest plausible value for a JSON Schema: required properties only, the first of an enum. */
export function sampleValue(schema: JsonObject): JsonValue {
  return sample({ schema, root: schema, name: 'value', depth: 0 })
}

interface Spot {
  readonly schema: JsonObject
  /** Where `$ref` looks. */
  readonly root: JsonObject
  /** The property that the value is for: a string sample says it. */
  readonly name: string
  readonly depth: number
}

function sample(spot: Spot): JsonValue {
  const { schema } = spot
  if (schema.const !== undefined) return schema.const
  if (Array.isArray(schema.enum) && schema.enum[0] !== undefined) return schema.enum[0]
  if (schema.default !== undefined) return schema.default
  if (spot.depth >= MAX_DEPTH) return null
  const other = redirect(spot)
  if (other !== undefined) return sample({ ...spot, schema: other, depth: spot.depth + 1 })
  return sampleOfType(spot, typeOf(schema))
}

/** The schema that stands for this one: what `$ref` names, the first choice, or all of `allOf` together. */
function redirect({ schema, root }: Spot): JsonObject | undefined {
  if (typeof schema.$ref === 'string') return resolveReference(schema.$ref, root)
  const [choice] = [...objectsOf(schema.anyOf), ...objectsOf(schema.oneOf)]
  if (choice !== undefined) return choice
  const all = objectsOf(schema.allOf)
  if (all.length === 0) return undefined
  return {
    type: 'object',
    properties: Object.assign({}, ...all.map((part) => objectOf(part.properties))),
    required: all.flatMap((part) => stringsOf(part.required)),
  }
}

function resolveReference(reference: string, root: JsonObject): JsonObject {
  let found: JsonValue | undefined = root
  for (const key of reference.split('/').slice(1)) {
    found = isJsonObject(found) && Object.hasOwn(found, key) ? found[key] : undefined
  }
  return objectOf(found)
}

/** Gemini writes type names in upper case; a list of types means its first that is not null. */
function typeOf(schema: JsonObject): string {
  const named = stringsOf(schema.type).map((type) => type.toLowerCase())
  return named.find((type) => type !== 'null') ?? named[0] ?? (schema.properties ? 'object' : 'string')
}

function sampleOfType(spot: Spot, type: string): JsonValue {
  switch (type) {
    case 'object':
      return sampleObject(spot)
    case 'array':
      return [sample({ ...spot, schema: objectOf(spot.schema.items), depth: spot.depth + 1 })]
    case 'integer':
    case 'number':
      return typeof spot.schema.minimum === 'number' ? spot.schema.minimum : 1
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return sampleString(spot)
  }
}

function sampleObject(spot: Spot): JsonObject {
  const properties = objectOf(spot.schema.properties)
  const entries = stringsOf(spot.schema.required).map((name) => {
    const schema = Object.hasOwn(properties, name) ? objectOf(properties[name]) : {}
    return [name, sample({ ...spot, schema, name, depth: spot.depth + 1 })] as const
  })
  return Object.fromEntries(entries)
}

function sampleString({ schema, name }: Spot): string {
  const format = stringOf(schema.format)
  const text = Object.hasOwn(STRING_SAMPLES, format) ? STRING_SAMPLES[format] : undefined
  const value = text ?? `simulated ${name}`
  const length = typeof schema.maxLength === 'number' ? schema.maxLength : value.length
  return value.slice(0, length)
}
