import { describe, expect, it, test } from 'vitest'
import {
  CHAT,
  chatAnswer,
  chatStream,
  chunk,
  DONE,
  MESSAGES,
  messagesAnswer,
  messagesStream,
  RESPONSES,
  responsesAnswer,
  responsesStream,
  stream,
  whole,
} from '../support/calls.js'
import type { Reply } from '../support/scripted-vendor.js'
import { createTestGateway } from '../support/test-gateway.js'

/** What the agent of an editor sends to the Chat endpoint. */
const agentRequest = (model: string, more: object = {}): object => ({
  model,
  user: 'jo',
  input: [
    { role: 'system', content: 'You are an agent.' },
    { role: 'user', content: [{ type: 'input_text', text: 'Fix it.' }] },
    { type: 'reasoning', id: 'rs_1', summary: [] },
    { type: 'function_call', call_id: 'call_1', name: 'Read', arguments: '{"path":"a.ts"}' },
    { type: 'function_call_output', call_id: 'call_1', output: 'let a' },
  ],
  tools: [
    { type: 'function', name: 'Read', description: 'Reads.', parameters: { type: 'object', properties: {} } },
    {
      type: 'custom',
      name: 'ApplyPatch',
      description: 'Patches.',
      format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
    },
  ],
  tool_choice: 'auto',
  reasoning: { effort: 'medium', summary: 'auto' },
  include: ['reasoning.encrypted_content'],
  text: { verbosity: 'low' },
  store: true,
  ...more,
})

const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 }
const responsesUsage = {
  input_tokens: 5,
  output_tokens: 2,
  total_tokens: 7,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens_details: { reasoning_tokens: 0 },
}
const messagesUsage = { input_tokens: 5, output_tokens: 2 }

interface Vendor {
  readonly model: string
  readonly whole: Reply
  readonly stream: Reply
}

const VENDORS: readonly Vendor[] = [
  { model: CHAT.model, whole: chatAnswer(usage), stream: stream(...chatStream(usage)) },
  {
    model: RESPONSES.model,
    whole: responsesAnswer(responsesUsage),
    stream: stream(...responsesStream(responsesUsage)),
  },
  {
    model: MESSAGES.model,
    whole: messagesAnswer(messagesUsage),
    stream: stream(...messagesStream(messagesUsage, messagesUsage)),
  },
]

describe('a body with `input` and without `messages` on the Chat endpoint', () => {
  it.each(VENDORS)('is answered as Chat by $model', async (vendor) => {
    const tested = createTestGateway()
    tested.vendor.play(vendor.whole)
    const { status, json } = await tested.post(CHAT.path, agentRequest(vendor.model, { messages: [] }))
    expect([status, json.object, json.model]).toEqual([200, 'chat.completion', vendor.model])
    expect(json.choices[0]).toMatchObject({ message: { content: 'hello' }, finish_reason: 'stop' })
    expect(json.usage).toMatchObject(usage)
    expect(tested.records).toMatchObject([{ endpoint: CHAT.path, status: 'completed', endUser: 'jo' }])
  })

  it.each(VENDORS)('is streamed as Chat by $model', async (vendor) => {
    const tested = createTestGateway()
    tested.vendor.play(vendor.stream)
    const more = { stream: true, stream_options: { include_usage: true } }
    const { status, text } = await tested.post(CHAT.path, agentRequest(vendor.model, more))
    const events = text.match(/(?<=^data: )\{.*/gm)?.map((line) => JSON.parse(line)) ?? []
    expect(status).toBe(200)
    expect(new Set(events.map(({ object }) => object))).toEqual(new Set(['chat.completion.chunk']))
    expect(events.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('hello')
    expect(events.at(-1)?.usage).toMatchObject(usage)
    expect(text.endsWith(DONE)).toBe(true)
  })

  test('reaches a Chat vendor with messages and nested tools', async () => {
    const { post, vendor } = createTestGateway()
    vendor.play(chatAnswer(usage))
    await post(CHAT.path, agentRequest(CHAT.model))
    const { messages, tools, input } = vendor.last().json
    expect(input).toBeUndefined()
    expect(messages.map(({ role }: { role: string }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
    ])
    expect(messages[2].tool_calls).toMatchObject([{ id: 'call_1', function: { name: 'Read' } }])
    expect(tools).toMatchObject([
      { type: 'function', function: { name: 'Read' } },
      { type: 'custom', custom: { name: 'ApplyPatch' } },
    ])
  })

  test('is never stored, and refers to nothing stored', async () => {
    const { post, vendor } = createTestGateway()
    vendor.play(responsesAnswer(responsesUsage))
    await post(CHAT.path, agentRequest(RESPONSES.model))
    expect(vendor.last().json).toMatchObject({ store: false, model: 'vendor-responses' })
    expect(vendor.last().json.messages).toBeUndefined()
    const { status, json } = await post(
      CHAT.path,
      agentRequest(CHAT.model, { previous_response_id: 'resp_1' }),
    )
    expect([status, json.error.param]).toEqual([400, 'previous_response_id'])
  })

  test('gets the call of a custom tool in Chat’s shape', async () => {
    const { post, vendor } = createTestGateway()
    vendor.play(
      whole({
        id: 'resp_1',
        object: 'response',
        status: 'completed',
        model: 'vendor-responses',
        output: [
          { type: 'custom_tool_call', id: 'ctc_1', call_id: 'call_2', name: 'ApplyPatch', input: 'x' },
        ],
        usage: responsesUsage,
      }),
    )
    const { json } = await post(CHAT.path, agentRequest(RESPONSES.model))
    expect(json.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        tool_calls: [{ id: 'call_2', type: 'custom', custom: { name: 'ApplyPatch', input: 'x' } }],
      },
    })
  })

  test('that is wrong is refused in the words of its own fields', async () => {
    const { post } = createTestGateway()
    const { status, json } = await post(CHAT.path, { model: CHAT.model, input: [], stream: 'yes' })
    expect([status, json.error.param]).toEqual([400, 'input'])
  })
})

test('a body without both is refused as Chat', async () => {
  const { post } = createTestGateway()
  expect((await post(CHAT.path, { model: CHAT.model })).json.error.param).toBe('messages')
})

const ANTHROPIC_TOOL = {
  name: 'Read',
  description: 'Reads.',
  input_schema: { type: 'object', properties: { path: { type: 'string' } } },
  cache_control: { type: 'ephemeral' },
}
const FLAT_CUSTOM = { type: 'custom', name: 'ApplyPatch', description: 'Patches.', format: { type: 'text' } }
const NESTED = { type: 'function', function: { name: 'Grep', parameters: { type: 'object' } } }

/** Blocks of Anthropic's in Chat messages, as an editor sends them for Claude models. */
const blocksRequest = (model: string): object => ({
  model,
  messages: [
    { role: 'system', content: [{ type: 'text', text: 'Agent.', cache_control: { type: 'ephemeral' } }] },
    { role: 'user', content: 'Fix it.' },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'I look.' },
        { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { path: 'a.ts' } },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'let a' }] },
        { type: 'text', text: 'Go on.', cache_control: { type: 'ephemeral' } },
      ],
    },
  ],
  tools: [ANTHROPIC_TOOL, FLAT_CUSTOM, NESTED],
  tool_choice: { type: 'tool', name: 'Read' },
})

describe('shapes of other protocols among those of Chat', () => {
  it('reach a Chat vendor in its own', async () => {
    const { post, vendor } = createTestGateway()
    vendor.play(chatAnswer(usage))
    const { status, json } = await post(CHAT.path, blocksRequest(CHAT.model))
    expect([status, json.choices[0].message.content]).toEqual([200, 'hello'])
    const { messages, tools, tool_choice } = vendor.last().json
    expect(messages.map(({ role }: { role: string }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
      'user',
    ])
    expect(messages[2]).toMatchObject({
      tool_calls: [
        { id: 'toolu_1', type: 'function', function: { name: 'Read', arguments: '{"path":"a.ts"}' } },
      ],
    })
    expect(messages[3]).toMatchObject({ tool_call_id: 'toolu_1', content: 'let a' })
    expect(tools).toMatchObject([
      { type: 'function', function: { name: 'Read', parameters: ANTHROPIC_TOOL.input_schema } },
      { type: 'custom', custom: { name: 'ApplyPatch' } },
      NESTED,
    ])
    expect(tool_choice).toEqual({ type: 'function', function: { name: 'Read' } })
    expect(vendor.last().text).not.toMatch(/input_schema|tool_use|tool_result/)
  })

  it('reach a vendor of Messages as they were', async () => {
    const { post, vendor } = createTestGateway()
    vendor.play(messagesAnswer(messagesUsage))
    expect((await post(CHAT.path, blocksRequest(MESSAGES.model))).status).toBe(200)
    const { messages, tools } = vendor.last().json
    expect(messages.at(-1).content).toMatchObject([
      { type: 'tool_result', tool_use_id: 'toolu_1' },
      { type: 'text', text: 'Go on.', cache_control: { type: 'ephemeral' } },
    ])
    expect(tools[0]).toMatchObject(ANTHROPIC_TOOL)
  })

  it('are streamed as Chat', async () => {
    const { post, vendor } = createTestGateway()
    vendor.play(stream(...chatStream(usage)))
    const { text } = await post(CHAT.path, { ...blocksRequest(CHAT.model), stream: true })
    expect(text).toContain('"content":"hello"')
    expect(text.endsWith(DONE)).toBe(true)
  })

  const calls = [{ id: 'c1', type: 'function', function: { name: 'Grep', arguments: '{}' } }]
  const PLAIN: readonly (readonly [string, object])[] = [
    ['nested tools', { tools: [NESTED, { type: 'custom', custom: { name: 'x' } }] }],
    ['a hosted tool', { tools: [{ type: 'web_search' }] }],
    ['a nested choice', { tool_choice: { type: 'function', function: { name: 'Grep' } }, tools: [NESTED] }],
    [
      'a picture',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x.y/z' } }] }] },
    ],
    ['a tool message', { messages: [{ role: 'assistant', tool_calls: calls, content: null }] }],
    ['a marker', { messages: [{ role: 'user', content: [{ type: 'text', text: 'x', cache_control: {} }] }] }],
  ]

  it.each(PLAIN)('are not seen in %s, whose bytes stay as they are', async (_name, more) => {
    const { post, vendor } = createTestGateway()
    vendor.play(chatAnswer(usage))
    const body = { ...CHAT.request(), ...more }
    await post(CHAT.path, body)
    expect(vendor.last().text).toBe(JSON.stringify({ ...body, model: CHAT.vendorModel }))
  })

  it('are cache markers where the vendor is known to refuse them', async () => {
    const { post, vendor } = createTestGateway({
      upstreams: { openai: { vendor: 'openai', protocol: 'openai-chat', apiKey: 'vendor-key' } },
      models: [{ id: 'openai/gpt-4o', upstream: 'openai', price: 'free' }],
    })
    vendor.play(stream(chunk({ content: 'hello' }), chunk({}, 'stop'), DONE))
    const content = [{ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } }]
    await post(CHAT.path, { model: 'openai/gpt-4o', messages: [{ role: 'user', content }], stream: true })
    expect(vendor.last().text).not.toContain('cache_control')
  })
})
