import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/index.js'

/** The string that a field holds, or an empty one. */
export function stringOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

/** The object that a field holds, or an empty one. */
export function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

/** The objects in an array; nothing for anything else. */
export function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

/** The strings in an array, or the one string that stands alone. */
export function stringsOf(value: JsonValue | undefined): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** The text of a string, or of the `text` fields of content parts, one line each. */
export function textOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value
  return objectsOf(value)
    .map((part) => stringOf(part.text))
    .filter((text) => text !== '')
    .join('\n')
}
