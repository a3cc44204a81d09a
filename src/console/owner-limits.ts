import { checkFields, checkMicro, orNull } from '../gateway/admin/checks.js'
import { KEY_LIMITS, type KeyLimits } from '../gateway/admin/keys.js'

/** What an owner may set of keys at most: absent or null is no ceiling. Operators are not held to it. */
export interface OwnerLimits extends KeyLimits {
  /** Keys of the account, whoever made them; that of the playground is one. */
  readonly keys?: number | null | undefined
}

const check = orNull(checkFields({ optional: { keys: orNull(checkMicro), ...KEY_LIMITS } }))

/** The `limits` of a principal, held to their type. Throws a `TypeError`. */
export function checkOwnerLimits(limits: unknown): OwnerLimits | null {
  if (limits === undefined) return null
  const fault = check(limits)
  if (fault === null) return limits
  const { path, problem } = typeof fault === 'string' ? { path: '', problem: fault } : fault
  throw new TypeError(`authorize: limits${path} ${problem}`)
}
