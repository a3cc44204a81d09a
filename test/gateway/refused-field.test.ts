import { describe, expect, it, test } from 'vitest'
import type { UpstreamError } from '../../src/index.js'
import { leaveOutRefused } from '../../src/gateway/send/refused-field.js'
import { defer } from '../contracts/http-server.js'
import {
  CHAT,
  chatAnswer,
  type Endpoint,
  MESSAGES,
  RESPONSES,
  responsesAnswer,
  responsesStream,
  stream,
  whole,
} from '../support/calls.js'
import { readAnswer } from '../support/read-answer.js'
import { BALANCE, createTestGateway } from '../support/test-gateway.js'

const USAGE = { input_tokens: 10, output_tokens: 5, total_tokens: 15 }
const UNVERIFIED =
  'Your organization must be verified to generate reasoning summaries. Please go to the settings.'

const refusal = (param: string | null, message: string, code: string | null = 'unsupported_value') =>
  whole({ error: { message, type: 'invalid_request_error', param, code } }, 400)

/** Clients that ask a Responses vendor for a summary, each in its own words. */
const ASKING: readonly (readonly [string, Endpoint, Readonly<Record<string, unknown>>, string])[] = [
  ['its own', RESPONSES, { reasoning: { effort: 'low', summary: 'auto' } }, 'reasoning.summary'],
  ['Chat', CHAT, { reasoning_effort: 'low' }, 'reasoning_effort'],
  [
    'Messages',
    MESSAGES,
    { max_tokens: 4000, thinking: { type: 'adaptive', display: 'summarized' } },
    'thinking',
  ],
]

describe('a reasoning summary that OpenAI shows to verified organisations only', () => {
  it.each(
    ASKING.flatMap(([name, endpoint, fields, path]) =>
      [false, true].map((isStream) => ({ name, endpoint, fields, path, isStream })),
    ),
  )(
    'is left out of the second try for clients of $name protocol; streamed: $isStream',
    async ({ endpoint, fields, path, isStream }) => {
      const tested = createTestGateway()
      tested.vendor.play(
        refusal('reasoning.summary', UNVERIFIED),
        isStream ? stream(...responsesStream(USAGE)) : responsesAnswer(USAGE),
      )
      const { status, text, headers } = await tested.post(endpoint.path, {
        ...endpoint.request(),
        ...fields,
        model: RESPONSES.model,
        stream: isStream,
      })
      expect([status, text]).toEqual([200, expect.stringContaining('hello')])
      const [first, second] = tested.vendor.calls
      expect(first?.json.reasoning.summary).toBeDefined()
      const { summary: _left, ...reasoning } = first?.json.reasoning ?? {}
      expect(second?.json).toEqual({ ...first?.json, reasoning })
      expect(headers['x-crossmodel-warnings']).toContain(`dropped:${path}`)
      expect(tested.warnings).toHaveLength(1)
      expect(tested.records).toMatchObject([{ status: 'completed', costMicro: 10 + 2 * 5 }])
      expect(tested.wallet()).toEqual({ balanceMicro: BALANCE - 20, heldMicro: 0 })
    },
  )

  it('is left out once: a second refusal is the answer', async () => {
    const tested = createTestGateway()
    tested.vendor.always(refusal('reasoning.summary', UNVERIFIED))
    const { status } = await tested.post(RESPONSES.path, {
      ...RESPONSES.request(),
      reasoning: { summary: 'auto' },
    })
    expect([status, tested.vendor.calls.length]).toEqual([400, 2])
    expect(tested.records).toMatchObject([{ status: 'failed', costMicro: 0 }])
    expect(tested.wallet()).toEqual({ balanceMicro: BALANCE, heldMicro: 0 })
  })

  it('is reported to the operator when the head went out before the refusal came', async () => {
    const tested = createTestGateway({ timeouts: { commitMs: 1 } })
    const head = defer()
    tested.vendor.play(
      { ...refusal('reasoning.summary', UNVERIFIED), head: head.promise },
      stream(...responsesStream(USAGE)),
    )
    const body = { ...RESPONSES.request(), reasoning: { summary: 'auto' }, stream: true }
    const answer = await tested.handle(RESPONSES.path, { body })
    head.resolve()
    const { text, headers } = await readAnswer(answer)
    expect(text).toContain('hello')
    expect(headers['x-crossmodel-warnings']).toBeUndefined()
    expect(tested.warnings).toMatchObject([{ warnings: [{ path: 'reasoning.summary' }] }])
  })

  it('leaves every other byte of a same-protocol request as it came', async () => {
    const tested = createTestGateway()
    tested.vendor.play(refusal('reasoning.summary', UNVERIFIED), responsesAnswer(USAGE))
    const body =
      '{"model": "test/responses",  "input":"\\u0041 1.50", "seed": 1.0, "reasoning":{"summary":"auto"}}'
    expect((await tested.post(RESPONSES.path, body)).status).toBe(200)
    expect(tested.vendor.last().text).toBe(
      body.replace('test/responses', RESPONSES.vendorModel).replace('{"summary":"auto"}', '{}'),
    )
  })
})

describe('another field that a vendor will not have', () => {
  const temperature = refusal(
    'temperature',
    "Unsupported parameter: 'temperature' is not supported with this model.",
    'unsupported_parameter',
  )
  const request = { ...MESSAGES.request(), model: CHAT.model, temperature: 0.5 }

  it('is left out for a client of another protocol', async () => {
    const tested = createTestGateway()
    tested.vendor.play(temperature, chatAnswer())
    const { status, headers } = await tested.post(MESSAGES.path, request)
    expect(status).toBe(200)
    expect(tested.vendor.calls.map(({ json }) => json.temperature)).toEqual([0.5, undefined])
    expect(headers['x-crossmodel-warnings']).toContain('dropped:temperature')
  })

  it('is a refusal under the strict policy', async () => {
    const tested = createTestGateway({ policy: 'strict' })
    tested.vendor.play(temperature)
    expect((await tested.post(MESSAGES.path, request)).status).toBe(400)
    expect(tested.vendor.calls).toHaveLength(1)
  })

  it('is a refusal for a client that speaks the vendor’s protocol', async () => {
    const tested = createTestGateway()
    tested.vendor.play(temperature)
    const { status, json } = await tested.post(CHAT.path, { ...CHAT.request(), temperature: 0.5 })
    expect([status, json.error.param]).toEqual([400, 'temperature'])
    expect(tested.vendor.calls).toHaveLength(1)
  })
})

describe('what a vendor refuses a request for', () => {
  const body =
    '{"model":"m","top_p":1,"reasoning":{"summary":"auto","effort":"low"},"text":{"verbosity":"low"}}'
  const leaveOut = (error: Partial<UpstreamError>, translated = true): string | null =>
    leaveOutRefused(
      { kind: 'bad-request', message: '', ...error },
      { body, translated, names: {}, policy: 'lenient' },
    )?.body ?? null

  test.each<readonly [string, Partial<UpstreamError>, string]>([
    ['by param', { param: 'top_p', message: 'top_p is not supported' }, '"top_p":1,'],
    ['by its message', { message: 'Unrecognized request argument: "top_p"' }, '"top_p":1,'],
    ['by a path', { message: 'top_p: Extra inputs are not permitted' }, '"top_p":1,'],
    ['by a nested path', { message: 'text.verbosity: not supported' }, '"verbosity":"low"'],
    ['by words alone', { message: UNVERIFIED }, '"summary":"auto",'],
    ['as unprocessable', { kind: 'unprocessable', message: 'top_p: not supported' }, '"top_p":1,'],
  ])('is found: %s', (_name, error, gone) => {
    expect(leaveOut(error)).toBe(body.replace(gone, ''))
  })

  test.each<readonly [string, Partial<UpstreamError>]>([
    ['is another kind of trouble', { kind: 'rate-limit', message: 'top_p: not supported' }],
    ['is the value', { param: 'top_p', message: 'top_p must be at most 1' }],
    ['is not in the request', { param: 'seed', message: 'seed is not supported' }],
    ['is a field that an answer needs', { param: 'model', message: 'model is not supported' }],
    ['is told by nothing', {}],
    ['is a field of the prototype', { param: 'constructor', message: 'constructor is not supported' }],
  ])('stays when it %s', (_name, error) => {
    expect(leaveOut(error)).toBeNull()
  })

  test('stays in a body that is no object', () => {
    const error = { kind: 'bad-request', message: UNVERIFIED } as const
    for (const text of ['[]', 'x', '{"reasoning":1}', '{"reasoning":{}}']) {
      const request = { body: text, translated: true, names: {}, policy: 'lenient' } as const
      expect(leaveOutRefused(error, request)).toBeNull()
    }
  })
})
