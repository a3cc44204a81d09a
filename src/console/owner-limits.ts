import { checkFields, checkList, checkMicro, checkName, checkRate, orNull } from '../gateway/admin/checks.js'
import type { SpendLimits } from '../keys/key-store.js'

/** What an owner may set of keys at most: absent or null is no ceiling. Operators are not held to it. */
export interface OwnerLimits {
  /** Keys of the account, whoever made them; that of the playground is one. */
  readonly keys?: number | null | undefined
  /** Requests a minute of a key. */
  readonly rpm?: number | null | undefined
  /** Tokens a minute of a key. */
  readonly tpm?: number | null | undefined
  /** Calls at once of a key. */
  readonly concurrency?: number | null | undefined
  /** Model ids and `vendor/*` patterns. */
  readonly allowedModels?: readonly string[] | null | undefined
  /** Of a key, in micro-USD. */
  readonly spendLimits?: SpendLimits | null | undefined
}

const check = orNull(
  checkFields({
    optional: {
      keys: orNull(checkMicro),
      rpm: checkRate,
      tpm: checkRate,
      concurrency: checkRate,
      allowedModels: orNull(checkList(checkName)),
      spendLimits: orNull(
        checkFields({ optional: { dayMicro: checkMicro, weekMicro: checkMicro, monthMicro: checkMicro } }),
      ),
    },
  }),
)

/** The `limits` of a principal, held to their type. Throws a `TypeError`. */
export function checkOwnerLimits(limits: unknown): OwnerLimits | null {
  if (limits === undefined) return null
  const fault = check(limits)
  if (fault === null) return limits
  const { path, problem } = typeof fault === 'string' ? { path: '', problem: fault } : fault
  throw new TypeError(`authorize: limits${path} ${problem}`)
}
