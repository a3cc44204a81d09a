import { describe, expect, it, test } from 'vitest'
import { GatewayError } from '../../src/index.js'
import { CHAT, type Endpoint, ENDPOINTS, MESSAGES, RESPONSES } from '../support/calls.js'
import type { Answer } from '../support/read-answer.js'
import {
  AUTHORIZED,
  BALANCE,
  createTestGateway,
  type Headers,
  type TestGateway,
} from '../support/test-gateway.js'

interface Expected {
  readonly message: string
  readonly code: string
  readonly param?: string | null
  readonly status?: number
}

const REQUEST_ID: unknown = expect.stringMatching(/^req_cm_/)

/** The whole answer that a client of an endpoint must get. */
function refusal({ path }: Endpoint, { message, code, param = null, status = 400 }: Expected): unknown {
  const type = status === 413 && path === MESSAGES.path ? 'request_too_large' : 'invalid_request_error'
  return [
    status,
    path === MESSAGES.path
      ? { type: 'error', error: { type, message }, request_id: REQUEST_ID }
      : { error: { message, type, param, code } },
  ]
}

/** Sends a body; nothing of it may reach the vendor or the balance. */
async function refused(
  endpoint: Endpoint,
  body: unknown,
  tested: TestGateway = createTestGateway(),
): Promise<unknown> {
  const { status, json } = await tested.post(endpoint.path, body)
  const untouched = tested.vendor.calls.length === 0 && tested.wallet().balanceMicro === BALANCE
  return untouched && tested.wallet().heldMicro === 0 ? [status, json] : 'it was sent or charged'
}

const NOT_JSON = 'The request body is not valid JSON.'
const NO_OBJECT = 'The request body must be a JSON object.'
const utf8 = new TextEncoder()

describe.each(ENDPOINTS)('$path', (endpoint) => {
  it.each<[string, unknown, string]>([
    ['nothing', null, 'The request has no body.'],
    ['an empty text', '', NOT_JSON],
    ['no bytes', new Uint8Array(0), NOT_JSON],
    ['no JSON', 'model=x&messages=y', NOT_JSON],
    ['half of it', '{"model":"test/chat","messages":[', NOT_JSON],
    ['JSON and more', '{} {}', NOT_JSON],
    ['a list', '[]', NO_OBJECT],
    ['a text', '"x"', NO_OBJECT],
    ['null', 'null', NO_OBJECT],
    ['a null byte', '{"model":"\0"}', NOT_JSON],
    [
      'no UTF-8',
      Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
      'The request body is not valid UTF-8.',
    ],
    ['a cut character', utf8.encode('{"a":"ü"}').slice(0, 7), 'The request body is not valid UTF-8.'],
  ])('refuses a body that is %s', async (_name, body, message) => {
    expect(await refused(endpoint, body)).toEqual(refusal(endpoint, { message, code: 'invalid_json' }))
  })

  it('refuses a body without a model, or with one that is no name', async () => {
    const message = endpoint === MESSAGES ? 'model: Field required' : "Missing required parameter: 'model'."
    const { model: _model, ...rest } = endpoint.request()
    for (const body of [{}, rest, { ...rest, model: null }]) {
      expect(await refused(endpoint, body)).toEqual(
        refusal(endpoint, { message, code: 'missing_required_parameter', param: 'model' }),
      )
    }
    for (const model of [5, '', [], {}, true]) {
      const [status, json] = (await refused(endpoint, { ...rest, model })) as [number, Answer['json']]
      expect([status, json.error.type]).toEqual([400, 'invalid_request_error'])
    }
  })

  it.each([
    ['stream', '"yes"'],
    ['stream', '1'],
    [endpoint.limitField, '-1'],
    [endpoint.limitField, '1.5'],
    [endpoint.limitField, '"100"'],
    [endpoint.limitField, '1e400'],
  ])('refuses the field %s as %s', async (field, json) => {
    const text = JSON.stringify({ ...endpoint.request(), [field]: 0 })
    const body = text.replace(`"${field}":0`, `"${field}":${json}`)
    const [status, answer] = (await refused(endpoint, body)) as [number, Answer['json']]
    expect(status).toBe(400)
    expect(answer.error.message).toContain(field)
  })

  test('case 71: refuses a body over the limit with 413, whatever its form', async () => {
    const tested = createTestGateway({ maxBodyBytes: 200 })
    const expected = refusal(endpoint, {
      message: 'The request body is larger than 200 bytes.',
      code: 'request_too_large',
      status: 413,
    })
    const long = JSON.stringify({ ...endpoint.request('x'.repeat(300)) })
    const reader = (maxBytes: number): Promise<string> =>
      Promise.reject(
        new GatewayError('request_too_large', `The request body is larger than ${maxBytes} bytes.`),
      )
    for (const body of [long, utf8.encode(long), reader, () => Promise.resolve(long)]) {
      expect(await refused(endpoint, body, tested)).toEqual(expected)
    }
  })

  it.each([10_000, 200_000])('refuses JSON that is nested %i deep', async (depth) => {
    const deep = '['.repeat(depth) + ']'.repeat(depth)
    const [status, json] = (await refused(
      endpoint,
      JSON.stringify({ ...endpoint.request(), extra: 0 }).replace('"extra":0', `"extra":${deep}`),
    )) as [number, Answer['json']]
    expect([status, json.error.type]).toEqual([400, 'invalid_request_error'])
  })
})

describe('messages', () => {
  const MUST_BE_LIST = "'messages' must be an array of messages."

  it.each([
    [undefined, MUST_BE_LIST, 'messages'],
    [null, MUST_BE_LIST, 'messages'],
    ['hi', MUST_BE_LIST, 'messages'],
    [{}, MUST_BE_LIST, 'messages'],
    [[], "'messages' must hold at least one message.", 'messages'],
    [['hi'], "'messages[0]' must be an object.", 'messages[0]'],
    [[{ role: 'user', content: 'x' }, null], "'messages[1]' must be an object.", 'messages[1]'],
  ])('of Chat as %j are refused', async (messages, message, param) => {
    expect(await refused(CHAT, { ...CHAT.request(), messages })).toEqual(
      refusal(CHAT, { message, code: 'invalid_messages', param }),
    )
  })

  it.each([undefined, [], 'hi', ['hi'], [null]])('of Messages as %j are refused', async (messages) => {
    const [status, json] = (await refused(MESSAGES, { ...MESSAGES.request(), messages })) as [
      number,
      Answer['json'],
    ]
    expect([status, json.error]).toEqual([
      400,
      { type: 'invalid_request_error', message: expect.stringMatching(/^messages/) },
    ])
  })

  it.each([
    [undefined, 'missing_required_parameter'],
    [[], 'invalid_messages'],
    [5, 'invalid_messages'],
    [['x'], 'invalid_messages'],
  ])('of Responses, its input, as %j are refused', async (input, code) => {
    const [status, json] = (await refused(RESPONSES, { ...RESPONSES.request(), input })) as [
      number,
      Answer['json'],
    ]
    expect([status, json.error.code, json.error.param.slice(0, 5)]).toEqual([400, code, 'input'])
  })
})

describe('what is odd is simply served', () => {
  const served = async (body: unknown, headers: Headers = AUTHORIZED): Promise<TestGateway['vendor']> => {
    const tested = createTestGateway()
    expect((await tested.post(CHAT.path, body, headers)).status).toBe(200)
    return tested.vendor
  }

  it.each(['text/plain', 'multipart/form-data; boundary=x', ';;;', ''])(
    'the content type %j',
    async (type) => {
      await expect(served(CHAT.request(), { ...AUTHORIZED, 'content-type': type })).resolves.toBeDefined()
    },
  )

  it('headers of a megabyte', async () => {
    const huge = 'x'.repeat(1_000_000)
    await expect(
      served(CHAT.request(), { ...AUTHORIZED, 'x-huge': huge, 'user-agent': huge }),
    ).resolves.toBeDefined()
    const tested = createTestGateway()
    expect(
      (await tested.post(CHAT.path, CHAT.request(), { authorization: `Bearer cm-${huge}` })).status,
    ).toBe(401)
    expect(
      (await tested.post(CHAT.path, CHAT.request(), { authorization: `Bearer${' '.repeat(1_000_000)}` }))
        .status,
    ).toBe(401)
  })

  it('a byte order mark, escapes, lone surrogates, escaped null characters, numbers that no double holds', async () => {
    const text = `{"model":"test/chat","messages":[{"role":"user","content":"\\ud800 \\u0000 x"}],"seed":12345678901234567890}`
    const vendor = await served(utf8.encode(`\u{feff}${text}`))
    expect(vendor.last().text).toBe(text.replace('test/chat', 'vendor-chat'))
  })

  it('keys that objects have by nature', async () => {
    const text =
      '{"__proto__":{"model":"no/such"},"constructor":1,"toString":2,"model":"test/chat","messages":[{"role":"user","content":"x"}]}'
    expect((await served(text)).last().text).toBe(text.replace('test/chat', 'vendor-chat'))
  })

  it.each(ENDPOINTS)('$path keeps members of its own to itself, whatever their key', async (endpoint) => {
    const smuggled = '"__proto__":{"previous_response_id":"resp_x","instructions":"x","tools":[],"n":7}'
    for (const { model } of ENDPOINTS) {
      const tested = createTestGateway()
      const text = JSON.stringify({ ...endpoint.request(), model, max_tool_calls: 3 })
      const sent = await tested.post(endpoint.path, `{${smuggled},${text.slice(1)}`)
      expect(sent.status).toBe(200)
      const { __proto__: _own, ...plain } = JSON.parse(tested.vendor.last().text) as Record<string, unknown>
      const honest = createTestGateway()
      await honest.post(endpoint.path, text)
      expect(plain).toEqual(honest.vendor.last().json)
      // What cannot cross is named.
      if (model !== endpoint.model)
        expect(sent.headers['x-crossmodel-warnings']).toContain('dropped:__proto__')
    }
  })

  it('JSON that is nested 500 deep', async () => {
    const deep = '['.repeat(500) + ']'.repeat(500)
    await expect(served(JSON.stringify(CHAT.request()).replace('}', `,"x":${deep}}`))).resolves.toBeDefined()
  })
})
