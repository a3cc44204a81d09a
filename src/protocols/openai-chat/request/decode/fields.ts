import { emptyObject, isJsonObject, type JsonObject, type JsonValue } from '../../../../canonical/json.js'

/** Top-level fields of a request, each taken once; what nobody could read is the rest. */
export interface Fields {
  /** The value when `accept` takes it; a refused one stays in the rest. `null` means absent. */
  take<T>(field: string, accept: (value: JsonValue) => T | undefined): T | undefined
  /** The object in a field, without what its reader does not know: that part goes to the rest. */
  takeObject(field: string, known: readonly string[]): JsonObject | undefined
  /** Everything that was not taken. */
  rest(): JsonObject
}

/** Creates {@link Fields} over a body. */
export function createFields(body: JsonObject): Fields {
  const taken = new Set<string>()
  const left: Record<string, JsonObject> = {}
  return {
    take(field, accept) {
      const value = body[field]
      if (value === undefined || value === null) {
        taken.add(field)
        return undefined
      }
      const accepted = accept(value)
      if (accepted !== undefined) taken.add(field)
      return accepted
    },
    takeObject(field, known) {
      const value = body[field]
      if (value === null) taken.add(field)
      if (!isJsonObject(value)) return undefined
      taken.add(field)
      const others = Object.entries(value).filter(([key]) => !known.includes(key))
      if (others.length > 0) left[field] = Object.fromEntries(others)
      return value
    },
    rest: () => ({
      ...Object.fromEntries(Object.entries(body).filter(([field]) => !taken.has(field))),
      ...left,
    }),
  }
}

/** The wire fields with no shared meaning, as an `extensions` member; nothing when there are none. */
export function toExtensions(
  protocol: string,
  rest: JsonObject,
): { readonly extensions?: Readonly<Record<string, JsonObject>> } {
  return Object.keys(rest).length === 0 ? {} : { extensions: { [protocol]: rest } }
}

/** Fields of an object besides the known ones; empty values that SDKs echo say nothing. */
export function unknownFields(object: JsonObject, known: ReadonlySet<string>): JsonObject {
  let unknown: Record<string, JsonValue | undefined> | null = null
  for (const field of Object.keys(object)) {
    if (known.has(field) || isVoid(object[field])) continue
    unknown ??= emptyObject()
    unknown[field] = object[field]
  }
  return unknown ?? NOTHING
}

const NOTHING: JsonObject = {}

function isVoid(value: JsonValue | undefined): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0)
}

/** An object whose values are all strings. */
export function asStringMap(value: JsonValue): Readonly<Record<string, string>> | undefined {
  if (!isJsonObject(value)) return undefined
  return Object.values(value).every((item) => typeof item === 'string')
    ? (value as Readonly<Record<string, string>>)
    : undefined
}
