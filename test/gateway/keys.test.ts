import { describe, expect, it } from 'vitest'
import {
  createApiKey,
  createMemoryStore,
  type GatewayConfig,
  hashKey,
  type KeyStore,
} from '../../src/index.js'
import type { KeyChange } from '../../src/keys/key-store.js'
import { CHAT, ENDPOINTS, MESSAGES, RESPONSES } from '../support/calls.js'
import { type Answer, readAnswer } from '../support/read-answer.js'
import {
  BASE_CONFIG,
  createTestGateway,
  type Headers,
  KEY,
  type TestGateway,
} from '../support/test-gateway.js'

const openai = (code: string, message: string): unknown => ({
  error: { message, type: 'authentication_error', param: null, code },
})
const anthropic = (message: string): unknown => ({
  type: 'error',
  error: { type: 'authentication_error', message },
  request_id: expect.stringMatching(/^req_cm_/),
})
const bearer = (key: string): Headers => ({ authorization: `Bearer ${key}` })
const result = ({ status, json }: Answer): unknown => [status, json]

/** What a key gets on the endpoints of both dialects; `undefined` is no key. */
async function outcome(tested: TestGateway, key: string): Promise<readonly unknown[]> {
  const headers = bearer(key)
  return [
    result(await tested.post(CHAT.path, CHAT.request(), headers)),
    result(await tested.post(MESSAGES.path, MESSAGES.request(), headers)),
    result(await tested.get('/v1/models', headers)),
    result(await tested.get('/v1/models', { 'x-api-key': key })),
  ]
}

const refused = (code: string, message: string): readonly unknown[] => [
  [401, openai(code, message)],
  [401, anthropic(message)],
  [401, openai(code, message)],
  [401, anthropic(message)],
]

describe('a key', () => {
  const tested = createTestGateway()

  it.each([
    { authorization: `Bearer ${KEY}` },
    { authorization: `bearer  ${KEY} ` },
    { 'x-api-key': KEY },
    { 'x-api-key': KEY, authorization: '' },
    { 'x-api-key': '', authorization: `Bearer ${KEY}` },
    { 'x-api-key': [KEY, 'cm-second'] },
  ])('is taken from %j on every endpoint', async (headers) => {
    for (const endpoint of ENDPOINTS) {
      expect((await tested.post(endpoint.path, endpoint.request(), headers)).status).toBe(200)
    }
    for (const path of ['/v1/models', '/v1/models/test/chat', '/v1/credits', '/v1/usage']) {
      expect((await tested.get(path, headers)).status).toBe(200)
    }
  })

  it('is the one that its endpoint prefers when there are two', async () => {
    const headers = { authorization: `Bearer ${KEY}`, 'x-api-key': 'cm-unknown-key' }
    expect((await tested.post(CHAT.path, CHAT.request(), headers)).status).toBe(200)
    expect((await tested.post(MESSAGES.path, MESSAGES.request(), headers)).status).toBe(401)
    expect((await tested.get('/v1/models', headers)).status).toBe(401)
  })

  it('that is missing is refused in the words of the dialect', async () => {
    const bodies = {
      openai: openai('missing_api_key', 'Missing Bearer token in Authorization header.'),
      anthropic: anthropic('Missing API key.'),
    }
    for (const headers of [{}, { authorization: 'Basic x' }, { authorization: 'Bearer ' }]) {
      expect(result(await tested.post(CHAT.path, CHAT.request(), headers))).toEqual([401, bodies.openai])
      expect(result(await tested.post(RESPONSES.path, RESPONSES.request(), headers))).toEqual([
        401,
        bodies.openai,
      ])
      expect(result(await tested.post(MESSAGES.path, MESSAGES.request(), headers))).toEqual([
        401,
        bodies.anthropic,
      ])
      expect(result(await tested.get('/v1/credits', headers))).toEqual([401, bodies.openai])
    }
  })

  it('selects the dialect on GET by its header, on POST not', async () => {
    expect(result(await tested.get('/v1/usage', { 'x-api-key': 'nonsense' }))).toEqual([
      401,
      anthropic('Invalid API key provided.'),
    ])
    expect(result(await tested.post(CHAT.path, CHAT.request(), { 'x-api-key': 'nonsense' }))).toEqual([
      401,
      openai('invalid_api_key', 'Invalid API key provided.'),
    ])
    const found = await tested.get('/v1/models/no/such', { 'x-api-key': KEY })
    expect(result(found)).toEqual([
      404,
      {
        type: 'error',
        error: { type: 'not_found_error', message: "Model 'no/such' was not found or is unavailable." },
        request_id: found.headers['request-id'],
      },
    ])
  })

  it.each(['cm-unknown-key', 'sk-of-another-service', 'x'])('%s, unknown here, is refused', async (key) => {
    expect(await outcome(tested, key)).toEqual(refused('invalid_api_key', 'Invalid API key provided.'))
  })

  it('is checked before the body is looked at', async () => {
    const { status, json } = await tested.post(CHAT.path, 'no json', bearer('cm-unknown-key'))
    expect([status, json.error.code]).toEqual([401, 'invalid_api_key'])
    expect(
      tested.vendor.calls.every(({ request }) => request.headers['x-api-key'] !== 'cm-unknown-key'),
    ).toBe(true)
  })

  it('that is refused tells to retry nothing', async () => {
    const { headers } = await tested.get('/v1/models', bearer('cm-unknown-key'))
    expect(headers['x-should-retry']).toBe('false')
  })
})

describe('a generated key', () => {
  const key = createApiKey((length) => new Uint8Array(length).map((_, index) => index * 7))

  it('works', async () => {
    const tested = createTestGateway({ key: { key } })
    expect((await tested.get('/v1/credits', bearer(key))).status).toBe(200)
  })

  it('with a typo is refused without a look-up', async () => {
    const asked: string[] = []
    const keys = storeWith({ findIdentity: (hash) => (asked.push(hash), null) })
    const tested = createTestGateway({ stores: { keys }, accounts: [] })
    const last = key.at(-1)
    const typo = key.slice(0, -1) + (last === '0' ? '1' : '0')
    expect(await outcome(tested, typo)).toEqual(
      refused(
        'invalid_api_key',
        'Invalid API key provided: its checksum is wrong. Check that it was copied completely.',
      ),
    )
    expect(asked).toEqual([])
    await tested.get('/v1/credits', bearer(key))
    expect(asked).toHaveLength(1)
  })
})

describe('a key that is not active', () => {
  const inactive = (message: string): readonly unknown[] => refused('api_key_inactive', message)

  it('because it is disabled', async () => {
    const tested = createTestGateway({ key: { disabled: true } })
    expect(await outcome(tested, KEY)).toEqual(inactive('This API key is disabled.'))
  })

  it('because its time is over is refused from that moment on', async () => {
    const tested = createTestGateway()
    const { clock, stores } = tested
    changeKey(tested, { expiresAt: clock.now() + 1000 })
    expect(stores.keys.key('key_acme')?.expiresAt).toBe(clock.now() + 1000)
    clock.advance(999)
    expect((await tested.get('/v1/credits')).status).toBe(200)
    clock.advance(1)
    expect(await outcome(tested, KEY)).toEqual(inactive('This API key has expired.'))
  })

  it('because its account is suspended', async () => {
    const tested = createTestGateway({ account: { suspended: true } })
    expect(await outcome(tested, KEY)).toEqual(refused('user_inactive', 'This account is suspended.'))
  })

  it('stops working within seconds although it is remembered', async () => {
    const tested = createTestGateway()
    expect((await tested.get('/v1/credits')).status).toBe(200)
    changeKey(tested, { status: 'disabled' })
    tested.clock.advance(5001)
    expect(await outcome(tested, KEY)).toEqual(inactive('This API key is disabled.'))
  })
})

it('a key store that fails is a 500 that says nothing of it', async () => {
  const keys = storeWith({
    findIdentity: () => Promise.reject(new Error('connect ECONNREFUSED 10.1.2.3:5432 password=hunter2')),
  })
  const tested = createTestGateway({ stores: { keys }, accounts: [] })
  const { status, json, text } = await tested.post(CHAT.path, CHAT.request())
  expect([status, json]).toEqual([
    500,
    {
      error: {
        message: 'The API key could not be checked. Try again later.',
        type: 'api_error',
        param: null,
        code: 'db_error',
      },
    },
  ])
  expect(text).not.toMatch(/hunter2|10\.1/)
  expect(tested.errors).toHaveLength(1)
})

it('keys are kept as keyed hashes only', () => {
  const { stores } = createTestGateway()
  const stored = stores.keys.key('key_acme')
  expect(stored?.hash).toBe(hashKey(KEY, secretOf(BASE_CONFIG)))
  expect(JSON.stringify(stored)).not.toContain(KEY)
})

/** As another instance does it: this one is not told. */
function changeKey({ stores, clock }: TestGateway, change: KeyChange): void {
  const note = { actor: 'ada', action: 'key.change', accountId: 'acme', keyId: 'key_acme', details: {} }
  stores.keys.changeKey('key_acme', change, { time: clock.now(), ...note })
}

function storeWith(methods: Partial<KeyStore>): KeyStore {
  return { ...createMemoryStore({ now: () => 0, secret: '' }).keys, ...methods }
}

function secretOf({ keySecret = '' }: GatewayConfig): string {
  return keySecret
}

it('a stream is refused with its true status too', async () => {
  const tested = createTestGateway()
  const request = { headers: {}, body: { ...CHAT.request(), stream: true } }
  const answer = await readAnswer(await tested.handle(CHAT.path, request))
  expect([answer.status, answer.json.error.code]).toEqual([401, 'missing_api_key'])
})
