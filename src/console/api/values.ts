import { GatewayError } from '../../errors.js'
import { maySee, ownAccount, type Principal } from '../principal.js'

/** The end of the years that RFC 3339 can write; whoever wants a key for ever may name a later time. */
const LAST_TIME = 253_402_300_799_999

/** RFC 3339 in UTC. */
export function formatTime(time: number): string {
  return new Date(Math.min(time, LAST_TIME)).toISOString()
}

export function formatOptionalTime(time: number | undefined): string | null {
  return time === undefined ? null : formatTime(time)
}

/** Milliseconds since the epoch of a time or date whose form has been checked. */
export function parseTime(text: string): number
export function parseTime(text: string | undefined): number | undefined
export function parseTime(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text)
}

/** The same words for what nobody has and what somebody else has. */
export function notFound(what: string, id: string): GatewayError {
  return new GatewayError('not_found', `There is no ${what} ${JSON.stringify(id.slice(0, 200))}.`)
}

/** What was found, or the 404. */
export function found<T>(value: T | null, what: string, id: string): T {
  if (value === null) throw notFound(what, id)
  return value
}

/**
 * The account that a request is about: the one that it names, else the principal's own; undefined = all, for operators
 * only. Throws `not_found` for one that the principal may not see.
 */
export function scopeOf(principal: Principal, accountId: string | undefined): string | undefined {
  if (accountId === undefined) return ownAccount(principal) ?? undefined
  if (!maySee(principal, accountId)) throw notFound('account', accountId)
  return accountId
}
