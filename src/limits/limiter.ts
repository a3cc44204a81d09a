import type { BucketStatus, LimitDecision, LimitKind, LimitRequest } from './store.js'
import {
  bucketStatus,
  returnTokens,
  takeTokens,
  type BucketDecision,
  type BucketState,
} from './token-bucket.js'

/** Buckets of one key; an absent one is full. */
export interface LimiterState {
  readonly requests?: BucketState | undefined
  readonly tokens?: BucketState | undefined
}

/** What a store knows at the moment of a decision. */
export interface LimiterSituation {
  /** Calls of the key that run now. */
  readonly inFlight: number
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** Nobody knows when a running call will end: a second is a fair time to ask again. */
const CONCURRENCY_RETRY_MS = 1000

/** Decides requests, tokens and concurrency together: all are taken, or none. */
export function decideLimits(
  state: LimiterState,
  request: LimitRequest,
  { inFlight, now }: LimiterSituation,
): { readonly state: LimiterState; readonly decision: LimitDecision } {
  const requests = takeIfLimited(state.requests, request.rpm, 1, now)
  const tokens = takeIfLimited(state.tokens, request.tpm, request.tokens, now)
  const slotFree = request.concurrency === null || inFlight < request.concurrency
  const refusal = longestRefusal({
    requests: requests?.decision,
    tokens: tokens?.decision,
    concurrency: { allowed: slotFree, retryAfterMs: CONCURRENCY_RETRY_MS },
  })
  if (refusal === null) {
    return {
      state: { requests: requests?.state, tokens: tokens?.state },
      decision: {
        allowed: true,
        reservedTokens: tokens?.decision.cost ?? 0,
        requests: requests?.decision.status ?? null,
        tokens: tokens?.decision.status ?? null,
      },
    }
  }
  return {
    state,
    decision: {
      allowed: false,
      ...refusal,
      reservedTokens: 0,
      requests: untouched(state.requests, request.rpm, now),
      tokens: untouched(state.tokens, request.tpm, now),
    },
  }
}

/** Reconciles the tokens that a call reserved at `takenAt` to those that it used. */
export function reconcileTokens(
  state: LimiterState,
  reservation: { readonly tpm: number; readonly reservedTokens: number; readonly takenAt: number },
  actualTokens: number,
  now: number,
): LimiterState {
  const correction = { units: reservation.reservedTokens - actualTokens, takenAt: reservation.takenAt }
  return {
    ...state,
    tokens: returnTokens(state.tokens, { limitPerMinute: reservation.tpm }, correction, now),
  }
}

const MESSAGES: Readonly<Record<LimitKind, (request: LimitRequest) => string>> = {
  requests: ({ rpm }) => `Rate limit exceeded: max ${rpm} requests per minute.`,
  tokens: ({ tpm }) => `Rate limit exceeded: max ${tpm} tokens per minute.`,
  concurrency: ({ concurrency }) => `Rate limit exceeded: max ${concurrency} concurrent requests.`,
}

/** The message of a 429, by the limit that refused. */
export function limitMessage(request: LimitRequest, refusedBy: LimitKind): string {
  return MESSAGES[refusedBy](request)
}

function takeIfLimited(
  state: BucketState | undefined,
  limitPerMinute: number | null,
  cost: number,
  now: number,
): ReturnType<typeof takeTokens> | null {
  return limitPerMinute === null ? null : takeTokens(state, { limitPerMinute }, cost, now)
}

function untouched(
  state: BucketState | undefined,
  limitPerMinute: number | null,
  now: number,
): BucketStatus | null {
  return limitPerMinute === null ? null : bucketStatus(state, { limitPerMinute }, now)
}

type Refusable = Pick<BucketDecision, 'allowed' | 'retryAfterMs'>

/** The call has to wait for the slowest of the limits that refuse it. */
function longestRefusal(
  decisions: Readonly<Record<LimitKind, Refusable | undefined>>,
): { readonly refusedBy: LimitKind; readonly retryAfterMs: number } | null {
  const kinds: readonly LimitKind[] = ['requests', 'tokens', 'concurrency']
  let longest: { refusedBy: LimitKind; retryAfterMs: number } | null = null
  for (const refusedBy of kinds) {
    const decision = decisions[refusedBy]
    if (decision === undefined || decision.allowed) continue
    if (longest === null || decision.retryAfterMs > longest.retryAfterMs)
      longest = { refusedBy, retryAfterMs: decision.retryAfterMs }
  }
  return longest
}
