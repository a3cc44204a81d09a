import { GatewayError } from '../../errors.js'
import type { AccountConfig, KeyConfig } from '../../keys/account-config.js'
import { configuredAccount, configuredKey } from '../../keys/configured-records.js'
import type { AccountChange, AccountRecord, AuditDraft, KeyChange, KeyRecord } from '../../keys/key-store.js'
import type { Stores } from '../../stores/stores.js'
import { toDetails } from '../admin/checks.js'

/** What is written into the stores at start. */
export interface Seed {
  readonly accounts: readonly AccountConfig[]
  readonly stores: Pick<Stores, 'keys' | 'ledger'>
  /** Secret of the keyed hash of the keys. */
  readonly secret: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

const ACTOR = 'config'
/** Accounts that are written at the same time: a store across a network would take long one by one. */
const AT_ONCE = 16
/** Others that start at the same time may be in each other's way, though not for ever. */
const KEY_ATTEMPTS = 5

/**
 * Writes configured accounts and keys into the stores: creates what is absent, changes what is said otherwise than it
 * stands there, and tops each balance up once, whatever it is by then. What the configuration does not say stays as it
 * is. Safe to run by several instances at once. Rejects with `db_error`.
 */
export async function seedAccounts(seed: Seed): Promise<void> {
  try {
    for (let from = 0; from < seed.accounts.length; from += AT_ONCE) {
      const some = seed.accounts.slice(from, from + AT_ONCE)
      await Promise.all(some.map((account) => seedAccount(seed, account)))
    }
  } catch (cause) {
    if (GatewayError.isInstance(cause)) throw cause
    throw new GatewayError('db_error', 'The store could not be reached. Try again later.', { cause })
  }
}

async function seedAccount(seed: Seed, config: AccountConfig): Promise<void> {
  const { keys, ledger } = seed.stores
  const note = { accountId: config.id, keyId: null, action: 'account.create', details: {} }
  const created =
    (await keys.account(config.id)) === null &&
    (await keys.createAccount(configuredAccount(config, seed.now()), draftAudit(seed, note)))
  if (!created) await adjustAccount(seed, config)
  for (const key of config.keys ?? []) await seedKey(seed, config.id, key)
  if (config.balanceMicro === undefined) return
  await ledger.post({
    accountId: config.id,
    kind: 'top_up',
    amountMicro: config.balanceMicro,
    externalId: `config:${config.id}`,
    actor: ACTOR,
  })
}

async function adjustAccount(seed: Seed, { id, name, aliases, suspended }: AccountConfig): Promise<void> {
  const { keys } = seed.stores
  const status = SUSPENDED[String(suspended)]
  const change: AccountChange = difference(await keys.account(id), { name, aliases, status })
  if (isEmpty(change)) return
  const note = { accountId: id, keyId: null, action: 'account.change', details: toDetails(change) }
  await keys.changeAccount(id, change, draftAudit(seed, note))
}

async function seedKey(seed: Seed, accountId: string, config: KeyConfig): Promise<void> {
  const wanted = configuredKey(accountId, config, { secret: seed.secret, now: seed.now() })
  for (let attempt = 1; attempt <= KEY_ATTEMPTS; attempt += 1) {
    if (await storeKey(seed, wanted, config)) return
  }
  throw new GatewayError('db_error', `The key '${wanted.id}' of the configuration could not be stored.`)
}

/** False when another instance that has just started was faster: what it has stored is to be looked at then. */
async function storeKey(seed: Seed, wanted: KeyRecord, config: KeyConfig): Promise<boolean> {
  const { keys } = seed.stores
  const present = await keys.key(wanted.id)
  if (present !== null && isSameKey(present, wanted)) return await adjustKey(seed, present, config)
  // The same id with another secret, or the same secret under another id: the configuration has replaced the key.
  const holder = (await keys.findIdentity(wanted.hash))?.key ?? null
  if (holder !== null && isSameKey(holder, wanted)) return await adjustKey(seed, holder, config)
  for (const old of [present, holder]) {
    if (old === null) continue
    const note = { accountId: old.accountId, keyId: old.id, details: {} }
    await keys.deleteKey(old.id, draftAudit(seed, { ...note, action: 'key.delete' }))
  }
  const note = { accountId: wanted.accountId, keyId: wanted.id, details: { hint: wanted.hint } }
  return await keys.createKey(wanted, draftAudit(seed, { ...note, action: 'key.create' }))
}

function isSameKey(one: KeyRecord, other: KeyRecord): boolean {
  return one.id === other.id && one.hash === other.hash && one.accountId === other.accountId
}

async function adjustKey(seed: Seed, present: KeyRecord, config: KeyConfig): Promise<true> {
  const { name, rpm, tpm, concurrency, allowedModels, spendLimits, endUserSpendLimits, expiresAt } = config
  const status = DISABLED[String(config.disabled)]
  const said = { name, rpm, tpm, concurrency, allowedModels, spendLimits, endUserSpendLimits, expiresAt }
  const change: KeyChange = difference(present, { ...said, status })
  if (isEmpty(change)) return true
  const note = { accountId: present.accountId, keyId: present.id, details: toDetails(change) }
  await seed.stores.keys.changeKey(present.id, change, draftAudit(seed, { ...note, action: 'key.change' }))
  return true
}

const SUSPENDED: Readonly<Record<string, AccountRecord['status']>> = { true: 'suspended', false: 'active' }
const DISABLED: Readonly<Record<string, KeyRecord['status']>> = { true: 'disabled', false: 'active' }

/** Fields without the `undefined` of those that are not said. */
type Said<Fields> = { readonly [Name in keyof Fields]?: Exclude<Fields[Name], undefined> }

/** The fields that are said and stand otherwise in the record. */
function difference<Fields extends object>(record: object | null, said: Fields): Said<Fields> {
  const present = new Map<string, unknown>(Object.entries(record ?? {}))
  const changed = Object.entries(said).filter(
    ([name, value]) => value !== undefined && toText(value) !== toText(present.get(name)),
  )
  return Object.fromEntries(changed) as Said<Fields>
}

/** The same text for the same value, in whatever order a store returns the fields of an object. */
function toText(value: unknown): string {
  return (
    JSON.stringify(value, (_name, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
        : inner,
    ) ?? ''
  )
}

function isEmpty(change: object): boolean {
  return Object.keys(change).length === 0
}

function draftAudit({ now }: Seed, note: Omit<AuditDraft, 'time' | 'actor'>): AuditDraft {
  return { time: now(), actor: ACTOR, ...note }
}

/**
 * Runs work once, when it is first asked for: null when it is done, otherwise the promise of it. After a failure the
 * next one who asks tries again.
 */
export function createOnce(work: () => Promise<void>): () => Promise<void> | null {
  let done = false
  let running: Promise<void> | null = null
  const attempt = async (): Promise<void> => {
    try {
      await work()
      done = true
    } finally {
      running = null
    }
  }
  return () => (done ? null : (running ??= attempt()))
}
