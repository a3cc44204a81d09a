import type { AccountConfig, KeyConfig } from './account-config.js'
import { checkApiKeyFormat, hashKey, keyHint } from './api-key.js'
import type { AccountRecord, KeyRecord } from './key-store.js'

/** The limits of a key that names none. */
export const KEY_DEFAULTS: Pick<KeyRecord, 'rpm' | 'tpm' | 'concurrency'> = {
  rpm: 60,
  tpm: 100_000,
  concurrency: null,
}

/** The account that a configuration names; `now` in milliseconds since the epoch. */
export function configuredAccount(config: AccountConfig, now: number): AccountRecord {
  return {
    id: config.id,
    name: config.name,
    status: config.suspended === true ? 'suspended' : 'active',
    aliases: config.aliases,
    createdAt: now,
  }
}

/**
 * The key that a configuration names, with the default limits. `secret` is that of the keyed hash, `now` in milliseconds
 * since the epoch. Throws on a key that could never be used, without showing it.
 */
export function configuredKey(
  accountId: string,
  config: KeyConfig,
  { secret, now }: { readonly secret: string; readonly now: number },
): KeyRecord {
  const format = checkApiKeyFormat(config.key)
  if (format === 'foreign' || format === 'mistyped')
    throw new Error(`Account ${accountId}: ${UNUSABLE[format]}`)
  const hash = hashKey(config.key, secret)
  return {
    id: config.id ?? `key_${hash.slice(0, 16)}`,
    accountId,
    hash,
    hint: keyHint(config.key),
    status: config.disabled === true ? 'disabled' : 'active',
    name: config.name,
    rpm: config.rpm === undefined ? KEY_DEFAULTS.rpm : config.rpm,
    tpm: config.tpm === undefined ? KEY_DEFAULTS.tpm : config.tpm,
    concurrency: config.concurrency === undefined ? KEY_DEFAULTS.concurrency : config.concurrency,
    allowedModels: config.allowedModels,
    spendLimits: config.spendLimits,
    endUserSpendLimits: config.endUserSpendLimits,
    expiresAt: config.expiresAt,
    createdAt: now,
  }
}

const UNUSABLE = {
  foreign: 'a key must be cm- and up to 253 visible ASCII characters.',
  mistyped: 'a key begins like a generated one (cm-gk_) but its checksum is wrong.',
} as const
