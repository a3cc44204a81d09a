import { describe, expect, it } from 'vitest'
import { usageRecord } from '../contracts/samples.js'
import { checkCall } from './check-calls.js'
import type { ClientCall } from './clients.js'
import { expectedEnd, FAULT_IDS, type FaultId } from './faults.js'
import { slopeOf } from './fit.js'
import type { Sample } from './gateway.js'
import type { Observed } from './observed.js'
import { answerText, type CallName, findCall, nameCall, type Plan, planCall } from './plan.js'
import { ACCOUNTS, priceOf } from './setting.js'
import { judge } from './soak.js'
import type { VendorCall } from './vendor.js'

const SEED = 1
const USAGE = {
  inputTokens: 100,
  cacheReadTokens: 50,
  cacheWriteTokens: 10,
  cacheWriteLongTokens: 0,
  outputTokens: 20,
  reasoningTokens: 5,
}
/** 40 at 3, 50 at 1, 10 at 4 and 20 at 15 micro-USD. */
const COST = 510

/** The first call whose plan is as wanted; of its words alone, so that it ends its task. */
function findName(isWanted: (plan: Plan) => boolean): CallName {
  for (let session = 0; session < 100_000; session += 1) {
    const name = { session, task: 0, turn: 0, retry: 0, isLast: true }
    if (isWanted(planCall(name, SEED))) return name
  }
  throw new Error('no plan is like that')
}

const CALM = findName(
  ({ fault, leavesAfterMs, isRepeated }) => fault === null && leavesAfterMs === null && !isRepeated,
)

function clientCall(fields: Partial<ClientCall> = {}, name = CALM): ClientCall {
  return {
    name: nameCall(name),
    account: 'rich',
    client: 'chat',
    model: 'single/chat',
    end: 'whole',
    status: 200,
    requestId: 'req_1',
    message: null,
    text: answerText(nameCall(name), planCall(name, SEED).words),
    call: null,
    durationMs: 10,
    repeated: null,
    counted: null,
    ...fields,
  }
}

function vendorCall(fields: Partial<VendorCall> = {}, name = CALM): VendorCall {
  return { name: nameCall(name), fault: null, usage: USAGE, isWhole: true, ...fields }
}

const RECORD = usageRecord({
  requestId: 'req_1',
  accountId: 'rich',
  endUser: nameCall(CALM),
  status: 'completed',
  costMicro: COST,
  shortfallMicro: 0,
})

function sampleAt(index: number, fields: Partial<Sample> = {}): Sample {
  return {
    at: index * 1000,
    heapBytes: 40_000_000,
    externalBytes: 4_000_000,
    rssBytes: 100_000_000,
    sockets: 10,
    resources: 20,
    inFlight: 0,
    heldMicro: 0,
    requests: index * 1000,
    cpuMs: index * 1000,
    ...fields,
  }
}

const many = (fieldsOf: (index: number) => Partial<Sample>): readonly Sample[] =>
  Array.from({ length: 10 }, (_, index) => sampleAt(index, fieldsOf(index)))

const BALANCES = Object.fromEntries(
  ACCOUNTS.map(({ id, balanceMicro }) => [id, id === 'rich' ? balanceMicro - COST : balanceMicro]),
)

const SOUND: Observed = {
  seed: SEED,
  clientCalls: [clientCall()],
  vendorCalls: [vendorCall()],
  remains: {
    heldMicro: 0,
    balances: BALANCES,
    problems: [],
    records: [RECORD],
    totals: { costMicro: COST, requests: 1 },
    leftovers: [],
    errors: [],
  },
  samples: many(() => ({ inFlight: 7, heldMicro: 100 })),
  quiet: many(() => ({})),
  longestDelayMs: 10,
  maxDelayMs: 100,
  complaints: [],
  exitCodes: { gateway: 0, vendor: 0, clients: 0 },
  maxBytesPerRequest: 150,
  isThorough: false,
}

const withRemains = (fields: Partial<Observed['remains']>): Partial<Observed> => ({
  remains: { ...SOUND.remains, ...fields },
})
const violationsOf = (fields: Partial<Observed>): readonly string[] =>
  judge({ ...SOUND, ...fields }, 10).violations

describe('the verdict on a soak', () => {
  it('finds nothing where all is well', () => {
    expect(violationsOf({})).toEqual([])
    expect(priceOf(USAGE)).toBe(COST)
  })

  it.each<readonly [string, Partial<Observed>, RegExp]>([
    [
      'a run without answers',
      {
        clientCalls: [],
        vendorCalls: [],
        ...withRemains({
          records: [],
          totals: { costMicro: 0, requests: 0 },
          balances: { ...BALANCES, rich: 1_000_000_000_000 },
        }),
      },
      /nothing was tested/,
    ],
    ['a fault that never struck', { isThorough: true }, /hang has never struck/],
    [
      'a call of the vendor that nobody asked for',
      { vendorCalls: [vendorCall(), vendorCall({ name: 'c9x9x9x9x1z' })] },
      /which no client has asked for/,
    ],
    [
      'a balance that is not what the records say',
      withRemains({ balances: { ...BALANCES, rich: 1 } }),
      /rich has spent/,
    ],
    [
      'a record of another price',
      withRemains({ records: [{ ...RECORD, costMicro: COST + 1 }] }),
      /the vendor's tokens are worth 510/,
    ],
    [
      'totals of something else',
      withRemains({ totals: { costMicro: COST, requests: 2 } }),
      /totals of 2 requests/,
    ],
    ['an answer without a record', withRemains({ records: [] }), /has no record/],
    [
      'a call of the vendor without a record',
      withRemains({ records: [{ ...RECORD, endUser: 'c1x1x1x1x1z' }] }),
      /of which there is no record/,
    ],
    ['two records of one request', withRemains({ records: [RECORD, RECORD] }), /several records/],
    [
      'a failed call that was charged',
      withRemains({ records: [{ ...RECORD, status: 'failed', costMicro: 2 * COST + 1 }] }),
      /it failed and cost/,
    ],
    [
      'one who left and paid for more than there was',
      withRemains({ records: [{ ...RECORD, status: 'aborted', costMicro: 1201 }] }),
      /its client left and it cost 1201 of 600/,
    ],
    ['a hold that is left', withRemains({ heldMicro: 1 }), /held for ever/],
    ['what the books say of themselves', withRemains({ problems: ['rich: x'] }), /rich: x/],
    ['a socket that is left', withRemains({ leftovers: ['TCPSocketWrap'] }), /a TCPSocketWrap is left/],
    ['an error of the gateway itself', withRemains({ errors: ['a store has failed'] }), /a store has failed/],
    ['an unhandled rejection', { complaints: ['gateway: unhandled rejection: x'] }, /unhandled rejection/],
    ['a process that something keeps alive', { exitCodes: { gateway: null } }, /something kept it alive/],
    ['a request that is stuck', { quiet: many(() => ({ inFlight: 1 })) }, /1 requests were under way/],
    ['a hold that is stuck', { quiet: many(() => ({ heldMicro: 5 })) }, /5 micro-USD were held/],
    [
      'a heap that grows',
      { quiet: many((index) => ({ heapBytes: 4e7 + index * 200_000 })) },
      /grows by 200 bytes/,
    ],
    [
      'buffers that grow',
      { quiet: many((index) => ({ externalBytes: 4e6 + index * 200_000 })) },
      /grows by 200 bytes/,
    ],
    ['too few samples', { quiet: many(() => ({})).slice(0, 3) }, /too few samples/],
    ['no samples', { samples: [] }, /nothing was sampled/],
    ['too many sockets', { samples: [sampleAt(1, { sockets: 500 })] }, /500 sockets for 10 sessions/],
    ['a machine that is too busy', { longestDelayMs: 101 }, /too busy/],
  ])('finds %s', (_what, fields, words) => {
    expect(violationsOf(fields).join('\n')).toMatch(words)
  })

  it('takes a heap for flat that has grown before the second half', () => {
    expect(violationsOf({ quiet: many((index) => ({ heapBytes: Math.min(index, 4) * 1e6 })) })).toEqual([])
  })
})

describe('the verdict on one call', () => {
  const problemsOf = (fields: Partial<ClientCall>, tries: readonly VendorCall[] = [vendorCall()]): string =>
    checkCall(clientCall(fields), tries, SEED).join('\n')

  it.each<readonly [string, Partial<ClientCall>, RegExp]>([
    ['that never ended', { end: 'late' }, /never ended/],
    ['with another text', { text: 'something else' }, /another text/],
    ['with a call that no plan has', { call: '{}' }, /it got \{\}/],
    ['that was refused for nothing', { end: 'refused', status: 500 }, /no fault at the vendor/],
    ['that broke for nothing', { end: 'cut' }, /no fault at the vendor/],
    ['whose tokens could not be counted', { counted: 0 }, /counted/],
    [
      'whose repetition brought something else',
      { repeated: { replayed: false, text: 'x' } },
      /not the answer of before: x/,
    ],
  ])('finds one %s', (_what, fields, words) => {
    expect(problemsOf(fields)).toMatch(words)
  })

  it('finds one that the vendor answered twice', () => {
    expect(problemsOf({}, [vendorCall(), vendorCall()])).toMatch(/answered it twice/)
  })

  it('lets the gateway itself refuse those that have limits, and nobody else', () => {
    const refused = { end: 'refused', status: 429 } as const
    expect(problemsOf({ ...refused, account: 'metered' }, [])).toBe('')
    expect(problemsOf({ ...refused, account: 'rich' }, [])).toMatch(/was not asked/)
    expect(problemsOf({ ...refused, account: 'metered', status: 402 }, [])).toMatch(/was not asked/)
    expect(problemsOf({ end: 'cut', account: 'poor' })).toBe('')
    expect(problemsOf({ end: 'cut', account: 'wealthy' })).not.toBe('')
  })

  it.each(FAULT_IDS.flatMap((fault) => [true, false].map((streamed) => ({ fault, streamed }))))(
    'wants of $fault (streamed: $streamed) what the table says, and nothing else',
    ({ fault, streamed }) => {
      const name = findName((plan) => plan.fault === fault && plan.streamed === streamed && !plan.isRepeated)
      const ends = [
        clientCall({}, name),
        clientCall({ end: 'cut' }, name),
        ...[400, 429, 503].map((status) => clientCall({ end: 'refused', status }, name)),
      ]
      const tries = [vendorCall({ fault, isWhole: false }, name)]
      const right = ends.filter((call) => checkCall(call, tries, SEED).length === 0)
      const expected = expectedEnd({ fault, streamed, hasOther: false })
      expect(right.map(({ end }) => end)).toEqual([expected.end])
    },
  )

  it('takes a broken stream for healed where nothing of it had gone out', () => {
    const name = findName(({ fault, streamed }) => fault === 'stall' && streamed)
    const broken = vendorCall({ fault: 'stall', isWhole: false }, name)
    expect(checkCall(clientCall({}, name), [broken, vendorCall({}, name)], SEED)).toEqual([])
    expect(checkCall(clientCall({}, name), [broken], SEED)).not.toEqual([])
  })
})

describe('the plan of a call', () => {
  it('is found by its name, the last one in a body', () => {
    const body = JSON.stringify([nameCall({ ...CALM, session: 7 }), 'between', nameCall(CALM)])
    expect(findCall(body)).toEqual(CALM)
    expect(findCall('c1x2x3 is none')).toBeNull()
  })

  it('draws every fault, none for what is tried again', () => {
    const names = Array.from({ length: 3000 }, (_, session) => ({ ...CALM, session }))
    const drawn = new Set<FaultId | null>(names.map((name) => planCall(name, SEED).fault))
    expect(drawn).toEqual(new Set([...FAULT_IDS, null]))
    expect(names.every((name) => planCall({ ...name, retry: 1 }, SEED).fault === null)).toBe(true)
  })
})

describe('the slope of a line', () => {
  it.each([
    [[], 0],
    [[{ x: 1, y: 5 }], 0],
    [[1, 2, 3].map((x) => ({ x, y: 2 * x + 1 })), 2],
    [[1, 2, 3, 4].map((x) => ({ x, y: 7 })), 0],
    [
      [
        { x: 0, y: 0 },
        { x: 1, y: 2 },
        { x: 2, y: 1 },
      ],
      0.5,
    ],
  ])('through %j is %d', (points, slope) => {
    expect(slopeOf(points)).toBeCloseTo(slope)
  })
})
