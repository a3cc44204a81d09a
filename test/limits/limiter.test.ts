import { describe, expect, it } from 'vitest'
import { decideLimits, limitMessage, reconcileTokens } from '../../src/limits/limiter.js'
import { limitRequest } from '../contracts/samples.js'

const NOW = 1_700_000_000_000
const IDLE = { inFlight: 0, now: NOW }

describe('decideLimits', () => {
  it('names the limit that keeps the call waiting longest', () => {
    const request = limitRequest({ rpm: 60, tpm: 60, concurrency: 1, tokens: 30 })
    const { state } = decideLimits({}, { ...request, rpm: 60, tokens: 60 }, IDLE)
    const { decision } = decideLimits(state, request, { inFlight: 1, now: NOW })
    expect(decision).toMatchObject({
      allowed: false,
      refusedBy: 'tokens',
      retryAfterMs: 30_000,
      reservedTokens: 0,
    })
  })

  it.each([
    ['tokens', { rpm: 60, tpm: 60 }, 20_000],
    ['requests', { rpm: 2, tpm: 60 }, 30_000],
    ['requests', { rpm: 3, tpm: 60 }, 20_000],
  ] as const)(
    'names the slowest of several that refuse, of equal ones the first: %s',
    (refusedBy, rules, retryAfterMs) => {
      const request = limitRequest({ ...rules, tokens: 20 })
      const emptied = {
        requests: { level: 0, updatedAt: NOW, lastFullAt: NOW },
        tokens: { level: 0, updatedAt: NOW, lastFullAt: NOW },
      }
      const { decision } = decideLimits(emptied, request, IDLE)
      expect(decision).toMatchObject({ allowed: false, refusedBy, retryAfterMs })
    },
  )

  it('says what it has reserved, and what is left', () => {
    const { decision } = decideLimits({}, limitRequest({ rpm: 5, tpm: 100, tokens: 30 }), IDLE)
    expect(decision).toEqual({
      allowed: true,
      reservedTokens: 30,
      requests: { limit: 5, remaining: 4, resetMs: 12_000 },
      tokens: { limit: 100, remaining: 70, resetMs: 18_000 },
    })
  })

  it('says what is left when it refuses, of the limits that there are', () => {
    const busy = { inFlight: 1, now: NOW }
    const one = { concurrency: 1, tokens: 30 }
    expect(decideLimits({}, limitRequest({ ...one, rpm: 5 }), busy).decision).toEqual({
      allowed: false,
      refusedBy: 'concurrency',
      retryAfterMs: 1000,
      reservedTokens: 0,
      requests: { limit: 5, remaining: 5, resetMs: 0 },
      tokens: null,
    })
    expect(decideLimits({}, limitRequest({ ...one, tpm: 100 }), busy).decision).toMatchObject({
      requests: null,
      tokens: { limit: 100, remaining: 100, resetMs: 0 },
    })
  })

  it('changes no state when it refuses', () => {
    const before = {}
    const { state, decision } = decideLimits(before, limitRequest({ rpm: 5, concurrency: 1 }), {
      inFlight: 1,
      now: NOW,
    })
    expect(decision.refusedBy).toBe('concurrency')
    expect(state).toBe(before)
  })

  it('allows no call at all with a concurrency of zero', () => {
    expect(decideLimits({}, limitRequest({ concurrency: 0 }), IDLE).decision.allowed).toBe(false)
  })

  it('does not mind how many calls run when that is unlimited', () => {
    expect(decideLimits({}, limitRequest(), { inFlight: 1e6, now: NOW }).decision.allowed).toBe(true)
  })
})

describe('reconcileTokens', () => {
  it('leaves the requests alone', () => {
    const { state } = decideLimits({}, limitRequest({ rpm: 5, tpm: 100, tokens: 80 }), IDLE)
    const after = reconcileTokens(state, { tpm: 100, reservedTokens: 80, takenAt: NOW }, 10, NOW)
    expect(after.requests).toBe(state.requests)
    const { decision } = decideLimits(after, limitRequest({ rpm: 5, tpm: 100, tokens: 90 }), IDLE)
    expect(decision).toMatchObject({ allowed: true, tokens: { remaining: 0 }, requests: { remaining: 3 } })
  })
})

describe('limitMessage', () => {
  const request = limitRequest({ rpm: 60, tpm: 100_000, concurrency: 5 })
  it.each([
    ['requests', 'Rate limit exceeded: max 60 requests per minute.'],
    ['tokens', 'Rate limit exceeded: max 100000 tokens per minute.'],
    ['concurrency', 'Rate limit exceeded: max 5 concurrent requests.'],
  ] as const)('says which limit refused: %s', (kind, message) => {
    expect(limitMessage(request, kind)).toBe(message)
  })
})
