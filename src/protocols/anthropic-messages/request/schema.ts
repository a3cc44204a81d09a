import {
  emptyObject,
  isJsonObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
} from '../../../canonical/json.js'

/** Keywords whose value maps names to schemas. */
const MAPS: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions'])
/** Keywords whose value is a schema or a list of schemas. */
const SCHEMAS: ReadonlySet<string> = new Set(['items', 'anyOf', 'allOf', 'oneOf'])
/** Limits that the vendor's grammar cannot hold: they are told to the model in the description. */
const LIMITS: ReadonlySet<string> = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'contains',
  'minContains',
  'maxContains',
  'not',
  'if',
  'then',
  'else',
  'propertyNames',
  'dependentRequired',
  'dependentSchemas',
  'unevaluatedProperties',
  'unevaluatedItems',
])
const SILENT: ReadonlySet<string> = new Set(['$schema', '$id', '$comment', 'examples', 'deprecated'])
const FORMATS: ReadonlySet<string> = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'uri',
  'ipv4',
  'ipv6',
  'uuid',
])
const MOST_OPTIONAL = 24
const DEEPEST = 64

/** A schema for the vendor's structured output. */
export interface SanitizedSchema {
  readonly schema: JsonObject
  /** Limits now stand in descriptions only. */
  readonly relaxed: boolean
}

/**
 * Makes a schema fit for the vendor's structured output: closed objects, no limits, known formats.
 * `null` for what cannot be closed: open maps, recursion, more than 24 optional fields.
 */
export function sanitizeSchema(root: JsonObject): SanitizedSchema | null {
  const state = newState(root)
  const schema = sanitizeNode(root, state, 0)
  return isPossible(state) ? { schema, relaxed: state.relaxed } : null
}

/** True when the vendor can hold tool arguments to this schema as it is. */
export function isStrictSchema(root: JsonObject): boolean {
  const state = newState(root)
  sanitizeNode(root, state, 0)
  return isPossible(state) && !state.relaxed && !state.closed
}

/** Tools need an object at the root. `lossy` when the schema said something else. */
export function toRootObject(schema: JsonObject): { readonly schema: JsonObject; readonly lossy: boolean } {
  if (schema.type === 'object') return { schema, lossy: false }
  const isOpen = schema.type === undefined || schema.type === null
  return { schema: { ...schema, type: 'object' }, lossy: !isOpen }
}

/** The schema without a keyword, at any depth; fields of that name stay. Unchanged when it does not occur. */
export function withoutKeyword(schema: JsonObject, keyword: string, depth: number = 0): JsonObject {
  if (depth > DEEPEST) return schema
  let changed = false
  const entries = Object.entries(schema).flatMap(([key, value]): [string, JsonValue | undefined][] => {
    if (key === keyword) {
      changed = true
      return []
    }
    const next = descend(key, value, (child) => withoutKeyword(child, keyword, depth + 1))
    changed ||= next !== value
    return [[key, next]]
  })
  return changed ? Object.fromEntries(entries) : schema
}

interface State {
  relaxed: boolean
  impossible: boolean
  /** The schema did not close its objects or alternatives by itself. */
  closed: boolean
  optional: number
}

function newState(root: JsonObject): State {
  return { relaxed: false, impossible: hasCycle(root), closed: false, optional: 0 }
}

function isPossible({ impossible, optional }: State): boolean {
  return !impossible && optional <= MOST_OPTIONAL
}

function sanitizeNode(node: JsonObject, state: State, depth: number): JsonObject {
  if (depth > DEEPEST) {
    state.impossible = true
    return {}
  }
  const told: string[] = []
  const result = emptyObject()
  for (const [key, value] of Object.entries(node)) {
    if (SILENT.has(key) || key === 'additionalProperties' || key === 'patternProperties') continue
    if (isLimit(key, value)) {
      told.push(`${key}: ${JSON.stringify(value)}`)
      state.relaxed = true
      continue
    }
    const name = key === 'oneOf' ? 'anyOf' : key
    if (name !== key) state.closed = true
    result[name] = descend(key, value, (child) => sanitizeNode(child, state, depth + 1))
  }
  if (told.length > 0) {
    const own = typeof result.description === 'string' ? `${result.description} ` : ''
    result.description = `${own}(${told.join(', ')})`
  }
  if (isObjectSchema(node)) closeObject(node, result, state)
  return result
}

function closeObject(node: JsonObject, result: Record<string, JsonValue | undefined>, state: State): void {
  const names = Object.keys(isJsonObject(node.properties) ? node.properties : {})
  const open = node.additionalProperties
  // An object of any keys cannot be closed: the answer could only be empty.
  if (isJsonObject(open) || (names.length === 0 && open !== false) || isJsonObject(node.patternProperties)) {
    state.impossible = true
  }
  const required = Array.isArray(node.required) ? (node.required as JsonArray) : []
  state.optional += names.filter((name) => !required.includes(name)).length
  if (open !== false) state.closed = true
  result.additionalProperties = false
}

function isObjectSchema(node: JsonObject): boolean {
  const { type } = node
  return (
    type === 'object' || (Array.isArray(type) && type.includes('object')) || isJsonObject(node.properties)
  )
}

function isLimit(key: string, value: JsonValue | undefined): boolean {
  if (key === 'minItems') return value !== 0 && value !== 1
  if (key === 'format') return typeof value !== 'string' || !FORMATS.has(value)
  return LIMITS.has(key)
}

/** Applies a function to the schemas directly under one keyword. */
function descend(
  key: string,
  value: JsonValue | undefined,
  apply: (schema: JsonObject) => JsonObject,
): JsonValue | undefined {
  if (SCHEMAS.has(key)) {
    if (isJsonObject(value)) return apply(value)
    if (!Array.isArray(value)) return value
    const list = (value as JsonArray).map((item) => (isJsonObject(item) ? apply(item) : item))
    return list.some((item, index) => item !== value[index]) ? list : value
  }
  if (!MAPS.has(key) || !isJsonObject(value)) return value
  const entries = Object.entries(value).map(([name, item]): [string, JsonValue | undefined] => [
    name,
    isJsonObject(item) ? apply(item) : item,
  ])
  return entries.some(([name, item]) => item !== value[name]) ? Object.fromEntries(entries) : value
}

/** True when following `$ref` comes back to where it was. */
function hasCycle(root: JsonObject): boolean {
  const done = new Set<string>()
  const visit = (node: JsonValue | undefined, open: ReadonlySet<string>, depth: number): boolean => {
    if (depth > DEEPEST * 4) return true
    if (Array.isArray(node)) return node.some((item: JsonValue) => visit(item, open, depth + 1))
    if (!isJsonObject(node)) return false
    const reference = node.$ref
    if (typeof reference === 'string' && !done.has(reference)) {
      if (reference === '#' || open.has(reference)) return true
      if (visit(resolve(root, reference), new Set([...open, reference]), depth + 1)) return true
      done.add(reference)
    }
    return Object.entries(node).some(
      ([key, value]) => key !== '$defs' && key !== 'definitions' && visit(value, open, depth + 1),
    )
  }
  return visit(root, new Set(), 0)
}

function resolve(root: JsonObject, reference: string): JsonValue | undefined {
  let node: JsonValue | undefined = root
  for (const step of reference.split('/').slice(1)) {
    if (!isJsonObject(node)) return undefined
    node = node[step.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return node
}
