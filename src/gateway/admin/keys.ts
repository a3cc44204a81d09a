import { GatewayError } from '../../errors.js'
import { type ApiKeyFormat, checkApiKeyFormat, createApiKey, hashKey, keyHint } from '../../keys/api-key.js'
import { KEY_DEFAULTS } from '../../keys/configured-records.js'
import type { KeyChange, KeyRecord, SpendLimits } from '../../keys/key-store.js'
import type { ListQuery } from './accounts.js'
import {
  type Check,
  checkFields,
  checkFlag,
  checkInput,
  checkList,
  checkMicro,
  checkName,
  checkPageLimit,
  checkText,
  checkRate,
  checkTime,
  orNull,
  toDetails,
  withLimit,
} from './checks.js'
import { type AdminContext, type ChangedBy, draftAudit, type RunAdmin } from './context.js'

/** What can be set of a key. */
export interface KeySettings {
  readonly name?: string | null | undefined
  /** Requests per minute; null = unlimited. New keys: 60. */
  readonly rpm?: number | null | undefined
  /** Tokens per minute; null = unlimited. New keys: 100,000. */
  readonly tpm?: number | null | undefined
  /** Calls at the same time; null = unlimited. New keys: null. */
  readonly concurrency?: number | null | undefined
  /** Model ids and `vendor/*` patterns; null = all. */
  readonly allowedModels?: readonly string[] | null | undefined
  /** What all calls with the key may spend; null = unlimited. */
  readonly spendLimits?: SpendLimits | null | undefined
  /** What each end user may spend with the key; null = unlimited. */
  readonly endUserSpendLimits?: SpendLimits | null | undefined
  /** Milliseconds since the epoch; null = never. */
  readonly expiresAt?: number | null | undefined
}

/** What bounds a key as a whole. */
export type KeyLimits = Pick<KeySettings, 'rpm' | 'tpm' | 'concurrency' | 'allowedModels' | 'spendLimits'>

/** A new key. */
export interface NewKey extends KeySettings, ChangedBy {
  readonly accountId: string
  /** A well-formed key of the host's own choice, at least 8 characters behind `cm-`. Default: one is drawn. */
  readonly secret?: string | undefined
}

/** A key that was just made: the only time that its secret is there to be seen. */
export interface CreatedKey {
  /** `cm-gk_…` */
  readonly secret: string
  readonly key: KeyRecord
}

/** Which keys, in the order of their ids. */
export interface KeyQuery extends ListQuery {
  readonly accountId?: string | undefined
}

/** Keys of accounts. An id that nobody has is null, never an error. */
export interface KeyAdmin {
  /** Null when there is no such account. Throws `invalid_value` (status 409) when the secret that was given is in use. */
  create(key: NewKey): Promise<CreatedKey | null>
  get(keyId: string): Promise<KeyRecord | null>
  list(query?: KeyQuery): Promise<readonly KeyRecord[]>
  /** What is absent stays. */
  change(keyId: string, change: KeySettings & ChangedBy): Promise<KeyRecord | null>
  /** The key is answered `api_key_inactive` from now on. */
  disable(keyId: string, by: ChangedBy): Promise<KeyRecord | null>
  enable(keyId: string, by: ChangedBy): Promise<KeyRecord | null>
  /** Returns the key that was. What was spent with it stays in the books. */
  delete(keyId: string, by: ChangedBy): Promise<KeyRecord | null>
}

const spendLimits = orNull(
  checkFields({ optional: { dayMicro: checkMicro, weekMicro: checkMicro, monthMicro: checkMicro } }),
)
/** What checks each of the limits of a key. */
export const KEY_LIMITS: Readonly<Record<keyof KeyLimits, Check>> = {
  rpm: checkRate,
  tpm: checkRate,
  concurrency: checkRate,
  allowedModels: orNull(checkList(checkName)),
  spendLimits,
}
const SETTINGS: Readonly<Record<keyof KeySettings, Check>> = {
  ...KEY_LIMITS,
  name: orNull(checkName),
  endUserSpendLimits: spendLimits,
  expiresAt: orNull(checkTime),
}
const ACTED = { required: { actor: checkName }, optional: { byOwner: checkFlag } }
/** The words never show the secret. */
const checkSecret: Check = (value) =>
  typeof value === 'string' && value.length >= 11 && USABLE.has(checkApiKeyFormat(value))
    ? null
    : 'must be cm- and 8 to 253 visible ASCII characters, and no mistyped generated key'
const USABLE: ReadonlySet<ApiKeyFormat> = new Set<ApiKeyFormat>(['generated', 'custom'])
const CREATE = {
  required: { ...ACTED.required, accountId: checkText },
  optional: { ...ACTED.optional, ...SETTINGS, secret: checkSecret },
}
const CHANGE = { ...ACTED, optional: { ...ACTED.optional, ...SETTINGS } }
const LIST = { optional: { accountId: checkText, afterId: checkText, limit: checkPageLimit } }

/** The functions of {@link KeyAdmin}. */
export function createKeyAdmin(run: RunAdmin): KeyAdmin {
  const setStatus =
    (status: KeyRecord['status'], action: string) =>
    (keyId: string, by: ChangedBy): Promise<KeyRecord | null> =>
      run((context) => {
        checkInput(by, ACTED)
        return changeKey(context, keyId, { change: { status }, action, ...by })
      })

  return {
    create: (key) => run((context) => createKey(context, key)),
    get: (keyId) => run(({ stores }) => stores.keys.key(keyId)),
    list: (query = {}) =>
      run(({ stores }) => {
        checkInput(query, LIST)
        return stores.keys.keys(withLimit(query))
      }),
    change: (keyId, input) =>
      run((context) => {
        checkInput(input, CHANGE)
        const { actor, byOwner, ...settings } = input
        return changeKey(context, keyId, { change: toChange(settings), action: 'key.change', actor, byOwner })
      }),
    disable: setStatus('disabled', 'key.disable'),
    enable: setStatus('active', 'key.enable'),
    delete: (keyId, by) =>
      run(async (context) => {
        checkInput(by, ACTED)
        return await withKey(context, keyId, (key) => {
          const note = { ...by, action: 'key.delete', accountId: key.accountId, keyId, details: {} }
          return context.stores.keys.deleteKey(keyId, draftAudit(context, note))
        })
      }),
  }
}

async function createKey(context: AdminContext, input: NewKey): Promise<CreatedKey | null> {
  checkInput(input, CREATE)
  const { actor, byOwner, accountId, secret: chosen, ...settings } = input
  const { stores, authenticator, keySecret } = context
  if ((await stores.keys.account(accountId)) === null) return null
  const secret = chosen ?? createApiKey(context.randomBytes)
  const key: KeyRecord = {
    id: context.createId('key_'),
    accountId,
    hash: hashKey(secret, keySecret),
    hint: keyHint(secret),
    status: 'active',
    ...KEY_DEFAULTS,
    ...toChange(settings),
    createdAt: context.now(),
  }
  const audit = { actor, byOwner, action: 'key.create', accountId, keyId: key.id }
  const note = { ...audit, details: toDetails(settings) }
  if (!(await stores.keys.createKey(key, draftAudit(context, note)))) {
    if (chosen === undefined)
      throw new GatewayError('internal_error', 'The key could not be created. Try again.')
    throw new GatewayError('invalid_value', 'secret is in use.', { param: 'secret', status: 409 })
  }
  authenticator.forget(key.hash)
  return { secret, key }
}

interface KeyStep extends ChangedBy {
  readonly change: KeyChange
  readonly action: string
}

function changeKey(
  context: AdminContext,
  keyId: string,
  { change, action, actor, byOwner }: KeyStep,
): Promise<KeyRecord | null> {
  return withKey(context, keyId, ({ accountId }) => {
    const note = { actor, byOwner, action, accountId, keyId, details: toDetails(change) }
    return context.stores.keys.changeKey(keyId, change, draftAudit(context, note))
  })
}

/** Changes a key that is there, and forgets what is remembered of it. */
async function withKey(
  { stores, authenticator }: AdminContext,
  keyId: string,
  change: (key: KeyRecord) => KeyRecord | null | Promise<KeyRecord | null>,
): Promise<KeyRecord | null> {
  const key = await stores.keys.key(keyId)
  if (key === null) return null
  try {
    return await change(key)
  } finally {
    // Also when the store has failed: it may have changed the key all the same.
    authenticator.forget(key.hash)
  }
}

/** Settings as the store takes them: absent ones stay, a null takes a field away where null is no value of it. */
function toChange({ rpm, tpm, concurrency, ...others }: KeySettings): KeyChange {
  const rates = Object.entries({ rpm, tpm, concurrency }).filter(([, value]) => value !== undefined)
  const rest = Object.entries(others).filter(([, value]) => value !== undefined)
  return Object.fromEntries([
    ...rates,
    ...rest.map(([name, value]) => [name, value ?? undefined]),
  ]) as KeyChange
}
