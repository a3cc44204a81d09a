import { describe, expect, it, test } from 'vitest'
import { CHAT, data, ENDPOINTS, event, MESSAGES, stream, whole } from '../support/calls.js'
import type { Answer } from '../support/read-answer.js'
import type { Reply } from '../support/scripted-vendor.js'
import { createTestGateway, VENDOR_HOST, VENDOR_KEY } from '../support/test-gateway.js'

const SECRETS = new RegExp(
  [VENDOR_KEY, VENDOR_HOST, 'vendorsecret', 'org-acct1234567', '10\\.9\\.8\\.7'].join('|'),
)
const LEAKY = `Incorrect API key provided: ${VENDOR_KEY}. Org org-acct1234567 at https://${VENDOR_HOST}/billing.`

const openaiError = (message: string, type: string, code: string | null = null): unknown => ({
  error: { message, type, param: null, code },
})
const anthropicError = (type: string, message: string): unknown => ({
  type: 'error',
  error: { type, message },
})

/** What a client of each endpoint gets when its vendor answers so, streamed and not. */
async function answers(reply: (path: string) => Reply): Promise<readonly Answer[]> {
  const all: Answer[] = []
  for (const { path, request } of ENDPOINTS) {
    for (const isStream of [false, true]) {
      const tested = createTestGateway()
      tested.vendor.play(reply(path))
      all.push(await tested.post(path, { ...request(), stream: isStream }))
      const events = JSON.stringify([
        tested.errors,
        tested.records,
        tested.errors.map(({ error }) => error.message),
      ])
      expect(events).not.toMatch(SECRETS)
      expect(tested.wallet().heldMicro).toBe(0)
    }
  }
  return all
}

const failure =
  (status: number, message: string, more: { type?: string; code?: string } = {}) =>
  (path: string): Reply =>
    whole(
      path === MESSAGES.path
        ? {
            ...(anthropicError(more.type ?? 'invalid_request_error', message) as object),
            request_id: 'req_vendor',
          }
        : openaiError(message, more.type ?? 'invalid_request_error', more.code ?? null),
      status,
      { 'x-request-id': 'req_vendor', 'request-id': 'req_vendor' },
    )

/** Error type and code, or type alone in the dialect of Anthropic. */
const kinds = ({ json }: Answer): unknown =>
  json.type === 'error' ? json.error.type : `${json.error.type} ${json.error.code}`
const twice = <T>(...values: readonly T[]): readonly T[] => values.flatMap((value) => [value, value])

describe('case 46: a vendor that refuses the gateway', () => {
  it.each([401, 402, 403])(
    'with %i failed, as far as the client is told, and names no secret',
    async (status) => {
      const got = await answers(
        failure(status, LEAKY, { type: 'authentication_error', code: 'invalid_api_key' }),
      )
      expect(got.map((answer) => answer.status)).toEqual(twice(502, 502, 502))
      expect(got.map(kinds)).toEqual(
        twice('provider_error provider_error', 'provider_error provider_error', 'api_error'),
      )
      for (const { json, text, headers } of got) {
        expect(json.error.message).toBe('The provider refused the gateway.')
        expect(text + JSON.stringify(headers)).not.toMatch(SECRETS)
        expect(text + JSON.stringify(headers)).not.toContain('req_vendor')
      }
    },
  )

  it('because its quota is used up does so too, whatever the status', async () => {
    const got = await answers(
      failure(429, 'insufficient_quota: You exceeded your current quota.', {
        code: 'insufficient_quota',
        type: 'insufficient_quota',
      }),
    )
    expect(got.map((answer) => answer.status)).toEqual(twice(502, 502, 502))
  })

  it('says the same in the middle of a stream', async () => {
    const tested = createTestGateway()
    const first = data({ choices: [{ index: 0, delta: { content: 'a' }, finish_reason: null }] })
    tested.vendor.play(stream(first, data({ error: { message: LEAKY, code: 'invalid_api_key' } })))
    const { text } = await tested.post(CHAT.path, { ...CHAT.request(), stream: true })
    expect(text).toBe(
      first +
        data({
          error: {
            message: 'The provider refused the gateway.',
            type: 'provider_error',
            param: null,
            code: 'provider_error',
          },
        }),
    )
  })
})

describe('an error of a vendor', () => {
  test('case 46a: keeps its status before a stream has begun', async () => {
    const statuses = async (status: number): Promise<unknown> =>
      (
        await answers(failure(status, 'x', { type: status < 500 ? 'invalid_request_error' : 'api_error' }))
      ).map((answer) => answer.status)
    expect(await statuses(400)).toEqual(twice(400, 400, 400))
    expect(await statuses(404)).toEqual(twice(404, 404, 404))
    expect(await statuses(422)).toEqual(twice(422, 422, 422))
    expect(await statuses(500)).toEqual(twice(502, 502, 502))
    expect(await statuses(503)).toEqual(twice(503, 503, 529))
    expect(await statuses(529)).toEqual(twice(503, 503, 529))
    expect(await statuses(504)).toEqual(twice(504, 504, 504))
  })

  test('case 46a: is a real 429 with its Retry-After, and none of the vendor’s limits', async () => {
    const limits = {
      'retry-after': '7',
      'x-ratelimit-limit-requests': '1',
      'anthropic-ratelimit-tokens-limit': '1',
    }
    const got = await answers((path) => {
      const reply = failure(429, 'Slow down.', { type: 'rate_limit_error' })(path)
      return { ...reply, headers: { ...reply.headers, ...limits } }
    })
    for (const { status, headers, json } of got) {
      expect([status, headers['retry-after'], headers['retry-after-ms']]).toEqual([429, '7', '7000'])
      expect(Object.keys(headers).filter((name) => name.includes('ratelimit'))).toEqual([])
      expect(json.error).toMatchObject({ message: 'Slow down.', type: 'rate_limit_error' })
    }
  })

  it('about the request reaches the client in the words of the vendor', async () => {
    const body = {
      error: {
        message: "Unknown parameter: 'foo'.",
        type: 'invalid_request_error',
        param: 'foo',
        code: 'unknown_parameter',
        extra: 1,
      },
    }
    const tested = createTestGateway()
    tested.vendor.play(whole(body, 400))
    const { status, json, headers } = await tested.post(CHAT.path, CHAT.request())
    expect([status, json, headers['x-should-retry']]).toEqual([400, body, 'false'])
  })

  it('about the request is free of secrets even then', async () => {
    const got = await answers(failure(400, LEAKY.replace('Incorrect API key provided', 'Bad')))
    for (const { status, text } of got) {
      expect(status).toBe(400)
      expect(text).not.toMatch(SECRETS)
      expect(text).toContain('[redacted]')
    }
  })

  it('about the request keeps the names of its fields, which may look a little like ids', async () => {
    const words = 'user_location.country, user-provided, account-specific, org-scoped, proj_members'
    const got = await answers(failure(400, `Bad ${words} of org-AbCdEfGhIjKlMnOpQr and proj_a1b2c3d4`))
    for (const { text } of got) expect(text).toContain(`Bad ${words} of [redacted] and [redacted]`)
  })

  it.each<[string, Reply, number]>([
    ['an HTML page', whole('<html><body>nginx 10.9.8.7 502 Bad Gateway</body></html>', 502), 502],
    ['nothing', whole('', 500), 502],
    ['a list', whole('[1]', 400), 400],
    ['a text', whole('upstream connect error 10.9.8.7:443', 503), 503],
    ['a redirect', whole('', 302, { location: `https://${VENDOR_HOST}/login` }), 502],
    ['a page with status 200', whole('<html>10.9.8.7</html>'), 502],
    ['JSON that is no answer', whole({ ok: true }), 502],
  ])('that is %s becomes one of the dialect', async (_name, reply, status) => {
    const tested = createTestGateway()
    tested.vendor.play(reply)
    const answer = await tested.post(CHAT.path, CHAT.request())
    expect(answer.status).toBe(status)
    expect(answer.json.error).toEqual({
      message: expect.any(String),
      type: expect.any(String),
      param: null,
      code: expect.any(String),
    })
    expect(answer.text).not.toMatch(/html|location/)
    expect(answer.text + JSON.stringify(answer.headers)).not.toContain(VENDOR_HOST)
  })

  it.each([
    ['connect', 502, 'provider_error', 'The provider could not be reached.'],
    ['timeout', 504, 'upstream_timeout', 'Request timed out: the provider did not answer. Try again later.'],
    [
      'reset',
      502,
      'upstream_stream_truncated',
      'Connection error: the provider broke off the answer. Try again later.',
    ],
  ] as const)(
    'that is a broken connection (%s) says nothing of where the vendor is',
    async (fault, status, code, message) => {
      for (const isStream of [false, true]) {
        const tested = createTestGateway()
        tested.vendor.play({ steps: [], fault })
        const answer = await tested.post(CHAT.path, { ...CHAT.request(), stream: isStream })
        expect([answer.status, answer.json]).toEqual([status, openaiError(message, 'provider_error', code)])
      }
    },
  )

  it('inside a 200 is an error of the protocol', async () => {
    const tested = createTestGateway()
    tested.vendor.play(
      whole({ error: { message: 'no', type: 'server_error' } }),
      whole({
        id: 'r',
        object: 'response',
        status: 'failed',
        error: { code: 'server_error', message: 'no' },
        output: [],
      }),
      whole(anthropicError('overloaded_error', 'Overloaded')),
    )
    const got = []
    for (const { path, request } of ENDPOINTS) got.push(await tested.post(path, request()))
    expect(got.map((answer) => answer.status)).toEqual([502, 502, 529])
    expect(tested.records.map(({ status, costMicro }) => [status, costMicro])).toEqual([
      ['failed', 0],
      ['failed', 0],
      ['failed', 0],
    ])
  })
})

it('an unexpected failure is a 500 that says nothing of itself', async () => {
  const tested = createTestGateway({
    transport: () => {
      throw new TypeError(`cannot read ${VENDOR_KEY} of undefined`)
    },
  })
  const { status, text } = await tested.post(CHAT.path, CHAT.request())
  expect(status).toBe(502)
  expect(text).not.toMatch(SECRETS)
  expect(tested.wallet().heldMicro).toBe(0)
})

it('a named error event at the beginning of a stream has its true status too', async () => {
  const tested = createTestGateway()
  const overloaded = event({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } })
  tested.vendor.play(stream(overloaded))
  const { status, json } = await tested.post(MESSAGES.path, { ...MESSAGES.request(), stream: true })
  expect([status, json.error]).toEqual([529, { type: 'overloaded_error', message: 'Overloaded' }])
})
