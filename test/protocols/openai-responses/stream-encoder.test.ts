import { describe, expect, test } from 'vitest'
import type { StreamPart } from '../../../src/canonical/stream.js'
import {
  context,
  block,
  encodeContext,
  encodeStream,
  eventsOf,
  finish,
  readWithSdk,
  START,
} from './support.js'

const USAGE: StreamPart = {
  type: 'usage',
  usage: {
    inputTokens: 10,
    cacheReadTokens: 4,
    cacheWriteTokens: 2,
    cacheWriteLongTokens: 1,
    outputTokens: 5,
    reasoningTokens: 3,
  },
}

/** Types of the events, without the common beginning. */
function types(parts: readonly StreamPart[]): readonly unknown[] {
  return eventsOf(encodeStream([START, ...parts])).map(({ type }) => type)
}

describe('the events of an answer', () => {
  test('case 30: text has its full life, numbered without a gap, and the end holds it all', async () => {
    const stream = encodeStream([START, ...block(0, { kind: 'text' }, 'Hel', 'lo'), USAGE, finish()], {
      temperature: 0.5,
    })
    const events = eventsOf(stream)
    const id = (events[2]?.item as { id: string }).id
    const place = { item_id: id, output_index: 0, content_index: 0 }
    const response = {
      id: 'resp_msg_1',
      object: 'response',
      created_at: 1_700_000_000,
      status: 'in_progress',
      error: null,
      incomplete_details: null,
      model: 'acme/model',
      output: [],
      service_tier: 'default',
      usage: null,
      background: false,
      previous_response_id: null,
      store: false,
      instructions: null,
      max_output_tokens: null,
      max_tool_calls: null,
      metadata: {},
      parallel_tool_calls: true,
      prompt_cache_key: null,
      reasoning: null,
      safety_identifier: null,
      temperature: 0.5,
      text: { format: { type: 'text' } },
      tool_choice: 'auto',
      tools: [],
      top_logprobs: 0,
      top_p: 1,
      truncation: 'disabled',
      user: null,
    }
    const part = { type: 'output_text', text: 'Hello', annotations: [], logprobs: [] }
    const item = { id, type: 'message', status: 'completed', role: 'assistant', content: [part] }
    const usage = {
      input_tokens: 10,
      input_tokens_details: {
        cached_tokens: 4,
        cache_write_tokens: 3,
        cache_write_tokens_details: { ttl_30m_tokens: 2, ttl_12h_tokens: 1 },
      },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 3 },
      total_tokens: 15,
    }
    expect(events).toEqual(
      [
        { type: 'response.created', response },
        { type: 'response.in_progress', response },
        {
          type: 'response.output_item.added',
          output_index: 0,
          item: { ...item, status: 'in_progress', content: [] },
        },
        { type: 'response.content_part.added', ...place, part: { ...part, text: '' } },
        { type: 'response.output_text.delta', ...place, delta: 'Hel', logprobs: [] },
        { type: 'response.output_text.delta', ...place, delta: 'lo', logprobs: [] },
        { type: 'response.output_text.done', ...place, text: 'Hello', logprobs: [] },
        { type: 'response.content_part.done', ...place, part },
        { type: 'response.output_item.done', output_index: 0, item },
        { type: 'response.completed', response: { ...response, status: 'completed', output: [item], usage } },
      ].map((event, sequence_number) => ({ ...event, sequence_number })),
    )
    expect(stream).toMatch(/^event: response\.created\ndata: \{"type":"response\.created",/)
    expect(await readWithSdk(stream)).toMatchObject({ status: 'completed', output_text: 'Hello' })
  })

  test('case 30: reasoning comes before its text, and is sealed when it is done', async () => {
    const state = { family: 'anthropic', kind: 'signature', data: 'sig' } as const
    const stream = encodeStream([
      START,
      ...block(0, { kind: 'reasoning' }, 'hm', { type: 'seal', key: 0, state }),
      ...block(1, { kind: 'text' }, 'Hi'),
      finish(),
    ])
    const done = eventsOf(stream).find(({ type }) => type === 'response.output_item.done')?.item as {
      encrypted_content: string
    }
    expect(done).toMatchObject({ type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] })
    expect(context.open(done.encrypted_content)).toEqual({
      status: 'ours',
      state: { ...state, textHash: expect.stringMatching(/^[0-9a-f]{16}$/) as string },
    })
    expect(types(block(0, { kind: 'reasoning' }, 'hm')).slice(2)).toEqual([
      'response.output_item.added',
      'response.reasoning_summary_part.added',
      'response.reasoning_summary_text.delta',
      'response.reasoning_summary_text.done',
      'response.reasoning_summary_part.done',
      'response.output_item.done',
    ])
    expect(await readWithSdk(stream)).toMatchObject({ output: [{ type: 'reasoning' }, { type: 'message' }] })
  })

  test("OpenAI's own state keeps its form and its item id", () => {
    const state = { family: 'openai', kind: 'encrypted', data: 'sealed', itemId: 'rs_1' } as const
    const events = eventsOf(
      encodeStream([
        START,
        ...block(0, { kind: 'reasoning', itemId: 'rs_1' }, { type: 'seal', key: 0, state }),
        finish(),
      ]),
    )
    expect(events[3]?.item).toEqual({
      id: 'rs_1',
      type: 'reasoning',
      summary: [],
      encrypted_content: 'sealed',
    })
  })

  test('reasoning with neither text nor state is no item', () => {
    expect(types([...block(0, { kind: 'reasoning' }), finish()])).toEqual([
      'response.created',
      'response.in_progress',
      'response.completed',
    ])
  })

  test('raw reasoning is shown as such only where it was asked for', () => {
    const parts = [START, ...block(0, { kind: 'reasoning', raw: true }, 'hm')]
    const shown = (show: 'raw' | 'summary') =>
      eventsOf(encodeStream(parts, {}, { reasoning: { show } })).map(({ type }) => type)
    expect(shown('raw')).toContain('response.reasoning_text.delta')
    expect(shown('summary')).toContain('response.reasoning_summary_text.delta')
  })

  test('case 15: the signature of a call stands in an item before it', async () => {
    const state = { family: 'google-ai', kind: 'thought-signature', data: 'tsig' } as const
    const stream = encodeStream([
      START,
      ...block(0, { kind: 'tool', tool: 'function', id: 'call_1', name: 'f', state }, '{}'),
      finish('tool-calls'),
    ])
    const output = eventsOf(stream).at(-1)?.response as { output: readonly { encrypted_content: string }[] }
    expect(context.open(output.output[0]?.encrypted_content ?? '')).toEqual({
      status: 'ours',
      state: { ...state, binding: { tool: 'call_1' } },
    })
    expect(await readWithSdk(stream)).toMatchObject({
      output: [{ type: 'reasoning' }, { type: 'function_call', call_id: 'call_1' }],
    })
  })

  test('case 5: a call without arguments has empty ones', async () => {
    const stream = encodeStream([
      START,
      ...block(0, { kind: 'tool', tool: 'function', id: 'call_1', name: 'f', namespace: 'ns' }),
      finish('tool-calls'),
    ])
    expect(eventsOf(stream).map(({ type }) => type)).not.toContain('response.function_call_arguments.delta')
    expect(await readWithSdk(stream)).toMatchObject({
      output: [
        {
          type: 'function_call',
          status: 'completed',
          call_id: 'call_1',
          name: 'f',
          namespace: 'ns',
          arguments: '{}',
        },
      ],
    })
  })

  test('a custom call has raw input', async () => {
    const stream = encodeStream([
      START,
      ...block(0, { kind: 'tool', tool: 'custom', id: 'c', name: 'patch' }, '*** B', 'egin'),
      finish('tool-calls'),
    ])
    expect(await readWithSdk(stream)).toMatchObject({
      output: [{ type: 'custom_tool_call', call_id: 'c', name: 'patch', input: '*** Begin' }],
    })
  })

  test('two calls of one id become two', async () => {
    const call = (key: number) => block(key, { kind: 'tool', tool: 'function', id: 'same', name: 'f' }, '{}')
    const { output } = await readWithSdk(encodeStream([START, ...call(0), ...call(1), finish('tool-calls')]))
    expect(output).toMatchObject([{ call_id: 'same' }, { call_id: 'same_2' }])
  })

  test('texts that follow each other are one part; their citations count from its beginning', async () => {
    const cite = (key: number, url: string): StreamPart => ({
      type: 'note',
      key,
      citation: { kind: 'url', url, title: 'T' },
    })
    const stream = encodeStream([
      START,
      ...block(0, { kind: 'text' }, 'One. '),
      ...block(1, { kind: 'text' }, 'Two.', cite(1, 'https://b.test')),
      finish(),
    ])
    expect(await readWithSdk(stream)).toMatchObject({
      output: [
        {
          content: [
            {
              text: 'One. Two.',
              annotations: [
                { type: 'url_citation', start_index: 5, end_index: 9, url: 'https://b.test', title: 'T' },
              ],
            },
          ],
        },
      ],
    })
  })

  test('a change of phase is another message', () => {
    const stream = encodeStream([
      START,
      ...block(0, { kind: 'text', phase: 'commentary' }, 'a'),
      ...block(1, { kind: 'text', phase: 'final_answer' }, 'b'),
      finish(),
    ])
    expect(eventsOf(stream).at(-1)?.response).toMatchObject({
      output: [{ phase: 'commentary' }, { phase: 'final_answer' }],
    })
  })

  test('images and items of this protocol have their own items', async () => {
    const value = {
      id: 'ws_1',
      type: 'web_search_call',
      status: 'completed',
      action: { type: 'search', query: 'q' },
    }
    const source = { type: 'base64', mediaType: 'image/png', data: 'AAAA' } as const
    const stream = encodeStream([
      START,
      ...block(0, { kind: 'provider', protocol: 'openai-responses', type: 'web_search_call', value }),
      ...block(1, { kind: 'image', source }),
      ...block(2, { kind: 'provider', protocol: 'anthropic-messages', type: 'server_tool_use', value: {} }),
      ...block(3, { kind: 'audio' }, 'AAAA'),
      finish(),
    ])
    const { output } = await readWithSdk(stream)
    expect(output).toMatchObject([
      value,
      { type: 'image_generation_call', result: 'AAAA', status: 'completed' },
    ])
  })
})

describe('the end', () => {
  const call: StreamPart[] = [
    { type: 'open', key: 0, block: { kind: 'tool', tool: 'function', id: 'c', name: 'f' } },
    { type: 'delta', key: 0, text: '{"a' },
    { type: 'close', key: 0, status: 'incomplete' },
  ]

  test('a call that was cut off is never said to be done', async () => {
    const stream = encodeStream([START, ...call, USAGE, finish('length')])
    expect(eventsOf(stream).map(({ type }) => type)).not.toContain('response.output_item.done')
    expect(await readWithSdk(stream)).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      usage: { total_tokens: 15 },
      output: [{ type: 'function_call', status: 'incomplete', arguments: '{"a' }],
    })
  })

  test.each<[Parameters<typeof finish>[0], string, string | null]>([
    ['stop', 'completed', null],
    ['stop-sequence', 'completed', null],
    ['pause', 'completed', null],
    ['length', 'incomplete', 'max_output_tokens'],
    ['context-full', 'incomplete', 'max_output_tokens'],
    ['content-filter', 'incomplete', 'content_filter'],
  ])('%s is %s', async (reason, status, why) => {
    const stream = encodeStream([START, ...block(0, { kind: 'text' }, 'a'), finish(reason)])
    expect(await readWithSdk(stream)).toMatchObject({
      status,
      incomplete_details: why === null ? null : { reason: why },
    })
  })

  test('an explanation of a refusal becomes a refusal', async () => {
    const end: StreamPart = { type: 'finish', finish: { reason: 'content-filter', explanation: 'Not this.' } }
    expect(
      await readWithSdk(encodeStream([START, ...block(0, { kind: 'text' }, 'Well'), end])),
    ).toMatchObject({
      output: [
        {
          content: [
            { type: 'output_text', text: 'Well' },
            { type: 'refusal', refusal: 'Not this.' },
          ],
        },
      ],
    })
  })

  test('an answer without content has no output', async () => {
    expect(await readWithSdk(encodeStream([START, finish()]))).toMatchObject({
      status: 'completed',
      output: [],
    })
  })

  test('case 43: an error fails the response, then ends the stream', async () => {
    const error: StreamPart = {
      type: 'error',
      error: { kind: 'rate-limit', message: 'Too fast.', retryAfterMs: 1500 },
    }
    const stream = encodeStream([
      START,
      ...block(0, { kind: 'reasoning' }, 'hm'),
      ...block(1, { kind: 'text' }, 'Hel'),
      USAGE,
      error,
      finish(),
    ])
    const message = 'Too fast. Please try again in 1.5s.'
    const [failed, last] = eventsOf(stream).slice(-2)
    expect(failed).toMatchObject({
      type: 'response.failed',
      response: {
        status: 'failed',
        error: { code: 'rate_limit_exceeded', message },
        output: [{ type: 'reasoning' }],
        usage: { total_tokens: 15 },
      },
    })
    expect(last).toEqual({
      type: 'error',
      code: 'rate_limit_exceeded',
      message,
      param: null,
      sequence_number: Number(failed?.sequence_number) + 1,
    })
    await expect(readWithSdk(stream)).rejects.toThrow(message)
  })

  test('case 43: an error before anything else is only an error event', async () => {
    const stream = encodeStream([{ type: 'ping' }, { type: 'error', error: { kind: 'server', message: '' } }])
    expect(eventsOf(stream)).toEqual([
      {
        type: 'error',
        code: 'server_error',
        message: 'The provider failed.',
        param: null,
        sequence_number: 0,
      },
    ])
    await expect(readWithSdk(stream)).rejects.toThrow('The provider failed.')
  })

  test.each([
    ['context-overflow', 'context_length_exceeded', 'said'],
    ['overloaded', 'server_is_overloaded', 'said'],
    ['truncated', 'server_error', 'The provider broke off the answer.'],
    ['authentication', 'server_error', 'The provider refused the gateway.'],
    ['billing', 'server_error', 'The provider refused the gateway.'],
  ] as const)('an error of kind %s has code %s', (kind, code, message) => {
    const events = eventsOf(encodeStream([START, { type: 'error', error: { kind, message: 'said' } }]))
    expect(events.at(-1)).toMatchObject({ code, message })
  })
})

describe('the head', () => {
  test('repeats what the client asked', () => {
    const body = {
      instructions: 'Be brief.',
      tools: [{ type: 'function', name: 'f' }],
      store: true,
      model: 'x',
      input: 'hi',
    }
    const [created] = eventsOf(encodeStream([START], body))
    expect(created?.response).toMatchObject({
      instructions: 'Be brief.',
      tools: body.tools,
      store: false,
      model: 'acme/model',
    })
  })

  test.each([
    ['resp_1', 'resp_1'],
    ['chatcmpl-1', 'resp_chatcmpl-1'],
    ['a b/c', 'resp_a_b_c'],
    ['', `resp_${context.hash(encodeContext().requestId, 24)}`],
  ])('a vendor id "%s" becomes %s', (id, expected) => {
    const [created] = eventsOf(encodeStream([{ type: 'start', id, model: 'm' }]))
    expect(created?.response).toMatchObject({ id: expected })
  })

  test('is made for an answer that never began', () => {
    expect(types([...block(0, { kind: 'text' }, 'a')]).slice(0, 2)).toEqual([
      'response.created',
      'response.in_progress',
    ])
    expect(eventsOf(encodeStream(block(0, { kind: 'text' }, 'a')))[0]?.type).toBe('response.created')
  })
})
