import { isJsonObject, type JsonObject } from '../../../canonical/json.js'
import { asObject } from '../../../canonical/narrow.js'
import { asStrings } from '../wire/index.js'

/** What a reference points at. */
export interface ReferenceTarget {
  readonly schema: JsonObject
  /** Set when it can be referred to in the result: a definition, or `#` for the root. */
  readonly name: string | undefined
  /** True when it contains itself, directly or by way of others. */
  readonly recursive: boolean
  /** Length of its JSON. */
  readonly size: number
}

/** The references of one schema. */
export interface References {
  /** What a JSON pointer of this document points at; `undefined` for other documents and for nothing. */
  resolve(pointer: string): ReferenceTarget | undefined
  /** Marks a target as referred to and returns the pointer to it. */
  use(name: string): string
  /** Names of the definitions that are referred to, in the order of the document. */
  used(): readonly string[]
  definition(name: string): JsonObject
  /** True when a value of this schema must contain one of the owner (a definition's name, or `#`). */
  leadsBack(schema: unknown, owner: string): boolean
}

const MAX_DEPTH = 100
/** Where there are more, nobody looks which way leads where, and any may lead back: no tool of a person has so many. */
const MAX_DEFINITIONS = 300
const DEFINITION = /^#\/(?:\$defs|definitions)\/([^/]+)$/

/** Collects the definitions of a schema; `definitions` is the old name of `$defs`. */
export function createReferences(root: JsonObject): References {
  const definitions = new Map<string, JsonObject>()
  for (const group of [root['definitions'], root['$defs']]) {
    for (const [name, schema] of Object.entries(asObject(group) ?? {})) {
      definitions.set(name, asObject(schema) ?? {})
    }
  }
  const used = new Set<string>()
  const targets = new Map<string, ReferenceTarget | undefined>()
  const byName = (name: string): JsonObject | undefined => (name === '#' ? root : definitions.get(name))
  const nameOf = (pointer: string): string | undefined => {
    if (pointer === '#' || pointer === '') return '#'
    const name = DEFINITION.exec(pointer)?.[1]
    return name === undefined ? undefined : unescape(name)
  }
  const local = { soft: new Map<string, ReadonlySet<string>>(), hard: new Map<string, ReadonlySet<string>>() }
  const namesIn = (name: string, way: Way): ReadonlySet<string> => {
    const known = local[way].get(name)
    if (known !== undefined) return known
    const names = collectNames(byName(name), { way, nameOf, names: new Set() }, 0)
    local[way].set(name, names)
    return names
  }
  const isTooWide = definitions.size > MAX_DEFINITIONS
  /** True when a definition leads to itself, over any number of others. */
  const isRecursive = (name: string): boolean => {
    if (isTooWide) return true
    const seen = new Set(namesIn(name, 'soft'))
    for (const next of seen) {
      if (next === name) return true
      for (const further of namesIn(next, 'soft')) seen.add(further)
    }
    return false
  }
  let referrers: ReadonlyMap<string, readonly string[]> | undefined
  const leading = new Map<string, ReadonlySet<string>>()
  /** The owner, and all definitions whose values must contain one of it. */
  const leadingTo = (owner: string): ReadonlySet<string> => {
    const known = leading.get(owner)
    if (known !== undefined) return known
    referrers ??= invert(['#', ...definitions.keys()], (name) => namesIn(name, 'hard'))
    const found = new Set([owner])
    for (const name of found) for (const referrer of referrers.get(name) ?? []) found.add(referrer)
    leading.set(owner, found)
    return found
  }
  const find = (pointer: string): ReferenceTarget | undefined => {
    const name = nameOf(pointer)
    const schema = name === undefined ? follow(root, pointer) : byName(name)
    if (schema === undefined) return undefined
    const json = JSON.stringify(schema)
    const recursive = name === undefined ? pointsInto(json, pointer) : isRecursive(name)
    return { schema, name, recursive, size: json.length }
  }
  return {
    resolve(pointer) {
      if (!targets.has(pointer)) targets.set(pointer, find(pointer))
      return targets.get(pointer)
    },
    use(name) {
      if (name === '#') return '#'
      used.add(name)
      return `#/$defs/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    },
    used: () => [...definitions.keys()].filter((name) => used.has(name)),
    definition: (name) => definitions.get(name) ?? {},
    leadsBack(schema, owner) {
      const names = [...collectNames(schema, { way: 'hard', nameOf, names: new Set() }, 0)]
      if (isTooWide) return names.length > 0
      return names.some((name) => leadingTo(owner).has(name))
    },
  }
}

/** Who refers to each name. */
function invert(
  names: readonly string[],
  namesIn: (name: string) => ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  const referrers = new Map<string, string[]>()
  for (const name of names) {
    for (const target of namesIn(name)) {
      const known = referrers.get(target)
      if (known === undefined) referrers.set(target, [name])
      else known.push(name)
    }
  }
  return referrers
}

/** `hard`: only ways that a value cannot leave out, by required properties. */
type Way = 'soft' | 'hard'

interface Search {
  readonly way: Way
  readonly nameOf: (pointer: string) => string | undefined
  readonly names: Set<string>
}

/** Names that a schema refers to, without following them. */
function collectNames(schema: unknown, search: Search, depth: number): ReadonlySet<string> {
  if (depth > MAX_DEPTH) return search.names
  if (Array.isArray(schema)) for (const item of schema) collectNames(item, search, depth + 1)
  if (!isJsonObject(schema)) return search.names
  const pointer = schema['$ref']
  const name = typeof pointer === 'string' ? search.nameOf(pointer) : undefined
  if (name !== undefined) search.names.add(name)
  const required = search.way === 'hard' ? new Set(asStrings(schema['required'])) : undefined
  for (const [keyword, value] of Object.entries(schema)) {
    if (SCHEMA_KEYWORDS.has(keyword)) collectNames(value, search, depth + 1)
    if (keyword !== 'properties') continue
    for (const [property, below] of Object.entries(asObject(value) ?? {})) {
      if (required === undefined || required.has(property)) collectNames(below, search, depth + 1)
    }
  }
  return search.names
}

const SCHEMA_KEYWORDS: ReadonlySet<string> = new Set([
  'items',
  'prefixItems',
  'additionalProperties',
  'anyOf',
  'oneOf',
  'allOf',
])

/** True when something below refers to the pointer itself or to what stands above it. */
function pointsInto(json: string, pointer: string): boolean {
  for (const match of json.matchAll(/"\$ref":"([^"]*)"/g)) {
    const other = match[1] ?? ''
    if (other === '#' || other === '' || pointer === other || pointer.startsWith(`${other}/`)) return true
  }
  return false
}

function follow(root: JsonObject, pointer: string): JsonObject | undefined {
  if (!pointer.startsWith('#/')) return undefined
  let node: unknown = root
  for (const step of pointer.slice(2).split('/')) {
    const name = unescape(step)
    if (Array.isArray(node)) node = node[Number(name)]
    else node = isJsonObject(node) && Object.hasOwn(node, name) ? node[name] : undefined
  }
  return asObject(node)
}

function unescape(step: string): string {
  let name = step
  try {
    name = decodeURIComponent(step)
  } catch {
    // A stray per cent sign: the name is meant as it stands.
  }
  return name.replaceAll('~1', '/').replaceAll('~0', '~')
}
