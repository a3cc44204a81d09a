import type { ListedModel } from '../../models/catalog.js'
import type { RunAdmin } from './context.js'

/** The models of the gateway. */
export interface ModelAdmin {
  /** The catalogue in its order, without wildcards, each model with the aliases that lead to it: global ones, and the account's. */
  list(accountId?: string): Promise<readonly ListedModel[]>
}

/** The functions of {@link ModelAdmin}. */
export function createModelAdmin(run: RunAdmin): ModelAdmin {
  return {
    list: (accountId) =>
      run(async ({ stores, catalog }) => {
        const account = accountId === undefined ? null : await stores.keys.account(accountId)
        return catalog.models(account?.aliases)
      }),
  }
}
