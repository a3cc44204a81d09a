import { describe, expect, it } from 'vitest'
import type { StoreFailureEvent } from '../../src/gateway/hooks.js'
import { defer, eventually } from '../contracts/http-server.js'
import { testIdempotency } from '../contracts/idempotency.js'
import { CHAT, chatAnswer, chunk, stream } from '../support/calls.js'
import { hang, refuseConnection, replaceMethods } from '../support/replace-methods.js'
import {
  AUTHORIZED,
  BALANCE,
  createTestGateway,
  type Headers,
  type Overrides,
  type TestGateway,
} from '../support/test-gateway.js'

testIdempotency(() => ({}))

const COST = 20
const KEYED = { ...AUTHORIZED, 'idempotency-key': 'order-1' }

interface Watched extends TestGateway {
  readonly failures: StoreFailureEvent[]
  readonly send: (headers?: Headers) => ReturnType<TestGateway['post']>
}

function start(overrides: Overrides = {}): Watched {
  const failures: StoreFailureEvent[] = []
  const hooks = { onStoreFailure: (event: StoreFailureEvent) => void failures.push(event) }
  const tested = createTestGateway({ ...overrides, hooks })
  tested.vendor.always(chatAnswer({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }))
  return {
    ...tested,
    failures,
    send: (headers = KEYED) => tested.post(CHAT.path, CHAT.request(), headers),
  }
}

describe('an Idempotency-Key', () => {
  it.each([
    { what: 'with more than 255 characters', key: 'a'.repeat(256) },
    { what: 'that is empty', key: '' },
    { what: 'outside ASCII', key: 'schlüssel' },
  ])('$what is a 400', async ({ key }) => {
    const tested = start()
    const { status, json } = await tested.send({ ...AUTHORIZED, 'idempotency-key': key })
    expect([status, json.error.code]).toEqual([400, 'invalid_value'])
    expect(tested.vendor.calls).toEqual([])
  })

  it('may have 255 characters', async () => {
    const tested = start()
    const headers = { ...AUTHORIZED, 'idempotency-key': 'a'.repeat(255) }
    await tested.send(headers)
    expect((await tested.send(headers)).headers['idempotent-replayed']).toBe('true')
  })

  it('belongs to its account', async () => {
    const accounts = ['acme', 'other'].map((id) => ({
      id,
      balanceMicro: 100_000,
      keys: [{ key: `cm-key-of-${id}`, id: `key_${id}` }],
    }))
    const tested = start({ accounts })
    for (const { id } of accounts) {
      const { headers } = await tested.send({ ...KEYED, authorization: `Bearer cm-key-of-${id}` })
      expect(headers['idempotent-replayed']).toBeUndefined()
    }
    expect(tested.vendor.calls).toHaveLength(2)
  })

  it('asks nothing of the store where there is none', async () => {
    const tested = start()
    replaceMethods(tested.stores.state, { create: refuseConnection, get: refuseConnection })
    expect((await tested.send(AUTHORIZED)).status).toBe(200)
  })
})

describe('a state store that fails', () => {
  it.each([
    { how: 'fails', create: refuseConnection },
    { how: 'hangs', create: hang },
  ])('or hangs before the call refuses it ($how)', async ({ create }) => {
    const tested = start({ timeouts: { storeMs: 20 } })
    replaceMethods(tested.stores.state, { create })
    const { status, json } = await tested.send()
    expect([status, json.error.code]).toEqual([500, 'db_error'])
    expect(tested.failures).toMatchObject([{ store: 'state', operation: 'create', passed: false }])
    expect(tested.vendor.calls).toEqual([])
  })

  it('after the answer is reported, and a repetition does not run twice', async () => {
    const tested = start()
    replaceMethods(tested.stores.state, { put: refuseConnection })
    expect((await tested.send()).status).toBe(200)
    expect(tested.failures).toMatchObject([{ store: 'state', operation: 'put', passed: true }])
    expect((await tested.send()).status).toBe(409)
    expect(tested.vendor.calls).toHaveLength(1)
  })
})

/** As long as holds live that nobody ends. */
const LEASE_MS = 3_600_000

describe('case 57: the Idempotency-Key of a call that has charged and then crashed', () => {
  async function crash(): Promise<Watched> {
    const tested = start()
    // The answer is charged, and never kept.
    const mend = replaceMethods(tested.stores.state, { put: refuseConnection })
    expect((await tested.send()).status).toBe(200)
    mend()
    tested.clock.advance(LEASE_MS)
    return tested
  }

  it('says so for as long as an answer would be kept, and charges nothing more', async () => {
    const tested = await crash()
    for (let count = 0; count < 3; count += 1) {
      const { status, json, headers } = await tested.send()
      expect([status, json.error.message, headers['x-should-retry']]).toEqual([
        409,
        'The request with this Idempotency-Key has ended and was billed, but its answer was lost in a crash. Use a new key to run it again.',
        'false',
      ])
      tested.clock.advance(LEASE_MS)
    }
    expect(tested.vendor.calls).toHaveLength(1)
  })

  it('is still refused with another body', async () => {
    const tested = await crash()
    expect((await tested.post(CHAT.path, CHAT.request('something else'), KEYED)).status).toBe(422)
  })

  it('is not given away while the ledger does not answer', async () => {
    const tested = await crash()
    const mend = replaceMethods(tested.stores.ledger, { extend: refuseConnection })
    expect((await tested.send()).status).toBe(500)
    mend()
    expect((await tested.send()).status).toBe(409)
    expect(tested.vendor.calls).toHaveLength(1)
  })
})

it('case 57: the Idempotency-Key of a stream that runs for longer than a hold lives stays taken', async () => {
  const tested = start()
  const gates = [defer(), defer()] as const
  const pieces = gates.flatMap(({ promise }) => [promise, chunk({ content: 'hello ' })])
  tested.vendor.play(stream(chunk({ content: 'hello ' }), ...pieces, new Promise(() => undefined)))
  const answer = await tested.open(CHAT.path, CHAT.request(), { headers: KEYED })
  await answer.next()
  for (const gate of gates) {
    tested.clock.advance(0.6 * LEASE_MS)
    gate.resolve()
    await answer.next()
  }
  const again = await tested.post(CHAT.path, { ...CHAT.request(), stream: true }, KEYED)
  expect([again.status, again.json.error.message]).toEqual([
    409,
    'The request with this Idempotency-Key is still running. Retry later.',
  ])
  expect(tested.vendor.calls).toHaveLength(1)
  await answer.leave()
})

it('a configured lease says for how long a crash takes an Idempotency-Key with it', async () => {
  const tested = start({ timeouts: { leaseMs: 1000 } })
  tested.vendor.play({ steps: [new Promise(() => undefined)] })
  void tested.send()
  await eventually(() => tested.vendor.calls.length === 1)
  tested.clock.advance(999)
  expect((await tested.send()).status).toBe(409)
  tested.clock.advance(1)
  expect((await tested.send()).status).toBe(200)
})

describe('an Idempotency-Key whose time is over while its call still runs', () => {
  it('is charged once when the ledger was away and its charge comes last', async () => {
    const tested = start({ storeFailure: { ledger: 'open' } })
    const mendLedger = replaceMethods(tested.stores.ledger, {
      hold: refuseConnection,
      settle: refuseConnection,
    })
    // The answer is never kept: the process has gone before.
    const mendState = replaceMethods(tested.stores.state, { put: refuseConnection })
    expect((await tested.send()).status).toBe(200)
    mendState()
    tested.clock.advance(LEASE_MS)
    mendLedger()
    expect((await tested.send()).status).toBe(200)
    const { balanceMicro } = tested.wallet()
    expect(balanceMicro).toBe(BALANCE - COST)
    // The outbox brings the charge of the first one.
    await tested.gateway.close()
    expect(tested.wallet()).toEqual({ balanceMicro, heldMicro: 0 })
  })

  it('is neither freed nor written by that call when another has it', async () => {
    const tested = start()
    const [first, second] = [defer(), defer()]
    const answer = chatAnswer({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 })
    tested.vendor.play(
      { steps: [], status: 400, head: first.promise },
      { ...answer, head: second.promise },
      answer,
    )
    const slow = tested.send()
    await eventually(() => tested.vendor.calls.length === 1)
    tested.clock.advance(24 * LEASE_MS)
    const next = tested.send()
    await eventually(() => tested.vendor.calls.length === 2)
    first.resolve()
    expect((await slow).status).toBe(400)
    expect((await tested.send()).status).toBe(409)
    second.resolve()
    expect((await next).status).toBe(200)
    expect((await tested.send()).headers['idempotent-replayed']).toBe('true')
    expect(tested.vendor.calls).toHaveLength(2)
    expect(tested.wallet().balanceMicro).toBe(BALANCE - COST)
  })
})
