import { describe, expect, it } from 'vitest'
import { ACCOUNTS, type Account, priceOf } from './accounts.js'
import type { Books, EntryRow, HoldRow } from './books.js'
import type { Attempt } from './order.js'
import { answerText, type VendorCall } from './vendor.js'
import { judge, type Observed } from './verdict.js'

const WORDS = 5
const PRICE = priceOf(WORDS)

function accountOf(id: string): Account {
  const account = ACCOUNTS.find((one) => one.id === id)
  if (account === undefined) throw new Error(`no account ${id}`)
  return account
}

function attemptOf(marker: string, fields: Partial<Attempt> = {}): Attempt {
  const script = { marker, words: WORDS, wordMs: 1 }
  return {
    order: { account: accountOf('rich'), script, streamed: false, keyed: true, leavesAfterMs: null },
    instance: { id: 1, url: '', isKilled: () => false },
    end: 'whole',
    status: 200,
    code: null,
    requestId: 'req_1',
    replayed: false,
    mayRetry: true,
    overheadMs: 0,
    text: answerText(script),
    ...fields,
  }
}

const callOf = (marker: string, startedAt = 0): VendorCall => ({
  marker,
  startedAt,
  endedAt: startedAt + 10,
  whole: true,
})

const settled = (holdId: string): HoldRow => ({
  holdId,
  status: 'settled',
  chargedMicro: PRICE,
  shortfallMicro: 0,
  marker: 'rich_1',
})

const entry = (fields: Partial<EntryRow>): EntryRow => ({
  accountId: 'rich',
  kind: 'settle',
  balanceMicro: -PRICE,
  balanceAfterMicro: accountOf('rich').balanceMicro - PRICE,
  holdId: 'req_1',
  ...fields,
})

/** Books of top-ups, these holds and a settle for each that is settled. */
function booksOf(holds: readonly HoldRow[], fields: Partial<Books> = {}): Books {
  const settles = holds.filter(({ status }) => status === 'settled').map(({ holdId }) => entry({ holdId }))
  const posted = ACCOUNTS.map(({ id, balanceMicro }) =>
    entry({ accountId: id, kind: 'top_up', balanceMicro, balanceAfterMicro: balanceMicro, holdId: null }),
  )
  const wallets = ACCOUNTS.map(({ id, balanceMicro }) => {
    const spent = id === 'rich' ? settles.length * PRICE : 0
    return [id, { balanceMicro: balanceMicro - spent, heldMicro: 0 }] as const
  })
  return {
    wallets: new Map(wallets),
    holds: new Map(holds.map((hold) => [hold.holdId, hold])),
    entries: [...posted, ...settles],
    usage: [{ requestId: 'req_1', costMicro: PRICE }],
    usageTotal: { costMicro: PRICE, requests: 1 },
    ...fields,
  }
}

const SOUND: Observed = {
  attempts: [attemptOf('rich_1')],
  calls: [callOf('rich_1')],
  books: booksOf([settled('req_1')]),
  verification: { wallets: 5, problems: [] },
  startedAt: 0,
  endedAt: 60_000,
  crashedAt: null,
  limitsInDatabase: true,
}

const EXPIRED = { ...settled('req_1'), status: 'expired', chargedMicro: 0 }
const many = (count: number, apartMs: number): readonly VendorCall[] =>
  Array.from({ length: count }, (_, index) => callOf('metered_1', index * apartMs))
const heldFor = (calls: readonly VendorCall[]): Books => {
  const holds = calls.map((_, index) => ({ ...EXPIRED, holdId: `req_${index + 2}`, marker: 'metered_1' }))
  return booksOf([settled('req_1'), ...holds])
}

describe('the verdict on a run', () => {
  it('finds nothing where all is well', () => {
    expect(judge(SOUND).violations).toEqual([])
  })

  it('takes an expired hold for right where the gateway was killed, and only there', () => {
    const books = booksOf([EXPIRED], { usage: [], usageTotal: { costMicro: 0, requests: 0 } })
    const killed = { id: 1, url: '', isKilled: () => true }
    const paid = { attempts: [attemptOf('rich_2', { requestId: 'req_2' })], calls: [callOf('rich_2')] }
    const other = { ...settled('req_2'), marker: 'rich_2' }
    const both = (instance: Attempt['instance']): Observed => ({
      ...SOUND,
      attempts: [attemptOf('rich_1', { instance }), ...paid.attempts],
      calls: [...SOUND.calls, ...paid.calls],
      books: { ...booksOf([EXPIRED, other]), usage: books.usage, usageTotal: books.usageTotal },
    })
    expect(judge(both(killed)).violations).toEqual([])
    expect(judge(both(attemptOf('rich_1').instance)).violations).toHaveLength(1)
  })

  it.each<readonly [string, Partial<Observed>]>([
    [
      'a hold that is settled twice',
      { books: booksOf([settled('req_1')], { entries: [...SOUND.books.entries, entry({})] }) },
    ],
    [
      'one key that is charged twice',
      { calls: [callOf('rich_1'), callOf('rich_1')], books: booksOf([settled('req_1'), settled('req_2')]) },
    ],
    ['a charge without a call of the vendor', { calls: [] }],
    ['a call of the vendor without a hold', { calls: [callOf('rich_1'), callOf('rich_1')] }],
    ['an answer that was not charged', { books: booksOf([EXPIRED]) }],
    ['another answer', { attempts: [attemptOf('rich_1', { text: 'something else' })] }],
    [
      'a record of something else',
      { books: booksOf([settled('req_1')], { usage: [{ requestId: 'req_1', costMicro: 1 }] }) },
    ],
    [
      'totals of something else',
      { books: booksOf([settled('req_1')], { usageTotal: { costMicro: 1, requests: 1 } }) },
    ],
    [
      'what the books say of themselves',
      { verification: { wallets: 5, problems: [{ accountId: 'rich', problem: 'x' }] } },
    ],
    [
      'a status that no gateway should give',
      { attempts: [...SOUND.attempts, attemptOf('rich_1', { end: 'refused', status: 401 })] },
    ],
    [
      'too many calls in a minute',
      { calls: [...SOUND.calls, ...many(41, 100)], books: heldFor(many(41, 100)) },
    ],
    ['a run without answers', { attempts: [] }],
  ])('finds %s', (_what, fields) => {
    expect(judge({ ...SOUND, ...fields }).violations).not.toEqual([])
  })

  it('finds nothing in as many calls as the limit lets pass', () => {
    const calls = many(40, 100)
    expect(judge({ ...SOUND, calls: [...SOUND.calls, ...calls], books: heldFor(calls) }).violations).toEqual(
      [],
    )
  })

  it('finds calls at once beyond the slots, less those that a crash of the database has forgotten', () => {
    const calls = Array.from({ length: 4 }, () => callOf('narrow_1', 1000))
    const holds = calls.map((_, index) => ({ ...EXPIRED, holdId: `req_${index + 2}`, marker: 'narrow_1' }))
    const run = { ...SOUND, calls: [...SOUND.calls, ...calls], books: booksOf([settled('req_1'), ...holds]) }
    expect(judge(run).violations).toHaveLength(1)
    expect(judge({ ...run, crashedAt: 1100 }).violations).toEqual([])
    expect(judge({ ...run, crashedAt: 1100, limitsInDatabase: false }).violations).toHaveLength(1)
    expect(judge({ ...run, crashedAt: 1700 }).violations).toHaveLength(1)
  })
})
