import { describe, expect, test } from 'vitest'
import { type Client, PIXEL, type Reply, type ToolSpec } from '../pairs/client.js'
import { CLIENTS, type ClientName, createPairGateway } from '../pairs/pair.js'
import { chunk, DONE, event, stream } from '../support/calls.js'
import type { Reply as VendorReply } from '../support/scripted-vendor.js'

const names = Object.keys(CLIENTS) as readonly ClientName[]
/** Clients whose protocol is not the vendor's, so that its stream is translated. */
const others = (vendor: ClientName): readonly ClientName[] => names.filter((name) => name !== vendor)

const tools: readonly ToolSpec[] = ['f', 'g'].map((name) => ({
  name,
  parameters: { type: 'object', properties: { a: { type: 'integer' } } },
}))

interface Asked {
  readonly reply: Reply
  readonly client: Client
  readonly tested: ReturnType<typeof createPairGateway>
}

/** Asks a vendor that answers with this stream. */
async function ask(name: ClientName, vendorName: string, answer: VendorReply): Promise<Asked> {
  const tested = createPairGateway()
  tested.vendor.play(answer)
  const client = tested.client(name)
  const history = client.say('Hi')
  const reply = await client.ask({ model: `pair/${vendorName}`, streamed: true, history, tools })
  return { reply, client, tested }
}

/** A fragment of a call in a Chat stream. */
const fragment = (index: number, text: string, head: object = {}): string =>
  chunk({ tool_calls: [{ index, ...head, function: { arguments: text, ...nameOf(head) } }] })

function nameOf(head: object): object {
  return 'name' in head ? { name: head.name } : {}
}

const open = (index: number, id: string, name: string): string =>
  chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] })

const callsOf = ({ calls }: Reply): readonly unknown[] => calls.map(({ name, input }) => [name, input])

describe.each(names)('what a Chat vendor streams, for a client of %s', (name) => {
  test('case 4, case 46b: calls whose fragments come mixed keep their own arguments', async () => {
    const { reply } = await ask(
      name,
      'chat',
      stream(
        chunk({ role: 'assistant', content: null }),
        open(0, 'c1', 'f'),
        fragment(0, '{"a"'),
        open(1, 'c2', 'g'),
        fragment(1, '{"a":'),
        fragment(0, ':1}'),
        fragment(1, '2}'),
        chunk({}, 'tool_calls'),
        DONE,
      ),
    )
    expect(reply.finish).toBe('calls')
    expect(callsOf(reply)).toEqual([
      ['f', { a: 1 }],
      ['g', { a: 2 }],
    ])
  })
})

describe.each(others('chat'))('what a Chat vendor streams, for a client of %s', (name) => {
  test('case 2: the head of a call that comes with each fragment is one call', async () => {
    const head = { id: 'c1', type: 'function', name: 'f' }
    const { reply } = await ask(
      name,
      'chat',
      stream(fragment(0, '{"a"', head), fragment(0, ':1}', head), chunk({}, 'tool_calls'), DONE),
    )
    expect(callsOf(reply)).toEqual([['f', { a: 1 }]])
  })

  test('case 8: calls are calls, though the vendor says it just stopped', async () => {
    const { reply } = await ask(
      name,
      'chat',
      stream(open(0, 'c1', 'f'), fragment(0, '{}'), chunk({}, 'stop'), DONE),
    )
    expect([reply.finish, callsOf(reply)]).toEqual(['calls', [['f', {}]]])
  })

  test('case 9: without a call there is nothing to wait for', async () => {
    const { reply } = await ask(
      name,
      'chat',
      stream(chunk({ content: 'Hello' }), chunk({}, 'tool_calls'), DONE),
    )
    expect(reply).toMatchObject({ finish: 'end', text: 'Hello', calls: [] })
  })

  test('case 12: text amid a call does not break it', async () => {
    const { reply } = await ask(
      name,
      'chat',
      stream(
        open(0, 'c1', 'f'),
        fragment(0, '{"a"'),
        chunk({ content: 'Wait.' }),
        fragment(0, ':1}'),
        chunk({}, 'tool_calls'),
        DONE,
      ),
    )
    expect([reply.text, callsOf(reply)]).toEqual(['Wait.', [['f', { a: 1 }]]])
  })

  test('case 46c: a stream that ends after its finish, without an end mark, is complete', async () => {
    const { reply } = await ask(name, 'chat', stream(chunk({ content: 'Hello' }), chunk({}, 'stop')))
    expect(reply).toMatchObject({ finish: 'end', text: 'Hello' })
  })
})

const block = (index: number, start: object, ...deltas: readonly object[]): readonly string[] => [
  event({ type: 'content_block_start', index, content_block: start }),
  ...deltas.map((delta) => event({ type: 'content_block_delta', index, delta })),
  event({ type: 'content_block_stop', index }),
]

const thinking = (index: number, text: string): readonly string[] =>
  block(
    index,
    { type: 'thinking', thinking: '', signature: '' },
    { type: 'thinking_delta', thinking: text },
    { type: 'signature_delta', signature: `signature of ${text}` },
  )

const claude = (...blocks: readonly (readonly string[])[]): VendorReply =>
  stream(
    event({
      type: 'message_start',
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        content: [],
        usage: { input_tokens: 9, output_tokens: 1 },
      },
    }),
    ...blocks.flat(),
    event({ type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 5 } }),
    event({ type: 'message_stop' }),
  )

describe.each(others('messages'))('what Claude streams, for a client of %s', (name) => {
  const interleaved = claude(
    thinking(0, 'First.'),
    block(1, { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }, partial('{"a":1}')),
    thinking(2, 'Then.'),
    block(3, { type: 'text', text: '' }, { type: 'text_delta', text: 'Both.' }),
    block(4, { type: 'tool_use', id: 'toolu_2', name: 'g', input: {} }, partial('')),
  )

  test('case 1, case 5: blocks of all kinds are counted apart from calls, and empty input is no text', async () => {
    const { reply } = await ask(name, 'messages', interleaved)
    expect(callsOf(reply)).toEqual([
      ['f', { a: 1 }],
      ['g', {}],
    ])
    expect(reply.text).toBe('Both.')
  })

  test('case 11, case 13, case 14: interleaved thinking goes back in its order, signed as it came', async () => {
    const { reply, client, tested } = await ask(name, 'messages', interleaved)
    const results = client.results(reply.calls.map(({ id }) => ({ id, output: 'ok' })))
    const history = [...client.say('Hi'), ...reply.turn, ...results]
    await client.ask({ model: 'pair/messages', streamed: true, history, tools })
    expect(tested.vendor.last().json.messages[1].content).toEqual([
      { type: 'thinking', thinking: 'First.', signature: 'signature of First.' },
      { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: 1 } },
      { type: 'thinking', thinking: 'Then.', signature: 'signature of Then.' },
      { type: 'text', text: 'Both.' },
      { type: 'tool_use', id: 'toolu_2', name: 'g', input: {} },
    ])
  })
})

function partial(json: string): object {
  return { type: 'input_json_delta', partial_json: json }
}

describe('usage in a stream', () => {
  test.each(['chat', 'responses', 'messages', 'gemini'])(
    'case 38: a Chat client that did not ask sees none, but is billed (%s)',
    async (vendorName) => {
      const tested = createPairGateway()
      const body = { model: `pair/${vendorName}`, stream: true, messages: [{ role: 'user', content: 'Hi' }] }
      const { text } = await tested.post('/v1/chat/completions', body)
      expect(text).not.toContain('_tokens"')
      expect(tested.records).toMatchObject([{ status: 'completed' }])
      expect(tested.records[0]?.usage).toMatchObject({ inputTokens: 1 })
      expect(tested.records[0]?.usage).not.toHaveProperty('estimated')
    },
  )
})

describe('a whole answer', () => {
  test.each(['chat', 'responses', 'messages', 'gemini'])(
    'case 37: may be long without being streamed (%s)',
    async (vendorName) => {
      const tested = createPairGateway()
      const messages = [{ role: 'user', content: 'Hi' }]
      const { status } = await tested.post('/v1/messages', {
        model: `pair/${vendorName}`,
        max_tokens: 32_000,
        messages,
      })
      expect(status).toBe(200)
      expect(tested.vendor.last().text).toContain('32000')
      expect(tested.records).toMatchObject([{ streamed: false }])
    },
  )
})

describe.each(names)('a picture in the result of a tool, from a client of %s', (name) => {
  const withPicture: Readonly<Record<ClientName, (id: string) => readonly unknown[]>> = {
    chat: (id) => [
      {
        role: 'tool',
        tool_call_id: id,
        content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } }],
      },
    ],
    responses: (id) => [
      {
        type: 'function_call_output',
        call_id: id,
        output: [{ type: 'input_image', image_url: `data:image/png;base64,${PIXEL}`, detail: 'auto' }],
      },
    ],
    messages: (id) => [
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: id,
            content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }],
          },
        ],
      },
    ],
  }

  test.each(['chat', 'responses', 'messages', 'gemini'])('case 24: reaches %s', async (vendorName) => {
    const tested = createPairGateway()
    const client = tested.client(name)
    const request = { model: `pair/${vendorName}`, streamed: false, tools }
    const question = client.say('[[tool:f {"a":1}]]')
    const { turn, calls } = await client.ask({ ...request, history: question })
    const history = [...question, ...turn, ...withPicture[name](calls[0]?.id ?? '')]
    expect((await client.ask({ ...request, history })).finish).toBe('end')
    expect(tested.vendor.last().text).toContain(PIXEL)
  })
})
