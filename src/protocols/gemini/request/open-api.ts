import { isJsonObject, type JsonObject, type JsonValue } from '../../../canonical/json.js'
import { asObject } from '../../../canonical/narrow.js'
import { toNumber, camelKeys } from '../wire/index.js'

const MAX_DEPTH = 100
const SUBSCHEMAS: ReadonlySet<string> = new Set(['items', 'additionalProperties'])
const LISTS: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems'])
/** 64-bit counts, which protobuf's JSON writes as strings. */
const COUNTS: ReadonlySet<string> = new Set([
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
])

/**
 * Google's older schema form (`parameters`, `responseSchema`: an OpenAPI subset with upper-case types and `nullable`)
 * as JSON Schema.
 * @see https://ai.google.dev/api/caching#Schema
 */
export function openApiToJsonSchema(schema: JsonObject, depth = 0): JsonObject {
  if (depth > MAX_DEPTH) return {}
  const entries: [string, JsonValue | undefined][] = []
  const child = (value: JsonValue | undefined): JsonValue | undefined =>
    isJsonObject(value) ? openApiToJsonSchema(value, depth + 1) : value
  for (const [keyword, value] of Object.entries(camelKeys(schema))) {
    if (keyword === 'nullable' || (keyword === 'format' && value === 'enum')) continue
    if (keyword === 'type') entries.push([keyword, readType(value)])
    else if (keyword === 'properties' || keyword === '$defs') entries.push([keyword, mapValues(value, child)])
    else if (SUBSCHEMAS.has(keyword)) entries.push([keyword, child(value)])
    else if (LISTS.has(keyword) && Array.isArray(value)) {
      entries.push([keyword, value.map((item: JsonValue) => child(item) ?? {})])
    } else if (COUNTS.has(keyword)) entries.push([keyword, toNumber(value)])
    else entries.push([keyword, value])
  }
  const converted = Object.fromEntries(entries)
  return schema['nullable'] === true ? withNull(converted) : converted
}

function readType(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value === 'string') return value.toLowerCase()
  return Array.isArray(value)
    ? value.map((name: JsonValue) => (typeof name === 'string' ? name.toLowerCase() : name))
    : value
}

function mapValues(
  value: JsonValue | undefined,
  change: (value: JsonValue | undefined) => JsonValue | undefined,
): JsonValue | undefined {
  const object = asObject(value)
  if (object === undefined) return value
  return Object.fromEntries(Object.entries(object).map(([name, item]) => [name, change(item)]))
}

function withNull(schema: JsonObject): JsonObject {
  const type = schema['type']
  if (typeof type === 'string') return { ...schema, type: [type, 'null'] }
  const anyOf = schema['anyOf']
  return Array.isArray(anyOf) ? { ...schema, anyOf: [...anyOf, { type: 'null' }] } : schema
}
