import { describe, expect, it } from 'vitest'
import { auditProblems, verifyLedger } from '../../src/balance/audit.js'
import type { WalletAudit } from '../../src/balance/ledger.js'

const audit = (fields: Partial<WalletAudit> = {}): WalletAudit => {
  const sums = { balanceMicro: 100, heldMicro: 30 }
  return {
    accountId: 'acme',
    wallet: sums,
    entries: sums,
    openHoldsMicro: 30,
    holdsEndedTwice: [],
    ...fields,
  }
}

const sound = (balanceMicro: number, heldMicro: number): WalletAudit => {
  const sums = { balanceMicro, heldMicro }
  return audit({ wallet: sums, entries: sums, openHoldsMicro: heldMicro })
}

describe('auditProblems', () => {
  it.each([
    [100, 30],
    [30, 30],
    [0, 0],
  ])('finds none in a wallet of %d with %d held that adds up', (balanceMicro, heldMicro) => {
    expect(auditProblems(sound(balanceMicro, heldMicro))).toEqual([])
  })

  it.each<[string, WalletAudit]>([
    ['balance 100, but the entries add up to 99', audit({ entries: { balanceMicro: 99, heldMicro: 30 } })],
    ['held 30, but the entries add up to 29', audit({ entries: { balanceMicro: 100, heldMicro: 29 } })],
    ['held 30, but the open holds add up to 31', audit({ openHoldsMicro: 31 })],
    ['held 30 is more than the balance 29', sound(29, 30)],
    ['held -1 is negative', sound(0, -1)],
    ['hold h7 ended more than once', audit({ holdsEndedTwice: ['h7'] })],
  ])('finds: %s', (problem, broken) => {
    expect(auditProblems(broken)).toEqual([problem])
  })

  it('finds everything at once', () => {
    const broken = {
      wallet: { balanceMicro: -5, heldMicro: -4 },
      entries: { balanceMicro: 1, heldMicro: 2 },
      openHoldsMicro: 3,
      holdsEndedTwice: ['a', 'b'],
    }
    expect(auditProblems(audit(broken))).toEqual([
      'balance -5, but the entries add up to 1',
      'held -4, but the entries add up to 2',
      'held -4, but the open holds add up to 3',
      'balance -5 is negative',
      'held -4 is negative',
      'held -4 is more than the balance -5',
      'hold a ended more than once',
      'hold b ended more than once',
    ])
  })
})

describe('verifyLedger', () => {
  /** A ledger of so many wallets, of which those at some places are broken. */
  function auditOf(count: number, broken: readonly number[]): Parameters<typeof verifyLedger>[0] {
    const wallets = Array.from({ length: count }, (_, index) =>
      audit({
        accountId: `acme_${String(index).padStart(5, '0')}`,
        openHoldsMicro: broken.includes(index) ? 0 : 30,
      }),
    )
    return {
      audit: ({ afterAccountId = '', limit }) =>
        wallets.filter(({ accountId }) => accountId > afterAccountId).slice(0, limit),
    }
  }

  it.each([0, 1, 499, 500, 501, 1000, 1203])('looks at all of %d wallets', async (count) => {
    expect(await verifyLedger(auditOf(count, []))).toEqual({ wallets: count, problems: [] })
  })

  it('names the account of each problem, on every page', async () => {
    const { problems } = await verifyLedger(auditOf(700, [3, 699]))
    const problem = 'held 30, but the open holds add up to 0'
    expect(problems).toEqual([
      { accountId: 'acme_00003', problem },
      { accountId: 'acme_00699', problem },
    ])
  })
})
