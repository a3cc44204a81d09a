import { normalizeModelId, parseModelId, withoutContextSuffix } from './model-id.js'
import type { ModelEntry, Route } from './route.js'

/** Finds the model that a client means. */
export interface ModelResolver {
  /** Null: no such model. `accountAliases` come before the global ones. */
  resolve(requested: string, accountAliases?: Aliases): Route | null
}

/** Alias → model id or another alias. */
export type Aliases = Readonly<Record<string, string>>

export interface ModelResolverOptions {
  readonly models: readonly ModelEntry[]
  readonly aliases?: Aliases | undefined
}

/** Aliases that lead to each other end here. */
const MAX_ALIAS_STEPS = 16
const WILDCARD = '/*'

/**
 * A resolver with constant-time look-ups. In this order: exact id, alias of the account, global alias, another
 * spelling of an id, `vendor/*`. Of entries with the same id the first counts; a spelling that fits several
 * different ids fits none.
 */
export function createModelResolver({ models, aliases = {} }: ModelResolverOptions): ModelResolver {
  const wildcards = indexFirst(models.filter(isWildcard), (model) => model.id.slice(0, -WILDCARD.length))
  const concrete = models.filter((model) => !isWildcard(model))
  const byId = indexFirst(concrete, (model) => model.id)
  const bySpelling = indexUnique([...byId.values()])
  const globalAliases = new Map(Object.entries(aliases))

  const findExact = (name: string): ModelEntry | undefined =>
    byId.get(name) ?? byId.get(withoutContextSuffix(name))

  const findAlias = (name: string, accountAliases: Aliases): string | undefined =>
    ownValue(accountAliases, name) ?? globalAliases.get(name)

  const findWildcard = (requested: string): ModelEntry | null => {
    const id = parseModelId(withoutContextSuffix(requested))
    if (id === null || id.model.includes('*')) return null
    const entry = wildcards.get(id.vendor) ?? wildcards.get(id.vendor.toLowerCase())
    return entry === undefined ? null : fillWildcard(entry, id.model)
  }

  const findLoosely = (name: string): ModelEntry | null =>
    bySpelling.get(normalizeModelId(name)) ?? findWildcard(name)

  return {
    resolve(requested, accountAliases = {}) {
      let name = requested
      for (let step = 0; step <= MAX_ALIAS_STEPS; step += 1) {
        const model = findExact(name)
        if (model !== undefined) return { model, requestedAs: requested }
        const target =
          findAlias(name, accountAliases) ?? findAlias(withoutContextSuffix(name), accountAliases)
        if (target === undefined) {
          const found = findLoosely(name)
          return found === null ? null : { model: found, requestedAs: requested }
        }
        name = target
      }
      return null
    },
  }
}

/** True for an entry that stands for all models of a vendor. */
export function isWildcard(model: ModelEntry): boolean {
  return model.id.endsWith(WILDCARD)
}

function fillWildcard(entry: ModelEntry, asked: string): ModelEntry {
  return {
    ...entry,
    displayName: undefined,
    isOfWildcard: true,
    id: entry.id.slice(0, -1) + asked,
    candidates: entry.candidates.map((candidate) => ({
      ...candidate,
      model: candidate.model.replace('*', () => asked),
    })),
  }
}

function ownValue(aliases: Aliases, name: string): string | undefined {
  return Object.hasOwn(aliases, name) ? aliases[name] : undefined
}

function indexFirst(
  models: readonly ModelEntry[],
  keyOf: (model: ModelEntry) => string,
): ReadonlyMap<string, ModelEntry> {
  const index = new Map<string, ModelEntry>()
  for (const model of models) {
    const key = keyOf(model)
    if (!index.has(key)) index.set(key, model)
  }
  return index
}

/** By normalized id; `null` where several ids share it: guessing would bill the wrong model. */
function indexUnique(models: readonly ModelEntry[]): ReadonlyMap<string, ModelEntry | null> {
  const index = new Map<string, ModelEntry | null>()
  for (const model of models) {
    const key = normalizeModelId(model.id)
    index.set(key, index.has(key) ? null : model)
  }
  return index
}
