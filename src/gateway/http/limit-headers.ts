import type { LimitDecision } from '../../limits/store.js'

type Limits = Pick<LimitDecision, 'requests' | 'tokens'>

/** Adds limits to the headers of an answer. */
export type AddLimitHeaders = (headers: Record<string, string>, limits: Limits, now: number) => void

/** `x-ratelimit-*` as OpenAI's clients read them; resets are durations (`1m30s`, `20ms`). */
export const addOpenaiLimitHeaders: AddLimitHeaders = (headers, { requests, tokens }) => {
  if (requests !== null) {
    headers['x-ratelimit-limit-requests'] = String(requests.limit)
    headers['x-ratelimit-remaining-requests'] = String(requests.remaining)
    headers['x-ratelimit-reset-requests'] = formatDuration(requests.resetMs)
  }
  if (tokens !== null) {
    headers['x-ratelimit-limit-tokens'] = String(tokens.limit)
    headers['x-ratelimit-remaining-tokens'] = String(tokens.remaining)
    headers['x-ratelimit-reset-tokens'] = formatDuration(tokens.resetMs)
  }
}

/** `anthropic-ratelimit-*`; resets are points in time (RFC 3339). */
export const addAnthropicLimitHeaders: AddLimitHeaders = (headers, { requests, tokens }, now) => {
  if (requests !== null) {
    headers['anthropic-ratelimit-requests-limit'] = String(requests.limit)
    headers['anthropic-ratelimit-requests-remaining'] = String(requests.remaining)
    headers['anthropic-ratelimit-requests-reset'] = new Date(now + requests.resetMs).toISOString()
  }
  if (tokens !== null) {
    headers['anthropic-ratelimit-tokens-limit'] = String(tokens.limit)
    headers['anthropic-ratelimit-tokens-remaining'] = String(tokens.remaining)
    headers['anthropic-ratelimit-tokens-reset'] = new Date(now + tokens.resetMs).toISOString()
  }
}

/** Go's duration notation, as OpenAI writes it: `0s`, `20ms`, `7.66s`, `6m0s`. */
function formatDuration(milliseconds: number): string {
  if (milliseconds <= 0) return '0s'
  if (milliseconds < 1000) return `${Math.ceil(milliseconds)}ms`
  const seconds = Math.ceil(milliseconds / 10) / 100
  if (seconds < 60) return `${seconds}s`
  const whole = Math.ceil(seconds)
  const minutes = Math.floor(whole / 60) % 60
  const hours = Math.floor(whole / 3600)
  return `${hours > 0 ? `${hours}h` : ''}${minutes}m${whole % 60}s`
}
