import { describe, expect, it } from 'vitest'
import {
  extendHold,
  placeHold,
  releaseHold,
  settleHold,
  type ReservationSituation,
} from '../../src/balance/hold-steps.js'
import type { BalanceSnapshot, SpendScope } from '../../src/balance/ledger.js'
import type { HoldState } from '../../src/balance/step.js'
import { DAY_MS, entryDraft, EXPIRES_AT, holdRequest, START } from '../contracts/samples.js'

const NOW = START + 5
const DAY = Math.floor(START / DAY_MS) * DAY_MS

const wallet = (balanceMicro: number, heldMicro: number): BalanceSnapshot =>
  Object.freeze({ balanceMicro, heldMicro })

const holdState = (fields: Partial<HoldState> = {}): HoldState =>
  Object.freeze({
    holdId: 'hold_1',
    accountId: 'acme',
    amountMicro: 10,
    status: 'open',
    placedAt: START,
    expiresAt: EXPIRES_AT,
    scopes: ['key:1'],
    chargedMicro: 0,
    shortfallMicro: 0,
    ...fields,
  } as const)

const situation = (fields: Partial<ReservationSituation> = {}): ReservationSituation => {
  return { wallet: wallet(100, 20), hold: null, spend: [], ...fields }
}

const limited = (limitMicro: number): readonly SpendScope[] => [
  { scope: 'key:1', limits: [{ window: 'day', since: DAY, limitMicro }] },
]

const ENDED = ['settled', 'released'] as const
const NO_AMOUNTS = [-1, 0.5, Number.NaN, 2 ** 53]
const entry = (fields: Parameters<typeof entryDraft>[0]) =>
  entryDraft({ time: NOW, holdId: 'hold_1', balanceAfterMicro: 100, ...fields })

describe('placeHold', () => {
  it('reserves an amount and says everything that is to be written', () => {
    const request = holdRequest({ scopes: [{ scope: 'key:1', limits: [] }] })
    expect(placeHold(situation(), request, NOW)).toEqual({
      result: { ok: true },
      write: {
        accountId: 'acme',
        wallet: { balanceMicro: 100, heldMicro: 30 },
        hold: holdState({ placedAt: NOW }),
        entry: entry({ kind: 'hold', heldMicro: 10 }),
        spend: [{ scope: 'key:1', day: DAY, spentMicro: 0, heldMicro: 10 }],
      },
    })
  })

  it('has no scopes when the request names none, and each one once', () => {
    expect(placeHold(situation(), holdRequest(), NOW).write).toMatchObject({
      hold: { scopes: [] },
      spend: [],
    })
    const scopes = ['a', 'b', 'a'].map((scope) => ({ scope, limits: [] }))
    const { write } = placeHold(situation(), holdRequest({ scopes }), NOW)
    expect(write?.hold?.scopes).toEqual(['a', 'b'])
    expect(write?.spend.map(({ scope }) => scope)).toEqual(['a', 'b'])
  })

  it.each([
    [80, true],
    [81, false],
  ])('reserves the free part of the balance to the last micro-USD: %d', (amountMicro, ok) => {
    expect(placeHold(situation(), holdRequest({ amountMicro }), NOW).result.ok).toBe(ok)
  })

  it('refuses without a wallet, without cover or over a limit, and writes nothing', () => {
    const refused = { ok: false, balanceMicro: 100, heldMicro: 20 }
    expect(placeHold(situation({ wallet: null }), holdRequest(), NOW)).toEqual({
      result: { ok: false, reason: 'no_wallet', balanceMicro: 0, heldMicro: 0 },
      write: null,
    })
    expect(placeHold(situation(), holdRequest({ amountMicro: 81 }), NOW)).toStrictEqual({
      result: { ...refused, reason: 'insufficient_balance' },
      write: null,
    })
    const spend = [{ scope: 'key:1', since: DAY, spentMicro: 91 }]
    const scopes = limited(100)
    expect(placeHold(situation({ spend }), holdRequest({ scopes }), NOW)).toEqual({
      result: {
        ...refused,
        reason: 'spend_limit',
        spend: { scope: 'key:1', limit: { window: 'day', since: DAY, limitMicro: 100 }, spentMicro: 91 },
      },
      write: null,
    })
    const bearable = [{ scope: 'key:1', since: DAY, spentMicro: 90 }]
    expect(placeHold(situation({ spend: bearable }), holdRequest({ scopes }), NOW).result.ok).toBe(true)
  })

  it('leaves a hold that is there as it is, whatever its status and the wallet', () => {
    for (const status of ['open', 'expired', ...ENDED] as const) {
      const known = situation({ wallet: null, hold: holdState({ status }) })
      expect(placeHold(known, holdRequest(), NOW)).toEqual({ result: { ok: true }, write: null })
    }
  })

  it.each(NO_AMOUNTS)('does not calculate with %d', (amountMicro) => {
    expect(() => placeHold(situation(), holdRequest({ amountMicro }), NOW)).toThrow(/^amountMicro must be/)
  })
})

describe('extendHold', () => {
  const extension = { holdId: 'hold_1', amountMicro: 25, expiresAt: EXPIRES_AT + 1 }
  const open = situation({ hold: holdState() })

  it('raises the hold to the total, on the day on which it was placed', () => {
    const later = NOW + 3 * DAY_MS
    expect(extendHold(open, extension, later)).toEqual({
      result: { ok: true },
      write: {
        accountId: 'acme',
        wallet: { balanceMicro: 100, heldMicro: 35 },
        hold: holdState({ amountMicro: 25, expiresAt: EXPIRES_AT + 1 }),
        entry: entry({ kind: 'extend', heldMicro: 15, time: later }),
        spend: [{ scope: 'key:1', day: DAY, spentMicro: 0, heldMicro: 15 }],
      },
    })
  })

  it('never shortens the time', () => {
    const { write } = extendHold(open, { ...extension, expiresAt: 0 }, NOW)
    expect(write?.hold?.expiresAt).toBe(EXPIRES_AT)
  })

  it.each([10, 9, 0])('moves no money for a total of %d, but gives more time', (amountMicro) => {
    expect(extendHold(open, { ...extension, amountMicro }, NOW)).toEqual({
      result: { ok: true },
      write: {
        accountId: 'acme',
        wallet: { balanceMicro: 100, heldMicro: 20 },
        hold: holdState({ expiresAt: EXPIRES_AT + 1 }),
        entry: null,
        spend: [],
      },
    })
    const neither = { ...extension, amountMicro, expiresAt: EXPIRES_AT }
    expect(extendHold(open, neither, NOW)).toEqual({ result: { ok: true }, write: null })
  })

  it('gives more time even to one whose account has been overdrawn or limited since', () => {
    const tight = situation({
      wallet: wallet(5, 20),
      hold: holdState(),
      spend: [{ scope: 'key:1', since: DAY, spentMicro: 1000 }],
    })
    const same = { ...extension, amountMicro: 10, scopes: limited(1) }
    expect(extendHold(tight, same, NOW).result).toEqual({ ok: true })
  })

  it.each([
    [90, true],
    [91, false],
  ])('is covered by the free part of the balance and its own: %d', (amountMicro, ok) => {
    const { result, write } = extendHold(open, { ...extension, amountMicro }, NOW)
    expect(result.ok).toBe(ok)
    if (!ok) {
      expect(result).toEqual({
        ok: false,
        reason: 'insufficient_balance',
        balanceMicro: 100,
        heldMicro: 20,
      })
      expect(write).toBeNull()
    }
  })

  it.each([
    [115, true],
    [114, false],
  ])('is limited by what it adds: %d', (limitMicro, ok) => {
    const spend = [{ scope: 'key:1', since: DAY, spentMicro: 100 }]
    const step = extendHold({ ...open, spend }, { ...extension, scopes: limited(limitMicro) }, NOW)
    expect(step.result.ok).toBe(ok)
    if (!ok) expect(step).toMatchObject({ result: { reason: 'spend_limit' }, write: null })
  })

  it('extends only what is open', () => {
    const ended = { ok: false, reason: 'hold_ended' }
    for (const status of ['expired', ...ENDED] as const)
      expect(extendHold(situation({ hold: holdState({ status }) }), extension, NOW)).toEqual({
        result: { ...ended, balanceMicro: 100, heldMicro: 20 },
        write: null,
      })
    expect(extendHold(situation({ wallet: null }), extension, NOW)).toEqual({
      result: { ...ended, balanceMicro: 0, heldMicro: 0 },
      write: null,
    })
  })

  it.each(NO_AMOUNTS)('does not calculate with %d', (amountMicro) => {
    expect(() => extendHold(open, { ...extension, amountMicro }, NOW)).toThrow(/^amountMicro must be/)
  })
})

describe('settleHold', () => {
  it('frees the hold, takes the cost and says everything that is to be written', () => {
    expect(settleHold(situation({ hold: holdState() }), 4, NOW)).toEqual({
      result: { chargedMicro: 4, shortfallMicro: 0, repeated: false },
      write: {
        accountId: 'acme',
        wallet: { balanceMicro: 96, heldMicro: 10 },
        hold: holdState({ status: 'settled', chargedMicro: 4 }),
        entry: entry({ kind: 'settle', balanceMicro: -4, heldMicro: -10, balanceAfterMicro: 96 }),
        spend: [{ scope: 'key:1', day: DAY, spentMicro: 4, heldMicro: -10 }],
      },
    })
  })

  it('takes a cost above the hold as far as no other hold has reserved the balance', () => {
    const { result, write } = settleHold(situation({ hold: holdState() }), 95, NOW)
    expect(result).toEqual({ chargedMicro: 90, shortfallMicro: 5, repeated: false })
    expect(write).toMatchObject({
      wallet: { balanceMicro: 10, heldMicro: 10 },
      hold: { chargedMicro: 90, shortfallMicro: 5 },
      entry: { balanceMicro: -90, shortfallMicro: 5 },
      spend: [{ spentMicro: 90 }],
    })
  })

  it('settles an expired hold without freeing it again', () => {
    const { write } = settleHold(situation({ hold: holdState({ status: 'expired' }) }), 4, NOW)
    expect(write).toMatchObject({
      wallet: { balanceMicro: 96, heldMicro: 20 },
      hold: { status: 'settled' },
      entry: { heldMicro: 0 },
      spend: [{ spentMicro: 4, heldMicro: 0 }],
    })
  })

  it('takes nothing from a balance that is less than what is held', () => {
    const broken = { wallet: wallet(5, 20), hold: holdState({ status: 'expired' }) }
    const { result, write } = settleHold(broken, 4, NOW)
    expect(result).toEqual({ chargedMicro: 0, shortfallMicro: 4, repeated: false })
    expect(write?.wallet).toEqual({ balanceMicro: 5, heldMicro: 20 })
  })

  it.each(ENDED)('repeats the answer of a hold that is %s', (status) => {
    const hold = holdState({ status, chargedMicro: 3, shortfallMicro: 2 })
    expect(settleHold({ wallet: wallet(100, 0), hold }, 4, NOW)).toEqual({
      result: { chargedMicro: 3, shortfallMicro: 2, repeated: true },
      write: null,
    })
  })

  it('has nobody to pay without a hold or without a wallet', () => {
    const unpaid = { chargedMicro: 0, shortfallMicro: 4, repeated: false }
    expect(settleHold({ wallet: null, hold: null }, 4, NOW)).toEqual({ result: unpaid, write: null })
    const lost = { wallet: null, hold: holdState({ status: 'expired' }) }
    expect(settleHold(lost, 4, NOW).result).toEqual(unpaid)
  })

  it.each(NO_AMOUNTS)('does not calculate with %d', (costMicro) => {
    expect(() => settleHold(situation(), costMicro, NOW)).toThrow(/^costMicro must be/)
  })
})

describe('releaseHold', () => {
  it.each([
    ['release', 'released'],
    ['expire', 'expired'],
  ] as const)('frees the hold and takes nothing: %s', (kind, status) => {
    expect(releaseHold(situation({ hold: holdState() }), kind, NOW)).toEqual({
      result: null,
      write: {
        accountId: 'acme',
        wallet: { balanceMicro: 100, heldMicro: 10 },
        hold: holdState({ status }),
        entry: entry({ kind, heldMicro: -10 }),
        spend: [{ scope: 'key:1', day: DAY, spentMicro: 0, heldMicro: -10 }],
      },
    })
  })

  it('releases an expired hold without freeing it again', () => {
    const expired = situation({ hold: holdState({ status: 'expired' }) })
    expect(releaseHold(expired, 'release', NOW).write).toMatchObject({
      wallet: { balanceMicro: 100, heldMicro: 20 },
      hold: { status: 'released' },
      entry: { heldMicro: 0 },
      spend: [{ heldMicro: 0 }],
    })
  })

  it('leaves what has ended, or never was, as it is', () => {
    const nothing = { result: null, write: null }
    for (const kind of ['release', 'expire'] as const) {
      expect(releaseHold(situation(), kind, NOW)).toEqual(nothing)
      for (const status of ENDED)
        expect(releaseHold(situation({ hold: holdState({ status }) }), kind, NOW)).toEqual(nothing)
    }
    const expired = situation({ hold: holdState({ status: 'expired' }) })
    expect(releaseHold(expired, 'expire', NOW)).toEqual(nothing)
  })

  it('tells a wallet that is gone below zero rather than hiding it', () => {
    const lost = { wallet: null, hold: holdState() }
    expect(releaseHold(lost, 'release', NOW).write?.wallet).toEqual({ balanceMicro: 0, heldMicro: -10 })
  })
})
