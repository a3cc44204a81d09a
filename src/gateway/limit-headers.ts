import type { BucketStatus, LimitDecision } from '../limits/store.js'

type Limits = Pick<LimitDecision, 'requests' | 'tokens'>

/** `x-ratelimit-*` as OpenAI's clients read them; resets are durations (`1m30s`, `20ms`). */
export function openaiLimitHeaders(limits: Limits): Record<string, string> {
  const headers: Record<string, string> = {}
  add(
    headers,
    limits,
    (field, unit) => `x-ratelimit-${field}-${unit}`,
    ({ resetMs }) => formatDuration(resetMs),
  )
  return headers
}

/** `anthropic-ratelimit-*`; resets are points in time (RFC 3339). */
export function anthropicLimitHeaders(limits: Limits, now: number): Record<string, string> {
  const headers: Record<string, string> = {}
  add(
    headers,
    limits,
    (field, unit) => `anthropic-ratelimit-${unit}-${field}`,
    ({ resetMs }) => new Date(now + resetMs).toISOString(),
  )
  return headers
}

function add(
  headers: Record<string, string>,
  limits: Limits,
  name: (field: 'limit' | 'remaining' | 'reset', unit: 'requests' | 'tokens') => string,
  reset: (status: BucketStatus) => string,
): void {
  for (const unit of ['requests', 'tokens'] as const) {
    const status = limits[unit]
    if (status === null) continue
    headers[name('limit', unit)] = String(status.limit)
    headers[name('remaining', unit)] = String(status.remaining)
    headers[name('reset', unit)] = reset(status)
  }
}

/** Go's duration notation, as OpenAI writes it: `0s`, `20ms`, `7.66s`, `6m0s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds <= 0) return '0s'
  if (milliseconds < 1000) return `${Math.ceil(milliseconds)}ms`
  const seconds = Math.ceil(milliseconds / 10) / 100
  if (seconds < 60) return `${seconds}s`
  const whole = Math.ceil(seconds)
  const minutes = Math.floor(whole / 60) % 60
  const hours = Math.floor(whole / 3600)
  return `${hours > 0 ? `${hours}h` : ''}${minutes}m${whole % 60}s`
}
