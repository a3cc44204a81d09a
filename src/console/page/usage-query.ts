import type { Query } from './api/client.js'
import { startOfRange } from './periods.js'

/** The filters of the list of calls, by their names in the address and in the API. */
export const USAGE_FILTERS = ['key', 'model', 'status', 'end_user', 'range', 'since', 'until'] as const

/** What to ask the API for what stands in the address. */
export function usageQuery(
  params: Readonly<Record<string, string>>,
  accountId: string | null,
  now: Date,
): Query {
  const { key, model, status, end_user, range, since, until } = params
  const isCustom = range === 'custom'
  return {
    account_id: accountId,
    key_id: key,
    model,
    status,
    end_user,
    since: isCustom ? since : startOfRange(range, now),
    until: isCustom ? until : null,
  }
}

/** An RFC 3339 time as a field for local times has it; empty for none. */
export function toLocalField(iso: string | undefined): string {
  const time = new Date(iso ?? '')
  if (Number.isNaN(time.getTime())) return ''
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** What a field for local times holds, as RFC 3339; null for no time. */
export function fromLocalField(value: string): string | null {
  const time = new Date(value)
  return Number.isNaN(time.getTime()) ? null : time.toISOString()
}
