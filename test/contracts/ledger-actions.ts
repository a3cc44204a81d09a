import * as fc from 'fast-check'
import type { Ledger, Posting, SpendScope } from '../../src/balance/ledger.js'
import { DAY_MS, posting, START } from './samples.js'

/** Something that happens to the one account of a model. */
export type LedgerAction =
  | { readonly type: 'post'; readonly posting: Posting }
  | {
      readonly type: 'hold'
      readonly holdId: string
      readonly amountMicro: number
      readonly expiresAt: number
      readonly scopes: readonly SpendScope[]
    }
  | {
      readonly type: 'extend'
      readonly holdId: string
      readonly amountMicro: number
      readonly expiresAt: number
    }
  | { readonly type: 'settle'; readonly holdId: string; readonly costMicro: number }
  | { readonly type: 'release'; readonly holdId: string }
  | { readonly type: 'sweep'; readonly now: number }

export const SCOPES = ['key:1', 'user:ann'] as const

const LIMITED: readonly SpendScope[] = SCOPES.map((scope, index) => ({
  scope,
  limits: [
    { window: 'day', since: Math.floor(START / DAY_MS) * DAY_MS, limitMicro: 120 + 60 * index },
    { window: 'month', since: Date.parse('2024-05-01T00:00:00Z'), limitMicro: 200 },
  ],
}))
const COUNTED: readonly SpendScope[] = SCOPES.map((scope) => ({ scope, limits: [] }))

const amountMicro = fc.nat(100)
// Few ids, so that the same message comes again and again.
const holdId = fc.nat(9).map((index) => `hold_${index}`)
const externalId = fc.nat(9).map((index) => `event_${index}`)
const expiresAt = fc.nat(10).map((minutes) => START + minutes)
const scopes = fc.constantFrom(LIMITED, LIMITED.slice(0, 1), COUNTED, [])

const anyPosting = fc.oneof(
  fc.record({ kind: fc.constantFrom('top_up' as const, 'refund' as const), amountMicro, externalId }),
  fc.record({
    kind: fc.constant('adjustment' as const),
    amountMicro: fc.integer({ min: -60, max: 60 }),
    externalId,
  }),
)

/** A crash is that nothing follows: holds that nobody ends are left to the sweeps. */
export const anyAction: fc.Arbitrary<LedgerAction> = fc.oneof(
  { arbitrary: anyPosting.map((fields) => ({ type: 'post' as const, posting: posting(fields) })), weight: 2 },
  { arbitrary: fc.record({ type: fc.constant('hold'), holdId, amountMicro, expiresAt, scopes }), weight: 4 },
  { arbitrary: fc.record({ type: fc.constant('extend'), holdId, amountMicro, expiresAt }), weight: 2 },
  { arbitrary: fc.record({ type: fc.constant('settle'), holdId, costMicro: amountMicro }), weight: 3 },
  { arbitrary: fc.record({ type: fc.constant('release'), holdId }), weight: 1 },
  { arbitrary: fc.record({ type: fc.constant('sweep'), now: expiresAt }), weight: 1 },
)

/** Tells a ledger what happens. An extension is limited as its hold was. */
export async function playAction(
  ledger: Ledger,
  action: LedgerAction,
  scopesOf: ReadonlyMap<string, readonly SpendScope[]>,
): Promise<unknown> {
  switch (action.type) {
    case 'post':
      return await ledger.post(action.posting)
    case 'hold': {
      const { type: _type, ...request } = action
      return await ledger.hold({ accountId: 'acme', ...request })
    }
    case 'extend': {
      const { type: _type, ...extension } = action
      return await ledger.extend({ ...extension, scopes: scopesOf.get(action.holdId) })
    }
    case 'settle':
      return await ledger.settle(action.holdId, action.costMicro)
    case 'release':
      return await ledger.release(action.holdId)
    case 'sweep':
      return await ledger.sweep(action.now)
  }
}
