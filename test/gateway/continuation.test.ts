import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/index.js'
import { CHAT, data, type Endpoint, event, MESSAGES, RESPONSES, stream, whole } from '../support/calls.js'
import { READ_WITH_SDK } from '../laws/support/sdk-readers.js'
import type { Answer } from '../support/read-answer.js'
import type { Reply } from '../support/scripted-vendor.js'
import {
  BALANCE,
  BASE_CONFIG,
  createTestGateway,
  type Overrides,
  PRICE,
  type TestGateway,
  VENDOR_HOST,
  VENDOR_KEY,
} from '../support/test-gateway.js'

/** One hop of a vendor's answer: 10 tokens in, 5 out. */
interface Hop {
  readonly text: string
  readonly paused: boolean
}

const HOPS: readonly Hop[] = [
  { text: 'Let me ', paused: true },
  { text: 'see: ', paused: true },
  { text: 'done.', paused: false },
]
const ENDLESS: Hop = { text: 'more ', paused: true }

/** A vendor that ends answers half-way: what it answers, streamed and not, and how it must be asked for the rest. */
interface Vendor {
  readonly model: string
  readonly write: (hop: Hop, isStream: boolean) => Reply
  /** What the request for the rest has that the one before had not. */
  readonly expectRest: (rest: JsonObject, before: JsonObject, hop: Hop) => void
  /** How the answer ends for a Chat client that is not asked for more. */
  readonly givenUp: string
  readonly endPath: string
}

const SEARCH = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search' }
const RESULT = {
  type: 'web_search_tool_result',
  tool_use_id: 'srvtoolu_1',
  content: [{ type: 'web_search_result', url: 'https://example.com', title: 't', encrypted_content: 'ENC' }],
}
const THOUGHT = { type: 'thinking', thinking: 'hm', signature: 'SIG' }

const claudeContent = ({ text, paused }: Hop): readonly JsonObject[] => [
  ...(paused ? [THOUGHT, { ...SEARCH, input: { query: 'q' } }, RESULT] : []),
  { type: 'text', text },
]

function claudeEvents(hop: Hop): readonly string[] {
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'vendor-messages', content: [] }
  const usage = { input_tokens: 10, output_tokens: 1 }
  const deltas: Readonly<Record<string, readonly JsonObject[]>> = {
    thinking: [
      { type: 'thinking_delta', thinking: 'hm' },
      { type: 'signature_delta', signature: 'SIG' },
    ],
    server_tool_use: [
      { type: 'input_json_delta', partial_json: '{"query"' },
      { type: 'input_json_delta', partial_json: ':"q"}' },
    ],
    text: [{ type: 'text_delta', text: hop.text }],
  }
  const empty: Readonly<Record<string, JsonObject>> = {
    thinking: { type: 'thinking', thinking: '', signature: '' },
    server_tool_use: { ...SEARCH, input: {} },
    text: { type: 'text', text: '' },
  }
  return [
    event({ type: 'message_start', message: { ...message, stop_reason: null, usage } }),
    ...claudeContent(hop).flatMap((block, index) => {
      const type = String(block['type'])
      return [
        event({ type: 'content_block_start', index, content_block: empty[type] ?? block }),
        ...(deltas[type] ?? []).map((delta) => event({ type: 'content_block_delta', index, delta })),
        event({ type: 'content_block_stop', index }),
      ]
    }),
    event({
      type: 'message_delta',
      delta: { stop_reason: hop.paused ? 'pause_turn' : 'end_turn', container: { id: 'box_1' } },
      usage: { output_tokens: 5 },
    }),
    event({ type: 'message_stop' }),
  ]
}

const claude: Vendor = {
  model: 'test/messages',
  write: (hop, isStream) =>
    isStream
      ? stream(...claudeEvents(hop))
      : whole({
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'vendor-messages',
          content: claudeContent(hop),
          stop_reason: hop.paused ? 'pause_turn' : 'end_turn',
          container: { id: 'box_1' },
          usage: { input_tokens: 10, output_tokens: 5 },
        }),
  expectRest: (rest, before, hop) =>
    expect(rest).toEqual({
      ...before,
      container: 'box_1',
      messages: [
        ...(before['messages'] as readonly JsonObject[]),
        { role: 'assistant', content: claudeContent(hop) },
      ],
    }),
  givenUp: 'stop',
  endPath: 'stop_reason',
}

const gemini: Vendor = {
  model: 'test/gemini',
  write: ({ text, paused }, isStream) => {
    const candidate = paused
      ? { finishReason: 'CONTINUATION', continuationToken: `after ${text}` }
      : { finishReason: 'STOP' }
    const answer = {
      responseId: 'r1',
      modelVersion: 'vendor-gemini',
      candidates: [{ content: { role: 'model', parts: [{ text }] }, ...candidate }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
    }
    return isStream ? stream(data(answer)) : whole(answer)
  },
  expectRest: (rest, before, { text }) =>
    expect(rest).toEqual({ ...before, continuationToken: `after ${text}` }),
  givenUp: 'length',
  endPath: 'candidates[0].finishReason',
}

const VENDORS = [
  ['Claude', claude],
  ['Gemini', gemini],
] as const

function createContinuing(overrides: Overrides = {}): TestGateway {
  const model = { id: 'test/gemini', upstream: 'gemini', model: 'vendor-gemini', price: PRICE }
  return createTestGateway({
    upstreams: {
      ...BASE_CONFIG.upstreams,
      gemini: { protocol: 'gemini', baseUrl: `https://${VENDOR_HOST}`, apiKey: VENDOR_KEY },
    },
    models: [...BASE_CONFIG.models, { ...model, maxOutputTokens: 1000, contextWindowTokens: 100_000 }],
    ...overrides,
  })
}

const TOOLS: Readonly<Record<string, JsonObject>> = {
  [CHAT.path]: { web_search_options: {} },
  [RESPONSES.path]: { tools: [{ type: 'web_search' }] },
}

/** A request that may need a search, for a model. */
const ask = ({ path, request }: Endpoint, { model }: Vendor, isStream: boolean): JsonObject => ({
  ...(request() as JsonObject),
  ...TOOLS[path],
  model,
  stream: isStream,
  ...(isStream && path === CHAT.path ? { stream_options: { include_usage: true } } : {}),
})

/** What the official SDK makes of a stream, or the fields of a whole answer hold. */
async function textOf({ path }: Endpoint, { text, json }: Answer): Promise<string> {
  if (json === undefined) {
    const read = READ_WITH_SDK[path === CHAT.path ? 'openai-chat' : 'openai-responses']
    return (await read?.(text))?.text ?? ''
  }
  if (path === CHAT.path) return json.choices[0].message.content
  const contents: readonly { readonly text: string }[] = json.output.flatMap(
    (item: { readonly type: string; readonly content: unknown }) =>
      item.type === 'message' ? item.content : [],
  )
  return contents.map((part) => part.text).join('')
}

const MODES = [CHAT, RESPONSES].flatMap((endpoint) =>
  [false, true].map((isStream) => ({ endpoint, path: endpoint.path, isStream })),
)

describe.each(VENDORS)('an answer that %s ends half-way', (_name, vendor) => {
  it.each(MODES)('is asked for to its end: $path, streamed: $isStream', async ({ endpoint, isStream }) => {
    const tested = createContinuing()
    tested.vendor.play(...HOPS.map((hop) => vendor.write(hop, isStream)))
    const answer = await tested.post(endpoint.path, ask(endpoint, vendor, isStream))
    const { status, text } = answer
    expect(status).toBe(200)
    expect(await textOf(endpoint, answer)).toBe('Let me see: done.')
    expect(tested.vendor.calls).toHaveLength(3)
    tested.vendor.calls.forEach(({ json }, at) => {
      const [before, hop] = [tested.vendor.calls[at - 1], HOPS[at - 1]]
      if (before !== undefined && hop !== undefined) vendor.expectRest(json, before.json, hop)
    })
    expect(text).not.toMatch(/pause|CONTINUATION|max_tokens|"length"/)
    expect(tested.records).toMatchObject([
      { status: 'completed', usage: { inputTokens: 30, outputTokens: 15 }, costMicro: 30 + 2 * 15 },
    ])
    expect(text).toMatch(/"(?:prompt|input)_tokens":30/)
    expect(tested.wallet()).toEqual({ balanceMicro: BALANCE - 60, heldMicro: 0 })
    expect(JSON.stringify(tested.warnings)).not.toContain(vendor.endPath)
  })

  it.each([false, true])(
    'ends after five rests, and the operator is told; streamed: %s',
    async (isStream) => {
      const tested = createContinuing()
      tested.vendor.always(vendor.write(ENDLESS, isStream))
      const { text } = await tested.post(CHAT.path, ask(CHAT, vendor, isStream))
      expect(tested.vendor.calls).toHaveLength(6)
      expect(text.match(/more/g)).toHaveLength(6)
      expect(text).toContain(`"finish_reason":"${vendor.givenUp}"`)
      expect(tested.records).toMatchObject([{ status: 'completed', usage: { outputTokens: 30 } }])
      expect(tested.warnings.flatMap(({ warnings }) => warnings)).toContainEqual(
        expect.objectContaining({ path: vendor.endPath, semantic: true }),
      )
    },
  )

  it.each([false, true])('fails with its rest, and costs nothing; streamed: %s', async (isStream) => {
    const tested = createContinuing()
    const [first = ENDLESS] = HOPS
    const refusal = whole({ error: { type: 'overloaded_error', message: 'busy' } }, 529)
    tested.vendor.play(vendor.write(first, isStream), refusal)
    const { status, text } = await tested.post(CHAT.path, ask(CHAT, vendor, isStream))
    expect(status).toBe(isStream ? 200 : 503)
    expect(text).toContain('server_is_overloaded')
    expect(text).not.toContain('"finish_reason":"stop"')
    expect(tested.records).toMatchObject([{ status: 'failed', errorCode: 'server_is_overloaded' }])
    expect(tested.wallet()).toEqual({ balanceMicro: BALANCE, heldMicro: 0 })
  })

  it('stays as it is when the balance does not pay for all of it', async () => {
    const tested = createContinuing({ account: { balanceMicro: 500 } })
    tested.vendor.always(vendor.write(ENDLESS, false))
    expect((await tested.post(CHAT.path, ask(CHAT, vendor, false))).status).toBe(200)
    expect(tested.vendor.calls).toHaveLength(1)
  })

  it('is not asked for by a client that has left', async () => {
    const tested = createContinuing()
    tested.vendor.always(vendor.write(ENDLESS, true))
    const answer = await tested.open(CHAT.path, ask(CHAT, vendor, true))
    await answer.next()
    const calls = tested.vendor.calls.length
    await answer.leave()
    expect(tested.vendor.calls).toHaveLength(calls)
    expect(tested.records).toMatchObject([{ status: 'aborted' }])
    expect(tested.wallet().heldMicro).toBe(0)
  })
})

describe('a paused turn of Claude', () => {
  it.each([false, true])('is its own client’s business; streamed: %s', async (isStream) => {
    const tested = createContinuing()
    const [first = ENDLESS] = HOPS
    tested.vendor.play(claude.write(first, isStream))
    const { text } = await tested.post(MESSAGES.path, { ...MESSAGES.request(), stream: isStream })
    expect(tested.vendor.calls).toHaveLength(1)
    expect(text).toContain('"stop_reason":"pause_turn"')
    expect(tested.warnings).toEqual([])
  })

  it('without server tools in the request is not gone on with when streamed', async () => {
    const tested = createContinuing()
    tested.vendor.always(claude.write(ENDLESS, true))
    const { text } = await tested.post(CHAT.path, { ...CHAT.request(), model: claude.model, stream: true })
    expect(tested.vendor.calls).toHaveLength(1)
    expect(text).toContain('"finish_reason":"stop"')
  })
})

describe('a cut answer of Gemini', () => {
  it('goes on within its block', async () => {
    const tested = createContinuing()
    tested.vendor.play(...HOPS.map((hop) => gemini.write(hop, true)))
    const { text } = await tested.post(MESSAGES.path, {
      ...MESSAGES.request(),
      model: gemini.model,
      stream: true,
    })
    expect(text.match(/event: content_block_start/g)).toHaveLength(1)
    expect(text.match(/event: content_block_stop/g)).toHaveLength(1)
  })

  it('is one text as a whole, too', async () => {
    const tested = createContinuing()
    tested.vendor.play(...HOPS.map((hop) => gemini.write(hop, false)))
    const { json } = await tested.post(MESSAGES.path, { ...MESSAGES.request(), model: gemini.model })
    expect(json).toMatchObject({
      content: [{ type: 'text', text: 'Let me see: done.' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 30, output_tokens: 15 },
    })
  })
})
