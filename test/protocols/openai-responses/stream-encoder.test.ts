import { describe, expect, test } from 'vitest'
import type { StreamPart } from '../../../src/canonical/stream.js'
import {
  block,
  context,
  encodeStream,
  eventsOf,
  finish,
  readWithSdk,
  START,
  typesOf,
  USAGE,
} from './support.js'

describe('the events of an answer', () => {
  test('case 30: text has its full life, numbered without a gap, and the end holds it all', async () => {
    const stream = encodeStream([START, ...block(0, { kind: 'text' }, 'Hel', 'lo'), USAGE, finish()], {
      temperature: 0.5,
    })
    const events = eventsOf(stream)
    const id = `msg_${context.hash('resp_msg_1:0', 24)}`
    const place = { item_id: id, output_index: 0, content_index: 0 }
    const response = {
      id: 'resp_msg_1',
      object: 'response',
      created_at: 1_700_000_000,
      completed_at: null,
      status: 'in_progress',
      error: null,
      incomplete_details: null,
      model: 'acme/model',
      output: [],
      service_tier: 'default',
      usage: null,
      access_programs: null,
      background: false,
      previous_response_id: null,
      store: false,
      frequency_penalty: 0,
      instructions: null,
      max_output_tokens: null,
      max_tool_calls: null,
      metadata: {},
      parallel_tool_calls: true,
      presence_penalty: 0,
      prompt_cache_key: null,
      reasoning: { effort: null, summary: null },
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
      ].map((event, sequence_number) => Object.assign(event, { sequence_number })),
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
    expect(typesOf(block(0, { kind: 'reasoning' }, 'hm')).slice(2)).toEqual([
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
    expect(typesOf([...block(0, { kind: 'reasoning' }), finish()])).toEqual([
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
