import { describe, expect, it } from 'vitest'
import type { Posting } from '../../src/balance/ledger.js'
import { postMoney, type EarlierPosting } from '../../src/balance/post-money.js'
import { entryDraft, posting, START } from '../contracts/samples.js'

const wallet = Object.freeze({ balanceMicro: 100, heldMicro: 30 })
const post = (fields: Partial<Posting>, earlier: EarlierPosting | null = null) =>
  postMoney({ wallet, earlier }, posting(fields), START)

describe('postMoney', () => {
  it('says everything that is to be written', () => {
    expect(post({ amountMicro: 50, note: 'invoice 7', actor: 'stripe' })).toEqual({
      result: {
        wallet: { balanceMicro: 150, heldMicro: 30 },
        postedMicro: 50,
        shortfallMicro: 0,
        outcome: 'posted',
      },
      write: {
        accountId: 'acme',
        wallet: { balanceMicro: 150, heldMicro: 30 },
        hold: null,
        entry: entryDraft({
          balanceMicro: 50,
          balanceAfterMicro: 150,
          externalId: 'payment_1',
          note: 'invoice 7',
          actor: 'stripe',
        }),
        spend: [],
      },
    })
  })

  it('makes a wallet where there is none', () => {
    const { result, write } = postMoney({ wallet: null, earlier: null }, posting({ amountMicro: 0 }), START)
    expect(result.wallet).toEqual({ balanceMicro: 0, heldMicro: 0 })
    expect(write?.wallet).toEqual({ balanceMicro: 0, heldMicro: 0 })
  })

  it.each([
    ['refund', 70, -70, 0],
    ['refund', 71, -70, 1],
    ['refund', 0, 0, 0],
    ['adjustment', 5, 5, 0],
    ['adjustment', -70, -70, 0],
    ['adjustment', -72, -70, 2],
    ['adjustment', 0, 0, 0],
  ] as const)(
    'posts a %s of %d as %d, with a shortfall of %d',
    (kind, amountMicro, postedMicro, shortfallMicro) => {
      const { result, write } = post({ kind, amountMicro })
      expect(result).toEqual({
        wallet: { balanceMicro: 100 + postedMicro, heldMicro: 30 },
        postedMicro,
        shortfallMicro,
        outcome: 'posted',
      })
      expect(write?.entry).toMatchObject({ kind, balanceMicro: postedMicro, heldMicro: 0, shortfallMicro })
    },
  )

  it('takes nothing from a balance that is less than what is held', () => {
    const broken = { wallet: { balanceMicro: 5, heldMicro: 20 }, earlier: null }
    const { result } = postMoney(broken, posting({ kind: 'refund', amountMicro: 3 }), START)
    expect(result).toMatchObject({ postedMicro: 0, shortfallMicro: 3, wallet: { balanceMicro: 5 } })
  })

  const refunded = { accountId: 'acme', kind: 'refund', balanceMicro: -60, shortfallMicro: 10 } as const
  it.each<[string, Partial<Posting>, 'repeated' | 'conflict']>([
    ['the same', { kind: 'refund', amountMicro: 70 }, 'repeated'],
    ['what was posted of it', { kind: 'refund', amountMicro: 60 }, 'conflict'],
    ['another kind', { kind: 'adjustment', amountMicro: -70 }, 'conflict'],
    ['another account', { kind: 'refund', amountMicro: 70, accountId: 'other' }, 'conflict'],
  ])('changes nothing when the external id comes again with %s', (_name, fields, outcome) => {
    expect(post(fields, refunded)).toEqual({
      result: { wallet, postedMicro: -60, shortfallMicro: 10, outcome },
      write: null,
    })
  })

  it('answers an empty wallet for a conflict of an account without one', () => {
    const { result } = postMoney({ wallet: null, earlier: refunded }, posting(), START)
    expect(result).toMatchObject({ wallet: { balanceMicro: 0, heldMicro: 0 }, outcome: 'conflict' })
  })

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('does not calculate with %d', (amountMicro) => {
    expect(() => post({ amountMicro })).toThrow(/^amountMicro must be a non-negative integer/)
    expect(() => post({ kind: 'refund', amountMicro })).toThrow(/^amountMicro must be a non-negative integer/)
  })

  it.each([0.5, Number.NaN, -(2 ** 53)])('does not adjust by %d', (amountMicro) => {
    const adjust = () => post({ kind: 'adjustment', amountMicro })
    expect(adjust).toThrow(new RangeError(`amountMicro must be an integer of micro-USD, got ${amountMicro}`))
  })

  it('does not make a balance that is no safe integer', () => {
    expect(() => post({ amountMicro: Number.MAX_SAFE_INTEGER })).toThrow(/^balanceMicro must be/)
  })
})
