import { describe, expect, it } from 'vitest'
import type { StoreFailureEvent } from '../../src/gateway/hooks.js'
import { eventually } from '../contracts/http-server.js'
import { testIdempotency } from '../contracts/idempotency.js'
import { CHAT, chatAnswer } from '../support/calls.js'
import { hang, refuseConnection, replaceMethods } from '../support/replace-methods.js'
import {
  AUTHORIZED,
  createTestGateway,
  type Headers,
  type Overrides,
  type TestGateway,
} from '../support/test-gateway.js'

testIdempotency(() => ({}))

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

it('an Idempotency-Key of a process that has crashed is free when its holds have expired', async () => {
  const tested = start()
  tested.vendor.play({ steps: [new Promise(() => undefined)] })
  void tested.send()
  await eventually(() => tested.vendor.calls.length === 1)
  expect((await tested.send()).status).toBe(409)
  tested.clock.advance(3_600_000)
  expect((await tested.send()).status).toBe(200)
})
