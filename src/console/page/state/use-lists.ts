import { useMemo } from 'preact/hooks'
import type { Account, Key, List, Model } from '../api/types.js'
import { type Client, pathOf } from '../api/client.js'
import { useConsole } from './console-context.js'
import { type Resource, useResource } from './use-resource.js'

const MOST = 1000

/** The keys of the account in view; of all accounts where none is. */
export function useKeys(): Resource<List<Key>> {
  const { client, accountId } = useConsole()
  const path = accountId === null ? 'keys' : pathOf('accounts', accountId, 'keys')
  return useResource((signal) => client.get<List<Key>>(path, { limit: MOST }, signal), [path])
}

/** The catalogue as the account in view sees it. */
export function useModels(): Resource<List<Model>> {
  const { client, accountId } = useConsole()
  return useResource(
    (signal) => client.get<List<Model>>('models', { account_id: accountId }, signal),
    [accountId],
  )
}

/** An account; null for all of them together, and never another one than that which is asked for. */
export function useAccount(client: Client, accountId: string | null): Resource<Account | null> {
  const account = useResource(
    async (signal) =>
      accountId === null ? null : client.get<Account>(pathOf('accounts', accountId), {}, signal),
    [accountId],
  )
  const isOther = account.data !== null && account.data.id !== accountId
  return useMemo(() => (isOther ? { ...account, data: null } : account), [account, isOther])
}

/** What a key is called: its name, or how its secret begins, or its id where it is gone. */
export function keyName(keys: readonly Key[], keyId: string): string {
  const key = keys.find(({ id }) => id === keyId)
  return key === undefined ? keyId : (key.name ?? key.hint)
}
