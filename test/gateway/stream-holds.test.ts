import { describe, expect, it, test } from 'vitest'
import {
  estimateInputTokens,
  estimateTokens,
  holdAmount,
  type HoldExtension,
  type Ledger,
  type StoreFailureEvent,
} from '../../src/index.js'
import { defer, eventually } from '../contracts/http-server.js'
import {
  CHAT,
  chunk,
  DONE,
  event,
  MESSAGES,
  messagesStream,
  RESPONSES,
  responsesStream,
  stream,
  usageChunk,
} from '../support/calls.js'
import { refuseConnection, replaceMethods } from '../support/replace-methods.js'
import type { Step } from '../support/scripted-vendor.js'
import {
  BASE_CONFIG,
  createTestGateway,
  type Overrides,
  PRICE,
  type TestGateway,
} from '../support/test-gateway.js'

const SLICE = 100
const TEXT = 'one two three four five six seven eight nine ten '.repeat(3)
/** Output tokens of one piece of the stream: a third of a slice. */
const PIECE = estimateTokens(TEXT)
const PIECES = 10
const LEASE_MS = 3_600_000

const request = { ...CHAT.request(), stream: true }
const inputTokens = estimateInputTokens(request)
const holdOf = (outputTokens: number): number => holdAmount({ inputTokens, outputTokens, price: PRICE })
const costOf = (outputTokens: number): number => inputTokens + 2 * outputTokens

const piece = chunk({ content: TEXT })
const USAGE = { prompt_tokens: inputTokens, completion_tokens: PIECES * PIECE, total_tokens: 0 }
const END = [chunk({}, 'stop'), usageChunk(USAGE), DONE]
const whole = (): readonly string[] => [...Array.from({ length: PIECES }, () => piece), ...END]

const start = (overrides: Overrides = {}): TestGateway =>
  createTestGateway({
    holds: { stream: 'steps', sliceTokens: SLICE },
    timeouts: { commitMs: 0 },
    models: [{ ...CHAT_MODEL, maxOutputTokens: 100_000 }, ...OTHER_MODELS],
    ...overrides,
  })

const SIZES = { price: PRICE, maxOutputTokens: 100_000, contextWindowTokens: 200_000 }
const CHAT_MODEL = { id: 'test/chat', upstream: 'chat', model: 'vendor-chat', ...SIZES }
const OTHER_MODELS = [
  { id: 'test/responses', upstream: 'responses', model: 'vendor-responses', ...SIZES },
  { id: 'test/messages', upstream: 'messages', model: 'vendor-messages', ...SIZES },
]

/** Notes what the ledger is asked for on the way of a stream. */
function watch({ stores }: TestGateway): HoldExtension[] {
  const seen: HoldExtension[] = []
  replaceMethods(stores.ledger, (real) => ({
    extend: (extension) => (seen.push(extension), real.extend(extension)),
  }))
  return seen
}

async function read(tested: TestGateway, steps: readonly Step[]): Promise<string> {
  tested.vendor.play(stream(...steps))
  return (await tested.post(CHAT.path, request)).text
}

describe('a stream that holds in steps', () => {
  it('holds its input and a slice at first, whatever the model could say', async () => {
    const tested = start()
    const gate = defer()
    tested.vendor.play(stream(piece, gate.promise, ...END))
    const answer = await tested.open(CHAT.path, CHAT.request())
    await answer.next()
    expect(tested.wallet().heldMicro).toBe(holdOf(SLICE))
    expect(tested.vendor.last().text).not.toContain('max_')
    gate.resolve()
    while ((await answer.next()) !== undefined) continue
    expect(tested.wallet().heldMicro).toBe(0)
  })

  it('holds no more than the output limit of the client', async () => {
    const tested = start()
    const gate = defer()
    tested.vendor.play(stream(piece, gate.promise, ...END))
    const limited = { ...CHAT.request(), max_tokens: 50 }
    const answer = await tested.open(CHAT.path, limited)
    expect(tested.wallet().heldMicro).toBe(
      holdAmount({
        inputTokens: estimateInputTokens({ ...limited, stream: true }),
        outputTokens: 50,
        price: PRICE,
      }),
    )
    gate.resolve()
    while ((await answer.next()) !== undefined) continue
  })

  it('is extended by totals, ahead of what it has said, and settled by what it used', async () => {
    const tested = start()
    const seen = watch(tested)
    const text = await read(tested, whole())
    expect(text).toContain('[DONE]')
    expect(seen.length).toBeGreaterThanOrEqual(2)
    const amounts = seen.map(({ amountMicro }) => amountMicro)
    expect(amounts).toEqual([...amounts].sort((a, b) => a - b))
    expect(amounts[0]).toBeGreaterThan(holdOf(SLICE))
    expect(amounts[0]).toBeLessThanOrEqual(holdOf(2 * SLICE))
    expect(tested.records).toMatchObject([{ status: 'completed', costMicro: costOf(PIECES * PIECE) }])
    expect(tested.wallet().heldMicro).toBe(0)
  })

  it('asks for nothing more when its first slice is enough', async () => {
    const tested = start()
    const seen = watch(tested)
    await read(tested, [piece, ...END])
    expect(seen).toEqual([])
  })

  it('counts the input as the vendor does, where that is more', async () => {
    const tested = start()
    const seen = watch(tested)
    const [first = '', opened = ''] = messagesStream({ input_tokens: 5000, output_tokens: 1 }, {})
    const delta = event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: TEXT } })
    tested.vendor.play(stream(first, opened, delta, delta, ...messagesStream({}, {}).slice(3)))
    await tested.post(MESSAGES.path, { ...MESSAGES.request(), max_tokens: 5000, stream: true })
    expect(seen[0]?.amountMicro).toBeGreaterThan(5000)
  })
})

describe('ten agents on a small balance', () => {
  const balanceMicro = 10 * holdOf(SLICE)
  const answers = (tested: TestGateway): Promise<readonly number[]> => {
    tested.vendor.always(
      stream(piece, ...END.slice(0, 1), usageChunk({ ...USAGE, completion_tokens: PIECE }), DONE),
    )
    return Promise.all(Array.from({ length: 10 }, async () => (await tested.post(CHAT.path, request)).status))
  }

  it('are not refused for worst cases that never come', async () => {
    const tested = start({ account: { balanceMicro } })
    expect(await answers(tested)).toEqual(Array.from({ length: 10 }, () => 200))
    expect(tested.wallet()).toEqual({ balanceMicro: balanceMicro - 10 * costOf(PIECE), heldMicro: 0 })
  })

  it('are refused where a stream holds as a whole, and the limit of the first is told to the vendor', async () => {
    const tested = start({ account: { balanceMicro }, holds: { stream: 'whole' } })
    const statuses = await answers(tested)
    expect(statuses.filter((status) => status === 402).length).toBe(9)
    expect(tested.vendor.last().json.max_completion_tokens).toBeGreaterThan(SLICE)
  })
})

describe('a stream whose funds end', () => {
  const never = new Promise<never>(() => undefined)
  const MESSAGE = 'Insufficient balance. The balance does not pay for more of this answer.'

  it('ends with the billing error, is stopped at the vendor, and is billed for what it has said', async () => {
    const balanceMicro = holdOf(2 * SLICE)
    const tested = start({ account: { balanceMicro } })
    const text = await read(tested, [...whole().slice(0, PIECES), never])
    expect(text).toContain(
      `data: ${JSON.stringify({ error: { message: MESSAGE, type: 'billing_error', param: null, code: 'insufficient_balance' } })}\n\n`,
    )
    expect(text).not.toContain('[DONE]')
    expect(tested.vendor.last().cancelled).toBe(true)
    const [record] = tested.records
    expect(record).toMatchObject({
      status: 'failed',
      httpStatus: 402,
      errorCode: 'insufficient_balance',
      usage: { estimated: true },
      shortfallMicro: 0,
    })
    const delivered = text.split(TEXT).length - 1
    expect(delivered).toBeGreaterThan(3)
    expect(record?.costMicro).toBeGreaterThanOrEqual(costOf(delivered * PIECE - delivered))
    expect(tested.wallet()).toEqual({ balanceMicro: balanceMicro - (record?.costMicro ?? 0), heldMicro: 0 })
  })

  it('says so as Messages says it', async () => {
    const tested = start({ account: { balanceMicro: holdOf(SLICE) } })
    const delta = event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: TEXT } })
    tested.vendor.play(stream(...messagesStream({}, {}).slice(0, 2), ...Array<string>(20).fill(delta), never))
    const { text } = await tested.post(MESSAGES.path, {
      ...MESSAGES.request(),
      max_tokens: 5000,
      stream: true,
    })
    expect(text).toContain('event: error\n')
    expect(text).toContain('"type":"billing_error"')
    expect(text).not.toContain('message_stop')
  })

  it('says so as Responses says it', async () => {
    const tested = start({ account: { balanceMicro: holdOf(SLICE) } })
    const delta = { item_id: 'msg_1', output_index: 0, content_index: 0, delta: TEXT }
    const deltas = Array.from({ length: 20 }, (_, index) =>
      event({ type: 'response.output_text.delta', sequence_number: index + 1, ...delta }),
    )
    tested.vendor.play(stream(responsesStream(null)[0] ?? '', ...deltas, never))
    const { text } = await tested.post(RESPONSES.path, { ...RESPONSES.request(), stream: true })
    expect(text).toContain('event: response.failed\n')
    expect(text).toContain('"code":"insufficient_balance"')
    expect(text).not.toContain('response.completed')
  })

  it('says so through a translation', async () => {
    const models = [{ ...CHAT_MODEL, upstream: 'messages' }]
    const tested = start({ models, account: { balanceMicro: holdOf(SLICE) } })
    const delta = event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: TEXT } })
    tested.vendor.play(stream(...messagesStream({}, {}).slice(0, 2), ...Array<string>(20).fill(delta), never))
    const { text } = await tested.post(CHAT.path, request)
    expect(text).toContain('"code":"insufficient_balance"')
    expect(text).not.toContain('[DONE]')
    expect(tested.records).toMatchObject([{ status: 'failed', errorCode: 'insufficient_balance' }])
    expect(tested.records[0]?.costMicro).toBeGreaterThan(costOf(2 * PIECE))
  })

  it('goes on when others have ended before its slice is used up', async () => {
    const tested = start({ account: { balanceMicro: holdOf(SLICE) + holdOf(2 * SLICE) } })
    const [other, rest] = [defer(), defer()]
    const extensions = watch(tested)
    tested.vendor.play(
      stream(piece, other.promise, ...END),
      stream(piece, piece, piece, piece, piece, rest.promise, ...whole().slice(5)),
    )
    const first = await tested.open(CHAT.path, CHAT.request())
    await first.next()
    const second = await tested.open(CHAT.path, CHAT.request())
    for (let count = 0; count < 5; count += 1) await second.next()
    other.resolve()
    while ((await first.next()) !== undefined) continue
    tested.stores.ledger.post({
      accountId: 'acme',
      kind: 'top_up',
      amountMicro: 100_000,
      externalId: 'more',
    })
    rest.resolve()
    let text = ''
    for (let next = await second.next(); next !== undefined; next = await second.next()) text += next
    expect(text).toContain('[DONE]')
    expect(extensions.length).toBeGreaterThan(1)
  })

  it('names the spend limit that ended it', async () => {
    const tested = start({ key: { spendLimits: { dayMicro: holdOf(SLICE) } } })
    const text = await read(tested, [...whole().slice(0, PIECES), never])
    expect(text).toContain('This API key has reached its daily spend limit')
  })

  it('never takes more than there is, even when one piece outruns all of it', async () => {
    const balanceMicro = holdOf(SLICE)
    const tested = start({ account: { balanceMicro } })
    await read(tested, [piece, chunk({ content: TEXT.repeat(50) }), never])
    expect(tested.wallet()).toEqual({ balanceMicro: 0, heldMicro: 0 })
    expect(tested.records[0]?.shortfallMicro).toBe((tested.records[0]?.costMicro ?? 0) - balanceMicro)
  })
})

describe('a ledger that answers late', () => {
  it('is asked once at a time, and the stream waits only when its slice is used up', async () => {
    const tested = start()
    const gate = defer()
    let asked = 0
    replaceMethods<Ledger>(tested.stores.ledger, (real) => ({
      async extend(extension) {
        asked += 1
        await gate.promise
        return await real.extend(extension)
      },
    }))
    tested.vendor.play(stream(...whole()))
    const answer = await tested.open(CHAT.path, CHAT.request())
    let pieces = 0
    const reading = (async () => {
      while ((await answer.next()) !== undefined) pieces += 1
    })()
    await eventually(() => asked === 1 && pieces >= 2)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect([asked, pieces < PIECES]).toEqual([1, true])
    gate.resolve()
    await reading
    expect(tested.records).toMatchObject([{ status: 'completed', costMicro: costOf(PIECES * PIECE) }])
  })

  it('and refuses ends the stream', async () => {
    const tested = start({ account: { balanceMicro: holdOf(SLICE) } })
    replaceMethods<Ledger>(tested.stores.ledger, (real) => ({
      extend: async (extension) => await real.extend(extension),
    }))
    expect(await read(tested, whole())).toContain('"insufficient_balance"')
    expect(tested.wallet().heldMicro).toBe(0)
  })

  it('or fails stops no answer, is reported, and is charged in the end', async () => {
    const failures: unknown[] = []
    const tested = start({ hooks: { onStoreFailure: (failure) => void failures.push(failure) } })
    replaceMethods(tested.stores.ledger, { extend: refuseConnection })
    expect(await read(tested, whole())).toContain('[DONE]')
    expect(failures[0]).toMatchObject({ store: 'ledger', operation: 'extend', passed: true, lost: null })
    expect(tested.records).toMatchObject([{ costMicro: costOf(PIECES * PIECE), shortfallMicro: 0 }])
  })
})

describe('a stream that lives longer than a hold', () => {
  const slot = { key: { concurrency: 1 } }
  const other = (tested: TestGateway): Promise<number> =>
    tested.post(CHAT.path, CHAT.request()).then(({ status }) => status)

  /** A stream of a free model or a priced one that lives two leases and a half, a piece every half of one. */
  async function outlive(tested: TestGateway, model: string): Promise<number> {
    const gates = Array.from({ length: 5 }, () => defer())
    const small = chunk({ content: 'a' })
    tested.vendor.play(stream(small, ...gates.flatMap(({ promise }) => [promise, small]), ...END))
    const answer = await tested.open(CHAT.path, { ...CHAT.request(), model })
    await answer.next()
    for (const gate of gates) {
      tested.clock.advance(LEASE_MS / 2)
      gate.resolve()
      await answer.next()
    }
    const status = await other(tested)
    while ((await answer.next()) !== undefined) continue
    expect(await other(tested)).toBe(200)
    return status
  }

  test.each(['test/chat', 'test/free'])('case 69: keeps its slot (%s)', async (model) => {
    const tested = start({ ...slot, models: [...(BASE_CONFIG.models ?? [])] })
    expect(await outlive(tested, model)).toBe(429)
  })

  it('goes on when its slot cannot be kept', async () => {
    const failures: StoreFailureEvent[] = []
    const hooks = { onStoreFailure: (failure: StoreFailureEvent) => void failures.push(failure) }
    const tested = start({ ...slot, hooks })
    replaceMethods(tested.stores.limits, { renew: refuseConnection })
    expect(await outlive(tested, 'test/chat')).toBe(200)
    expect(failures[0]).toMatchObject({ store: 'limits', operation: 'renew', passed: true, lost: null })
  })

  test.each(['steps', 'whole'] as const)('keeps its hold (%s)', async (policy) => {
    const tested = start({ holds: { stream: policy, sliceTokens: 100_000 } })
    const gates = [defer(), defer(), defer()]
    const [first, second, third] = gates.map(({ promise }) => promise)
    const small = chunk({ content: 'a' })
    tested.vendor.play(stream(small, first ?? '', small, second ?? '', small, third ?? '', small, ...END))
    const answer = await tested.open(CHAT.path, CHAT.request())
    await answer.next()
    for (const gate of gates) {
      tested.clock.advance(LEASE_MS * 0.6)
      gate.resolve()
      await answer.next()
      expect(tested.stores.ledger.sweep(tested.clock.now())).toBe(0)
    }
    while ((await answer.next()) !== undefined) continue
    expect(tested.records).toMatchObject([{ status: 'completed', shortfallMicro: 0 }])
  })
})
