import type { JsonObject } from '../canonical/json.js'
import type { Identity } from '../keys/key-store.js'
import { readCatalogPage } from '../models/catalog.js'
import type { UsageTotals } from '../usage/record.js'
import { isAllowed, modelNotFound } from './send/resolve.js'
import type { Core } from './core.js'
import type { Operation } from './http/routes.js'

/** What a GET endpoint answers: a JSON body, or a GatewayError. */
export type Query = (
  core: Core,
  identity: Identity,
  request: QueryRequest,
) => Promise<JsonObject> | JsonObject

export interface QueryRequest {
  /** Decoded `{id}` of the path. */
  readonly id: string | null
  readonly query: string
}

/** The GET endpoints. */
export const QUERIES: Readonly<Partial<Record<Operation, Query>>> = {
  models: (core, identity, { query }) =>
    core.catalog.list(readCatalogPage(new URLSearchParams(query)), viewOf(identity)),
  model: (core, identity, { id }) => {
    const entry = id === null ? null : core.catalog.find(id, viewOf(identity))
    if (entry === null) throw modelNotFound(id ?? '')
    return entry
  },
  credits: async (core, identity) => {
    const { ledger } = core.stores
    const { id } = identity.account
    let snapshot = await ledger.balance(id)
    const mayBeStale = snapshot !== null && snapshot.heldMicro > 0
    if (mayBeStale && (await ledger.sweep(core.now())) > 0) snapshot = await ledger.balance(id)
    return {
      currency: 'USD',
      balance_micro: snapshot?.balanceMicro ?? 0,
      uncollected_micro: snapshot?.heldMicro ?? 0,
    }
  },
  usage: async (core, identity) => {
    const windows = await core.stores.usage.windows(identity.account.id, core.now())
    return {
      currency: 'USD',
      daily: encodeTotals(windows.daily),
      weekly: encodeTotals(windows.weekly),
      monthly: encodeTotals(windows.monthly),
    }
  },
}

function viewOf(identity: Identity): Parameters<Core['catalog']['list']>[1] {
  return {
    accountAliases: identity.account.aliases,
    isVisible: (model) => isAllowed(identity, model.id),
  }
}

function encodeTotals(totals: UsageTotals): JsonObject {
  return {
    cost_micro: totals.costMicro,
    prompt_tokens: totals.promptTokens,
    completion_tokens: totals.completionTokens,
    total_tokens: totals.promptTokens + totals.completionTokens,
    request_count: totals.requestCount,
    success_count: totals.successCount,
  }
}
