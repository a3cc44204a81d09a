import { checkApiKeyFormat } from '../keys/api-key.js'
import type { AccountConfig, ConfigProblem } from './config.js'

/** What is wrong with the configured accounts; keys are never quoted. */
export function checkAccounts(accounts: readonly AccountConfig[]): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const ids = new Set<string>()
  const keys = new Set<string>()
  accounts.forEach((account, accountIndex) => {
    const path = `accounts[${accountIndex}]`
    if (ids.has(account.id)) problems.push({ path: `${path}.id`, message: `'${account.id}' stands twice` })
    ids.add(account.id)
    account.keys?.forEach(({ key }, keyIndex) => {
      const message = keys.has(key) ? 'stands twice' : KEY_PROBLEMS[checkApiKeyFormat(key)]
      keys.add(key)
      if (message !== undefined) problems.push({ path: `${path}.keys[${keyIndex}].key`, message })
    })
  })
  return problems
}

const KEY_PROBLEMS: Readonly<Partial<Record<ReturnType<typeof checkApiKeyFormat>, string>>> = {
  foreign: 'must be cm- and then 8 to 253 visible ASCII characters',
  mistyped: 'begins like a generated key, but its checksum is wrong',
}
