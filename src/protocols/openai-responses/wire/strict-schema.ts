import { isJsonObject, type JsonObject, type JsonValue } from '../../../canonical/json.js'

/** Keywords under which a schema holds a map of schemas. */
const MAPS = ['properties', '$defs', 'definitions'] as const
/** Keywords under which it holds one schema or a list of them. */
const NESTED = ['items', 'anyOf'] as const

/** True when a schema keeps the two rules of strict mode: every property required, and no others allowed. */
export function satisfiesStrict(schema: JsonObject): boolean {
  if (!isClosed(schema)) return false
  return (
    MAPS.every((keyword) => everySchema(Object.values(asMap(schema[keyword])))) &&
    NESTED.every((keyword) => everySchema([schema[keyword]].flat()))
  )
}

function isClosed(schema: JsonObject): boolean {
  if (schema.type !== 'object' && schema.properties === undefined) return true
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : []
  const names = Object.keys(asMap(schema.properties))
  return schema.additionalProperties === false && names.every((name) => required.includes(name))
}

function everySchema(values: readonly (JsonValue | undefined)[]): boolean {
  return values.every((value) => !isJsonObject(value) || satisfiesStrict(value))
}

function asMap(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}
