import { LRUCache } from 'lru-cache'
import { GatewayError } from '../../errors.js'
import { type BucketState, takeTokens } from '../../limits/token-bucket.js'
import { type Principal, principalKey } from '../principal.js'

/** Wrong tokens, and as many wrong signatures, from one address a minute. */
const GUESSES_PER_MINUTE = 30
/** Calls of one actor a minute. */
const CALLS_PER_MINUTE = 600
const MOST_ACTORS = 10_000
const MOST_GUESSERS = 10_000

/** What somebody without a right to come in may be trying to guess. */
export type GuessedSecret = 'tokens' | 'signatures'

/** What keeps guesses and floods away; counts the requests of this process. */
export interface RateLimits {
  /**
   * Throws `rate_limit_exceeded` while too many wrong secrets have come from an address. Nobody is refused where the
   * address is not known (null): one count for all callers would let any of them lock the others out.
   */
  checkGuesses(secret: GuessedSecret, address: string | null): void
  countGuess(secret: GuessedSecret, address: string | null): void
  /** Counts a call; throws `rate_limit_exceeded` when it is one too many. */
  countCall(principal: Principal): void
}

/** Limits that nothing has been counted in; `now` in milliseconds since the epoch. */
export function createRateLimits(now: () => number): RateLimits {
  const guessRule = { limitPerMinute: GUESSES_PER_MINUTE }
  const callRule = { limitPerMinute: CALLS_PER_MINUTE }
  const actors = new LRUCache<string, BucketState>({ max: MOST_ACTORS })
  const guessers = new LRUCache<string, BucketState>({ max: MOST_GUESSERS })
  return {
    checkGuesses(secret, address) {
      if (address === null) return
      const { decision } = takeTokens(guessers.get(`${secret} ${address}`), guessRule, 1, now())
      if (!decision.allowed) throw tooMany(`Too many wrong ${secret}.`, decision.retryAfterMs)
    },
    countGuess(secret, address) {
      if (address === null) return
      const key = `${secret} ${address}`
      guessers.set(key, takeTokens(guessers.get(key), guessRule, 1, now()).state)
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
