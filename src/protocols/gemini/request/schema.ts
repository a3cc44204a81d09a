import {
  emptyObject,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  lookUp,
} from '../../../canonical/json.js'
import { asObject } from '../../../canonical/narrow.js'
import { toObjects, asStrings } from '../wire/index.js'
import { createReferences, type References, type ReferenceTarget } from './references.js'

/** A schema that Gemini takes, and the keywords that it lost. */
export interface SanitizedSchema {
  readonly schema: JsonObject
  /** Names of dropped keywords, sorted: constraints that the vendor does not check. */
  readonly dropped: readonly string[]
}

interface Sanitizing {
  readonly references: References
  readonly dropped: Set<string>
  /** Definition that the node at hand belongs to; `#` for the root. */
  owner: string
  /** References that may still be replaced by a copy: bounds the growth of shared definitions. */
  copies: number
}

type Node = Record<string, JsonValue | undefined>

const MAX_DEPTH = 100
const MAX_COPIES = 200
const MAX_COPY_LENGTH = 4_096

/** Keywords that Gemini reads and that need no change. */
const KEPT: ReadonlySet<string> = new Set([
  '$id',
  '$anchor',
  'type',
  'format',
  'title',
  'description',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'propertyOrdering',
])

/** Keywords that constrain nothing: their loss is not worth a word. */
const NOISE: ReadonlySet<string> = new Set([
  '$schema',
  '$comment',
  '$vocabulary',
  '$defs',
  'definitions',
  'encrypted',
  'strict',
  'example',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
])

/**
 * Turns any JSON Schema into the subset that `parametersJsonSchema` and `responseJsonSchema` take: `const` becomes an
 * enum, references stand alone and never in a required cycle, `allOf` is merged, unknown keywords
 * go. The input is not changed.
 * @see https://ai.google.dev/api/generate-content#GenerationConfig
 */
export function sanitizeSchema(schema: JsonObject): SanitizedSchema {
  const references = createReferences(schema)
  const state: Sanitizing = { references, dropped: new Set(), owner: '#', copies: MAX_COPIES }
  const root = sanitizeNode(schema, state, 0)
  const definitions = sanitizeDefinitions(state)
  return {
    schema: definitions === undefined ? root : { ...root, $defs: definitions },
    dropped: [...state.dropped].sort(),
  }
}

/** The definitions that are still referred to; sanitizing one may refer to others. */
function sanitizeDefinitions(state: Sanitizing): JsonObject | undefined {
  const done = new Map<string, JsonObject>()
  for (let missing = state.references.used(); missing.length > done.size; missing = state.references.used()) {
    for (const name of missing) {
      if (done.has(name)) continue
      state.owner = name
      done.set(name, sanitizeNode(state.references.definition(name), state, 0))
    }
  }
  return done.size === 0 ? undefined : Object.fromEntries(done)
}

function sanitizeNode(schema: unknown, state: Sanitizing, depth: number): JsonObject {
  if (!isJsonObject(schema)) {
    if (schema === false) state.dropped.add('false')
    return {}
  }
  if (depth > MAX_DEPTH) {
    state.dropped.add('depth')
    return {}
  }
  const { type, ...untyped } = schema
  if (type !== undefined && !isType(type)) return sanitizeNode(untyped, state, depth + 1)
  if (typeof schema['$ref'] === 'string') return sanitizeReference(schema, schema['$ref'], state, depth)
  if (Array.isArray(schema['allOf'])) return sanitizeNode(mergeAll(schema, state), state, depth + 1)
  const node: Node = {}
  const entries = Object.entries(schema)
  for (const [keyword, value] of entries) if (KEPT.has(keyword)) node[keyword] = value
  // After the others, because some of these change them.
  for (const [keyword, value] of entries) {
    if (!KEPT.has(keyword)) sanitizeKeyword({ node, schema, state, depth }, keyword, value)
  }
  if (Array.isArray(node['required'])) checkRequired(node, schema, state)
  return splitTypes(node)
}

function isType(value: JsonValue): boolean {
  return Array.isArray(value) ? value.every((name) => typeof name === 'string') : typeof value === 'string'
}

interface Place {
  readonly node: Node
  readonly schema: JsonObject
  readonly state: Sanitizing
  readonly depth: number
}

function sanitizeKeyword(place: Place, keyword: string, value: JsonValue | undefined): void {
  const { node, state, depth } = place
  const child = (schema: unknown): JsonObject => sanitizeNode(schema, state, depth + 1)
  switch (keyword) {
    case 'properties':
      if (!isJsonObject(value)) return
      node[keyword] = Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, child(schema)]))
      return
    case 'items':
      if (Array.isArray(value)) node['prefixItems'] = value.map(child)
      else node['items'] = child(value)
      return
    case 'prefixItems':
    case 'anyOf':
      if (Array.isArray(value)) node[keyword] = value.map(child)
      return
    case 'oneOf':
      // Gemini reads both alike; one name lets nothing be overwritten below.
      if (Array.isArray(value)) node['anyOf'] = [...asList(node['anyOf']), ...value.map(child)]
      return
    case 'additionalProperties':
      node[keyword] = typeof value === 'boolean' ? value : child(value)
      return
    case 'required':
      node[keyword] = asStrings(value)
      return
    case 'enum':
      if (Array.isArray(value)) enumerate(node, place, value)
      return
    case 'const':
      enumerate(node, place, [value ?? null])
      return
    case 'nullable':
      if (value === true) allowNull(node, place.schema)
      return
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      includeBound(node, place, keyword)
      return
    default:
      if (!NOISE.has(keyword)) state.dropped.add(keyword)
  }
}

function asList(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : []
}

/** A reference must stand alone: what stands beside it is merged into a copy of its target, where there can be one. */
function sanitizeReference(
  schema: JsonObject,
  pointer: string,
  state: Sanitizing,
  depth: number,
): JsonObject {
  const { $ref: _, ...beside } = schema
  const target = state.references.resolve(pointer)
  if (target === undefined) {
    state.dropped.add('$ref')
    return sanitizeNode(beside, state, depth + 1)
  }
  const alone = Object.keys(beside).every((keyword) => NOISE.has(keyword))
  if (target.name !== undefined && (alone || !mayCopy(target, state))) {
    if (!alone) for (const keyword of Object.keys(beside)) state.dropped.add(keyword)
    return { $ref: state.references.use(target.name) }
  }
  if (!mayCopy(target, state)) {
    state.dropped.add('$ref')
    return sanitizeNode(beside, state, depth + 1)
  }
  state.copies--
  return sanitizeNode({ ...target.schema, ...beside }, state, depth + 1)
}

function mayCopy(target: ReferenceTarget, state: Sanitizing): boolean {
  return !target.recursive && target.size <= MAX_COPY_LENGTH && state.copies > 0
}

/** `allOf` as one schema: properties and required names are joined, of other keywords the last one wins. */
function mergeAll(schema: JsonObject, state: Sanitizing): JsonObject {
  const { allOf, ...own } = schema
  const merged: Node = emptyObject()
  for (const piece of [...toObjects(allOf), own]) {
    const resolved = inlined(piece, state)
    for (const [keyword, value] of Object.entries(resolved)) {
      if (keyword === 'properties') merged[keyword] = { ...asObject(merged[keyword]), ...asObject(value) }
      else if (keyword === 'required') {
        merged[keyword] = [...new Set([...asStrings(merged[keyword]), ...asStrings(value)])]
      } else merged[keyword] = value
    }
  }
  return merged
}

function inlined(piece: JsonObject, state: Sanitizing): JsonObject {
  const pointer = piece['$ref']
  if (typeof pointer !== 'string') return piece
  const target = state.references.resolve(pointer)
  const { $ref: _, ...beside } = piece
  if (target === undefined || !mayCopy(target, state)) {
    state.dropped.add('$ref')
    return beside
  }
  state.copies--
  return { ...target.schema, ...beside }
}

/**
 * Strings can be enumerated, and so can numbers (in `parametersJsonSchema` and `responseJsonSchema`: the older
 * `parameters` refuses them). Of other values only the description can tell.
 */
function enumerate(node: Node, { schema, state }: Place, values: readonly JsonValue[]): void {
  const given = values.filter((value) => value !== null)
  if (given.length < values.length) allowNull(node, schema)
  if (given.length === 0) return
  if (ENUMERABLE.some((type) => given.every((value) => typeof value === type))) {
    node['enum'] = given
    return
  }
  const allowed = `Allowed values: ${given.map((value) => JSON.stringify(value)).join(', ')}.`
  const description = schema['description']
  node['description'] = typeof description === 'string' ? `${description} ${allowed}` : allowed
  state.dropped.add('enum')
}

const ENUMERABLE = ['string', 'number'] as const

function allowNull(node: Node, schema: JsonObject): void {
  const type = node['type'] ?? schema['type']
  if (typeof type === 'string' && type !== 'null') node['type'] = [type, 'null']
  else if (Array.isArray(type) && !type.includes('null')) node['type'] = [...type, 'null']
  else if (type === undefined && Array.isArray(schema['anyOf'])) {
    node['anyOf'] = [...asList(node['anyOf']), { type: 'null' }]
  }
}

/** Bounds that exclude themselves: exact for integers, else the nearest that includes them. */
function includeBound(
  node: Node,
  { schema, state }: Place,
  keyword: 'exclusiveMinimum' | 'exclusiveMaximum',
): void {
  const [bound, step] =
    keyword === 'exclusiveMinimum' ? (['minimum', 1] as const) : (['maximum', -1] as const)
  // Draft 4 has a flag beside the bound.
  const value = schema[keyword] === true ? schema[bound] : schema[keyword]
  if (typeof value !== 'number') return
  const exact = schema['type'] === 'integer' && Number.isInteger(value)
  node[bound] = exact ? value + step : value
  if (!exact) state.dropped.add(keyword)
}

/** Required names must be properties, and none of them may lead back to the object that requires it. */
function checkRequired(node: Node, schema: JsonObject, state: Sanitizing): void {
  const properties = asObject(schema['properties'])
  const names = asStrings(node['required'])
  const kept = names.filter((name) => {
    if (properties === undefined) return true
    if (!Object.hasOwn(properties, name)) return false
    return !state.references.leadsBack(properties[name], state.owner)
  })
  if (kept.length < names.length) state.dropped.add('required')
  if (kept.length > 0) node['required'] = kept
  else delete node['required']
}

const BY_TYPE: Readonly<Record<string, readonly string[]>> = {
  array: ['items', 'prefixItems', 'minItems', 'maxItems'],
  object: ['properties', 'required', 'additionalProperties', 'propertyOrdering'],
  number: ['minimum', 'maximum', 'enum'],
  integer: ['minimum', 'maximum', 'enum'],
  string: ['enum', 'format'],
}

/** Several types beside `null` become alternatives, each with the keywords of its own. */
function splitTypes(node: Node): JsonObject {
  const { type, ...rest } = node
  if (!Array.isArray(type) || node['anyOf'] !== undefined) return node
  if (type.filter((name) => name !== 'null').length < 2) return node
  const moved = new Set<string>()
  const anyOf: JsonObject[] = []
  for (const name of asStrings(type)) {
    const own = (lookUp(BY_TYPE, name) ?? []).filter((keyword) => belongs(rest[keyword], keyword, name))
    for (const keyword of own) moved.add(keyword)
    anyOf.push({ type: name, ...pick(rest, (keyword) => own.includes(keyword)) })
  }
  return { ...pick(rest, (keyword) => !moved.has(keyword)), anyOf }
}

function belongs(value: JsonValue | undefined, keyword: string, type: string): boolean {
  if (keyword !== 'enum' || !Array.isArray(value)) return value !== undefined
  return (typeof value[0] === 'string') === (type === 'string')
}

function pick(node: JsonObject, wanted: (keyword: string) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(node).filter(([keyword]) => wanted(keyword)))
}
