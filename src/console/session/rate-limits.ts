import { LRUCache } from 'lru-cache'
import { GatewayError } from '../../errors.js'
import { type BucketState, takeTokens } from '../../limits/token-bucket.js'
import { type Principal, principalKey } from '../principal.js'

/** Wrong operator tokens a minute, of all who try together: a request says nothing certain of where it comes from. */
const FAILURES_PER_MINUTE = 30
/** Calls of one actor a minute. */
const CALLS_PER_MINUTE = 600
const MOST_ACTORS = 10_000

/** What keeps guesses and floods away; counts the requests of this process. */
export interface RateLimits {
  /** Throws `rate_limit_exceeded` while there have been too many wrong tokens. */
  checkFailures(): void
  countFailure(): void
  /** Counts a call; throws `rate_limit_exceeded` when it is one too many. */
  countCall(principal: Principal): void
}

/** Limits that nothing has been counted in; `now` in milliseconds since the epoch. */
export function createRateLimits(now: () => number): RateLimits {
  const failureRule = { limitPerMinute: FAILURES_PER_MINUTE }
  const callRule = { limitPerMinute: CALLS_PER_MINUTE }
  const actors = new LRUCache<string, BucketState>({ max: MOST_ACTORS })
  let failures: BucketState | undefined
  return {
    checkFailures() {
      const { decision } = takeTokens(failures, failureRule, 1, now())
      if (!decision.allowed) throw tooMany('Too many wrong tokens.', decision.retryAfterMs)
    },
    countFailure() {
      failures = takeTokens(failures, failureRule, 1, now()).state
    },
    countCall(principal) {
      const key = principalKey(principal)
      const { state, decision } = takeTokens(actors.get(key), callRule, 1, now())
      actors.set(key, state)
      if (!decision.allowed)
        throw tooMany(`Too many requests: at most ${CALLS_PER_MINUTE} a minute.`, decision.retryAfterMs)
    },
  }
}

function tooMany(message: string, retryAfterMs: number): GatewayError {
  return new GatewayError('rate_limit_exceeded', message, { retryAfterMs })
}
