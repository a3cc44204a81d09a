import type { HoldRefusal, SpendLimit, SpendScope, SpendWindow } from '../../balance/ledger.js'
import type { Identity, SpendLimits } from '../../keys/key-store.js'
import { dayStart, monthStart, weekStart } from '../../usage/windows.js'

const NO_LIMITS: readonly SpendLimit[] = []
const DAY_MS = 86_400_000

/** The scope under which a ledger counts what a key spends. */
export function keyScope(keyId: string): string {
  return `key:${keyId}`
}

/** The scope of an end user of a key; the length says where the id ends, so that no two of them share one. */
export function endUserScope(keyId: string, endUser: string): string {
  return `end-user:${keyId.length}:${keyId}:${endUser}`
}

/**
 * What a call counts towards: its key always, its end user where the key limits those and the client named one.
 * `now` in milliseconds since the epoch.
 */
export function spendScopes({ key }: Identity, endUser: string | null, now: number): readonly SpendScope[] {
  const ofKey = { scope: keyScope(key.id), limits: toLimits(key.spendLimits, now) }
  if (key.endUserSpendLimits === undefined || endUser === null) return [ofKey]
  return [ofKey, { scope: endUserScope(key.id, endUser), limits: toLimits(key.endUserSpendLimits, now) }]
}

function toLimits(limits: SpendLimits | undefined, now: number): readonly SpendLimit[] {
  if (limits === undefined) return NO_LIMITS
  const { dayMicro, weekMicro, monthMicro } = limits
  const list: SpendLimit[] = []
  if (dayMicro !== undefined) list.push({ window: 'day', since: dayStart(now), limitMicro: dayMicro })
  if (weekMicro !== undefined) list.push({ window: 'week', since: weekStart(now), limitMicro: weekMicro })
  if (monthMicro !== undefined) list.push({ window: 'month', since: monthStart(now), limitMicro: monthMicro })
  return list
}

const WINDOW_NAMES: Readonly<Record<SpendWindow, string>> = {
  day: 'daily',
  week: 'weekly',
  month: 'monthly',
}

type Refused = NonNullable<HoldRefusal['spend']>

/** `This API key has reached its daily spend limit; it starts anew at 2026-01-31T00:00:00.000Z.` */
export function spendLimitReached({ scope, limit }: Refused): string {
  const anew = new Date(nextWindow(limit)).toISOString()
  return `This ${ownerOf(scope)} has reached its ${WINDOW_NAMES[limit.window]} spend limit; it starts anew at ${anew}.`
}

/** What to say when something is left, but less than the call may cost. */
export function spendLimitTooSmall({ scope, limit }: Refused): string {
  return `This request may cost more than the ${WINDOW_NAMES[limit.window]} spend limit of this ${ownerOf(scope)} has left.`
}

function ownerOf(scope: string): string {
  return scope.startsWith('key:') ? 'API key' : 'end user'
}

/** When the window of a limit ends, milliseconds since the epoch. */
function nextWindow({ window, since }: SpendLimit): number {
  if (window !== 'month') return since + (window === 'day' ? DAY_MS : 7 * DAY_MS)
  const start = new Date(since)
  return Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1)
}
