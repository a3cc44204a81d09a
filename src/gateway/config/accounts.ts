import { checkApiKeyFormat } from '../../keys/api-key.js'
import type { AccountConfig } from '../../keys/account-config.js'
import type { ConfigProblem } from './config.js'
import type { Placed } from './sound-config.js'

/** What is wrong with the configured accounts; keys are never quoted. */
export function checkAccounts(accounts: readonly Placed<AccountConfig>[]): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const ids = new Set<string>()
  const keys = new Set<string>()
  const keyIds = new Set<string>()
  for (const [accountIndex, account] of accounts) {
    const path = `accounts[${accountIndex}]`
    if (ids.has(account.id)) problems.push({ path: `${path}.id`, message: `'${account.id}' stands twice` })
    ids.add(account.id)
    account.keys?.forEach(({ key, id }, keyIndex) => {
      const message = keys.has(key) ? 'stands twice' : KEY_PROBLEMS[checkApiKeyFormat(key)]
      keys.add(key)
      const keyPath = `${path}.keys[${keyIndex}]`
      if (message !== undefined) problems.push({ path: `${keyPath}.key`, message })
      if (id === undefined) return
      if (keyIds.has(id)) problems.push({ path: `${keyPath}.id`, message: `'${id}' stands twice` })
      keyIds.add(id)
    })
  }
  return problems
}

const KEY_PROBLEMS: Readonly<Partial<Record<ReturnType<typeof checkApiKeyFormat>, string>>> = {
  foreign: 'must be cm- and then 8 to 253 visible ASCII characters',
  mistyped: 'begins like a generated key, but its checksum is wrong',
}
