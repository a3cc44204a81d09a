import { describe, expect, it, test } from 'vitest'
import type { GatewayConfig } from '../../src/index.js'
import { CHAT, chunk, DONE, MESSAGES, RESPONSES, stream, whole } from '../support/calls.js'
import type { Reply, VendorCall } from '../support/scripted-vendor.js'
import { createTestGateway, PRICE, type Overrides, type TestGateway } from '../support/test-gateway.js'

const THOUGHT = 'I have to look.'
const SIGNATURE = 'c2lnbmF0dXJlIG9mIGEgdGhvdWdodA=='
const MODEL = 'test/thinker'
const TOOL = { name: 'look', parameters: { type: 'object', properties: {} } }

const UPSTREAMS = {
  deepseek: {
    vendor: 'deepseek',
    protocol: 'openai-chat',
    apiKey: 'k-123456789012',
    baseUrl: 'https://d.example/v1',
  },
  gemini: {
    vendor: 'gemini',
    protocol: 'gemini',
    apiKey: 'k-123456789012',
    baseUrl: 'https://g.example/v1beta',
  },
  claude: { protocol: 'anthropic-messages', apiKey: 'k-123456789012', baseUrl: 'https://c.example' },
} as const satisfies GatewayConfig['upstreams']
type VendorName = keyof typeof UPSTREAMS

const MODELS: Readonly<Record<VendorName, string>> = {
  deepseek: 'deepseek-v4-pro',
  gemini: 'gemini-3-pro-preview',
  claude: 'claude-opus-4-6',
}

function create(vendor: VendorName, overrides: Overrides = {}): TestGateway {
  return createTestGateway({
    upstreams: UPSTREAMS,
    models: [{ id: MODEL, upstream: vendor, model: MODELS[vendor], price: PRICE, maxOutputTokens: 1000 }],
    stateCache: {},
    ...overrides,
  })
}

const toolCall = { index: 0, id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } }

/** An answer in which each vendor thinks and then calls the tool. */
const ANSWERS: Readonly<Record<VendorName, (call: VendorCall) => Reply>> = {
  deepseek: ({ json }) =>
    json.stream === true
      ? stream(
          chunk({ role: 'assistant', reasoning_content: THOUGHT }),
          chunk({ tool_calls: [toolCall] }),
          chunk({}, 'tool_calls'),
          DONE,
        )
      : whole({
          id: 'c1',
          object: 'chat.completion',
          created: 1,
          model: 'm',
          choices: [
            {
              index: 0,
              message: { role: 'assistant', content: '', reasoning_content: THOUGHT, tool_calls: [toolCall] },
              finish_reason: 'tool_calls',
            },
          ],
        }),
  gemini: ({ request }) => {
    const answer = {
      candidates: [
        {
          index: 0,
          content: {
            role: 'model',
            parts: [{ functionCall: { id: 'call_1', name: 'look', args: {} }, thoughtSignature: SIGNATURE }],
          },
          finishReason: 'STOP',
        },
      ],
    }
    return request.url.includes('stream') ? stream(`data: ${JSON.stringify(answer)}\n\n`) : whole(answer)
  },
  claude: () =>
    whole({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [
        { type: 'thinking', thinking: THOUGHT, signature: SIGNATURE },
        { type: 'text', text: 'Let me see.' },
        { type: 'tool_use', id: 'call_1', name: 'look', input: {} },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    }),
}

interface ForgetfulClient {
  readonly path: string
  readonly first: Readonly<Record<string, unknown>>
  /** What the second turn adds to the first one's field. */
  readonly more: readonly object[]
  readonly field: string
}

/** Clients that bring back the call and its result, and nothing that was thought. */
const FORGETFUL = {
  chat: {
    path: CHAT.path,
    first: { messages: [{ role: 'user', content: 'hi' }], tools: [{ type: 'function', function: TOOL }] },
    more: [
      { role: 'assistant', content: null, tool_calls: [{ ...toolCall, index: undefined }] },
      { role: 'tool', tool_call_id: 'call_1', content: 'seen' },
    ],
    field: 'messages',
  },
  messages: {
    path: MESSAGES.path,
    first: {
      max_tokens: 500,
      messages: [{ role: 'user', content: 'hi' }],
      tools: [{ name: 'look', input_schema: TOOL.parameters }],
    },
    more: [
      { role: 'assistant', content: [{ type: 'tool_use', id: 'call_1', name: 'look', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: 'seen' }] },
    ],
    field: 'messages',
  },
  responses: {
    path: RESPONSES.path,
    first: { store: false, input: [{ role: 'user', content: 'hi' }], tools: [{ type: 'function', ...TOOL }] },
    more: [
      { type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{}' },
      { type: 'function_call_output', call_id: 'call_1', output: 'seen' },
    ],
    field: 'input',
  },
} satisfies Record<string, ForgetfulClient>

/** The second turn of a client. */
function secondTurn({ first, more, field }: ForgetfulClient): Record<string, unknown> {
  const said = first[field]
  return { ...first, model: MODEL, [field]: [...(Array.isArray(said) ? (said as unknown[]) : []), ...more] }
}

/** Two turns of a client; what the vendor got in the second one. */
async function twoTurns(
  tested: TestGateway,
  vendor: VendorName,
  {
    client = FORGETFUL.chat,
    isStream = false,
    headers,
  }: { client?: ForgetfulClient; isStream?: boolean; headers?: Record<string, string> } = {},
): Promise<string> {
  tested.vendor.always(ANSWERS[vendor])
  const first = { ...client.first, model: MODEL, stream: isStream }
  expect((await tested.post(client.path, first)).status).toBe(200)
  const second = { ...secondTurn(client), stream: isStream }
  expect((await tested.post(client.path, second, headers)).status).toBe(200)
  return tested.vendor.last().text
}

const imageOf = (letter: string) => ({
  type: 'image_url',
  image_url: { url: `data:image/png;base64,${letter.repeat(40_000)}` },
})

describe('reasoning of a tool call that the client drops', () => {
  test.each(
    Object.values(FORGETFUL).flatMap((client) =>
      (
        [
          ['deepseek', `"reasoning_content":"${THOUGHT}"`],
          ['gemini', `"thoughtSignature":"${SIGNATURE}"`],
        ] as const
      ).flatMap(([vendor, kept]) =>
        [false, true].map((isStream) => ({ client, path: client.path, vendor, kept, isStream })),
      ),
    ),
  )(
    'is put back for $vendor, for clients of $path; streamed: $isStream',
    async ({ client, vendor, kept, isStream }) => {
      expect(await twoTurns(create(vendor), vendor, { client, isStream })).toContain(kept)
      const without = create(vendor, { stateCache: undefined })
      expect(await twoTurns(without, vendor, { client, isStream })).not.toContain(kept)
    },
  )

  it('begins the answer again, before its words', async () => {
    const tested = create('claude')
    const text = await twoTurns(tested, 'claude')
    const { messages } = JSON.parse(text)
    expect(messages[1].content).toMatchObject([
      { type: 'thinking', thinking: THOUGHT, signature: SIGNATURE },
      { type: 'tool_use', id: 'call_1' },
    ])
  })

  it('gets its state again where the client has brought back its words alone', async () => {
    const tested = create('claude')
    await twoTurns(tested, 'claude')
    const { first, more } = FORGETFUL.chat
    const inWords = { ...more[0], reasoning_content: THOUGHT }
    const messages = [...first.messages, inWords, ...more.slice(1)]
    await tested.post(CHAT.path, { ...first, model: MODEL, messages })
    const { content } = JSON.parse(tested.vendor.last().text).messages[1]
    expect(content).toMatchObject([
      { type: 'thinking', thinking: THOUGHT, signature: SIGNATURE },
      { type: 'tool_use', id: 'call_1' },
    ])
  })

  it('is not put beside what the client has brought back', async () => {
    const tested = create('deepseek')
    await twoTurns(tested, 'deepseek')
    const { first, more } = FORGETFUL.chat
    const own = { ...more[0], reasoning_content: 'my own' }
    await tested.post(CHAT.path, {
      ...first,
      model: MODEL,
      messages: [{ role: 'user', content: 'hi' }, own, more[1]],
    })
    expect(tested.vendor.last().text).toContain('my own')
    expect(tested.vendor.last().text).not.toContain(THOUGHT)
  })

  it('of one account is never given to another', async () => {
    const accounts = ['acme', 'other'].map((id) => ({
      id,
      balanceMicro: 1_000_000,
      keys: [{ key: id === 'acme' ? 'cm-key-of-acme' : 'cm-key-of-other', id: `key_${id}` }],
    }))
    const tested = create('deepseek', { accounts })
    const headers = { authorization: 'Bearer cm-key-of-other' }
    expect(await twoTurns(tested, 'deepseek', { headers })).not.toContain(THOUGHT)
  })

  const user = (content: string) => ({ role: 'user', content })
  const system = (content: string) => ({ role: 'system', content })
  const called = { role: 'assistant', content: null, tool_calls: [{ ...toolCall, index: undefined }] }
  const result = (content: string) => ({ role: 'tool', tool_call_id: 'call_1', content })
  /** What the vendor gets of a conversation that goes on, after one in which it gave a call the same id. */
  const after = async (asked: object, goesOn: object): Promise<string> => {
    const tested = create('deepseek')
    tested.vendor.always(ANSWERS.deepseek)
    await tested.post(CHAT.path, { ...FORGETFUL.chat.first, model: MODEL, ...asked })
    await tested.post(CHAT.path, { ...FORGETFUL.chat.first, model: MODEL, ...goesOn })
    return tested.vendor.last().text
  }

  it.each([
    [
      'end user',
      { user: 'alice', messages: [user('hi')] },
      { user: 'bob', messages: [user('hi'), called, result('x')] },
    ],
    ['question', { messages: [user('hi')] }, { messages: [user('hello'), called, result('x')] }],
    [
      'question of the same end user',
      { user: 'alice', messages: [user('hi')] },
      { user: 'alice', messages: [user('hello'), called, result('x')] },
    ],
    [
      'system prompt',
      { messages: [system('for Alice'), user('hi')] },
      { messages: [system('for Bob'), user('hi'), called, result('x')] },
    ],
    [
      'tool result before the call',
      { messages: [user('hi'), called, result("Alice's mail")] },
      { messages: [user('hi'), called, result("Bob's mail"), called, result('x')] },
    ],
    [
      'image',
      { messages: [{ role: 'user', content: [imageOf('A')] }] },
      { messages: [{ role: 'user', content: [imageOf('B')] }, called, result('x')] },
    ],
  ])('of one conversation is never given to another, told apart by the %s', async (_by, asked, goesOn) => {
    expect(await after(asked, goesOn)).not.toContain(THOUGHT)
  })

  it.each([
    [
      'writes the time into its system prompt, with an end user',
      { user: 'alice', messages: [system('12:00'), user('hi')] },
      { user: 'alice', messages: [system('12:01'), user('hi'), called, result('x')] },
    ],
    [
      'shortens what came between',
      { messages: [user('hi'), called, result('long'), { role: 'assistant', content: 'so' }, user('go on')] },
      {
        messages: [
          user('hi'),
          called,
          result('[cut]'),
          { role: 'assistant', content: 'so' },
          user('go on'),
          called,
          result('x'),
        ],
      },
    ],
    [
      'moves its cache marks',
      {
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'hi', cache_control: { type: 'ephemeral' } }] },
        ],
      },
      { messages: [user('hi'), called, result('x')] },
    ],
  ])('comes back to a client that %s', async (_how, asked, goesOn) => {
    expect(await after(asked, goesOn)).toContain(THOUGHT)
  })

  it('of one vendor is never given to another', async () => {
    const tested = create('deepseek', {
      models: [
        {
          id: MODEL,
          candidates: [
            { upstream: 'deepseek', model: MODELS.deepseek },
            { upstream: 'gemini', model: MODELS.gemini },
          ],
          price: PRICE,
        },
      ],
    })
    const { first, more } = FORGETFUL.chat
    tested.vendor.play(ANSWERS.deepseek({ json: {} } as VendorCall), whole('no', 503))
    tested.vendor.always(ANSWERS.gemini)
    await tested.post(CHAT.path, { ...first, model: MODEL })
    await tested.post(CHAT.path, {
      ...first,
      model: MODEL,
      messages: [{ role: 'user', content: 'hi' }, ...more],
    })
    expect(tested.vendor.last().request.url).toContain('g.example')
    expect(tested.vendor.last().text).not.toContain(THOUGHT)
  })

  it('is forgotten in its time', async () => {
    const tested = create('deepseek', { stateCache: { ttlMs: 1000 } })
    await twoTurns(tested, 'deepseek')
    tested.clock.advance(1000)
    await tested.post(CHAT.path, secondTurn(FORGETFUL.chat))
    expect(tested.vendor.last().text).not.toContain(THOUGHT)
  })

  it('is found by another process where the store is shared, and missed by none where it fails', async () => {
    const one = create('deepseek', { stateCache: { shared: true } })
    await twoTurns(one, 'deepseek')
    const { first, more } = FORGETFUL.chat
    const body = { ...first, model: MODEL, messages: [{ role: 'user', content: 'hi' }, ...more] }
    const other = create('deepseek', { stateCache: { shared: true }, stores: one.stores })
    other.vendor.always(ANSWERS.deepseek)
    await other.post(CHAT.path, body)
    expect(other.vendor.last().text).toContain(THOUGHT)

    const failures: string[] = []
    const state = {
      ...one.stores.state,
      get: () => Promise.reject(new Error('down')),
      put: () => Promise.reject(new Error('down')),
    }
    const broken = create('deepseek', {
      stateCache: { shared: true },
      stores: { ...one.stores, state },
      hooks: { onStoreFailure: ({ operation }) => void failures.push(operation) },
    })
    broken.vendor.always(ANSWERS.deepseek)
    expect((await broken.post(CHAT.path, body)).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve))
    expect(failures).toEqual(['get', 'put'])
  })
})
