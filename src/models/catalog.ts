import type { JsonObject } from '../canonical/json.js'
import { encodeCatalogEntry } from './catalog-entry.js'
import { isWildcard, type Aliases, type ModelResolver } from './resolver.js'
import type { ModelEntry } from './route.js'

/** The bodies of `GET /v1/models` and `GET /v1/models/{id}`. */
export interface ModelCatalog {
  list(page?: CatalogPage, view?: CatalogView): JsonObject
  /** One model by id, alias or any spelling; null when there is none. */
  find(id: string, view?: CatalogView): JsonObject | null
  /** The models themselves, in their order, each with its aliases; wildcard entries are none. */
  models(accountAliases?: Aliases): readonly ListedModel[]
}

/** A model and the names that lead to it beside its id. */
export interface ListedModel {
  readonly model: ModelEntry
  readonly aliases: readonly string[]
}

/** Which part of the list: Anthropic's paging. No limit = everything, which is what OpenAI clients expect. */
export interface CatalogPage {
  readonly limit?: number | undefined
  readonly afterId?: string | undefined
  readonly beforeId?: string | undefined
}

/** Whose list. */
export interface CatalogView {
  readonly accountAliases?: Aliases | undefined
  /** False hides a model, and the aliases of it. */
  readonly isVisible?: ((model: ModelEntry) => boolean) | undefined
}

export interface ModelCatalogOptions {
  readonly models: readonly ModelEntry[]
  readonly aliases?: Aliases | undefined
  readonly resolver: ModelResolver
}

const MAX_LIMIT = 1000

/** A catalogue in the order of the configuration, aliases after the models. Wildcard entries are not listed. */
export function createModelCatalog({ models, aliases = {}, resolver }: ModelCatalogOptions): ModelCatalog {
  const concrete = models.filter((model) => !isWildcard(model))

  /** Every listed name with its model. The first of two equal names counts, as in the resolver. */
  const listNames = ({ accountAliases = {}, isVisible }: CatalogView): ReadonlyMap<string, ModelEntry> => {
    const listed = new Map<string, ModelEntry>()
    for (const model of concrete) {
      if (!listed.has(model.id)) listed.set(model.id, model)
    }
    for (const alias of [...Object.keys(accountAliases), ...Object.keys(aliases)]) {
      const model = listed.has(alias) ? undefined : resolver.resolve(alias, accountAliases)?.model
      if (model !== undefined) listed.set(alias, model)
    }
    return isVisible === undefined ? listed : new Map([...listed].filter(([, model]) => isVisible(model)))
  }

  return {
    list(page = {}, view = {}) {
      const listed = listNames(view)
      const { names, hasMore } = takePage([...listed.keys()], page)
      const data = names.flatMap((name) => {
        const model = listed.get(name)
        return model === undefined ? [] : [encodeCatalogEntry(model, name)]
      })
      return {
        object: 'list',
        data,
        has_more: hasMore,
        first_id: names[0] ?? null,
        last_id: names.at(-1) ?? null,
      }
    },
    find(id, { accountAliases, isVisible } = {}) {
      const model = resolver.resolve(id, accountAliases)?.model
      if (model === undefined || isVisible?.(model) === false) return null
      const isAlias = Object.hasOwn(accountAliases ?? {}, id) || Object.hasOwn(aliases, id)
      return encodeCatalogEntry(model, isAlias ? id : model.id)
    },
    models(accountAliases) {
      const named = new Map<string, { readonly model: ModelEntry; readonly aliases: string[] }>()
      for (const [name, model] of listNames({ accountAliases })) {
        if (name === model.id) named.set(name, { model, aliases: [] })
        else named.get(model.id)?.aliases.push(name)
      }
      return [...named.values()]
    },
  }
}

/** Reads `limit`, `after_id` and `before_id` of a query. A limit that is no positive integer is no limit. */
export function readCatalogPage(query: { get(name: string): string | null }): CatalogPage {
  const limit = Number(query.get('limit') ?? Number.NaN)
  return {
    limit: Number.isInteger(limit) && limit > 0 ? Math.min(limit, MAX_LIMIT) : undefined,
    afterId: query.get('after_id') ?? undefined,
    beforeId: query.get('before_id') ?? undefined,
  }
}

interface NamePage {
  readonly names: readonly string[]
  /** More in the direction of reading. */
  readonly hasMore: boolean
}

/** An unknown id gives an empty page: starting again would make a client that pages go round for ever. */
function takePage(names: readonly string[], { limit, afterId, beforeId }: CatalogPage): NamePage {
  if (beforeId !== undefined) {
    const end = Math.max(names.indexOf(beforeId), 0)
    const start = Math.max(end - (limit ?? end), 0)
    return { names: names.slice(start, end), hasMore: start > 0 }
  }
  const cursor = afterId === undefined ? -1 : names.indexOf(afterId)
  const start = afterId !== undefined && cursor === -1 ? names.length : cursor + 1
  const end = limit === undefined ? names.length : Math.min(start + limit, names.length)
  return { names: names.slice(start, end), hasMore: end < names.length }
}
