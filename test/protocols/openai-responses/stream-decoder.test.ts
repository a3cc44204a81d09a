import { describe, expect, test } from 'vitest'
import { accumulate } from '../../../src/canonical/accumulate.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { StreamPart } from '../../../src/canonical/stream.js'
import { openaiResponses } from '../../../src/protocols/openai-responses/index.js'
import { context, decodeStream, target, toEvents } from './support.js'

const CREATED = {
  type: 'response.created',
  response: { id: 'resp_1', model: 'gpt-6', created_at: 5, output: [] },
}
const USAGE = { input_tokens: 4, output_tokens: 2, total_tokens: 6 }

function completed(response: JsonObject = {}): JsonObject {
  return {
    type: 'response.completed',
    response: { id: 'resp_1', model: 'gpt-6', status: 'completed', usage: USAGE, ...response },
  }
}

function decode(...events: readonly JsonObject[]): readonly StreamPart[] {
  return decodeStream(toEvents(CREATED, ...events))
}

/** What came between start and usage. */
function blocks(...events: readonly JsonObject[]): readonly StreamPart[] {
  return decode(...events, completed()).slice(1, -2)
}

function message(index: number, ...events: readonly JsonObject[]): readonly JsonObject[] {
  const id = `msg_${index}`
  return [
    {
      type: 'response.output_item.added',
      output_index: index,
      item: { id, type: 'message', role: 'assistant', content: [] },
    },
    ...events.map((event) => ({ output_index: index, item_id: id, content_index: 0, ...event })),
  ]
}

const delta = (text: string): JsonObject => ({ type: 'response.output_text.delta', delta: text })

describe('a stream', () => {
  test('of text has a start, one block, usage and an end', () => {
    const item = {
      id: 'msg_0',
      type: 'message',
      content: [{ type: 'output_text', text: 'Hello', annotations: [] }],
    }
    const parts = decode(
      { type: 'response.in_progress' },
      ...message(0, delta('Hel'), delta('lo'), { type: 'response.output_text.done', text: 'Hello' }),
      { type: 'response.output_item.done', output_index: 0, item },
      completed({ service_tier: 'default' }),
    )
    expect(parts).toEqual([
      { type: 'start', id: 'resp_1', model: 'gpt-6', created: 5 },
      { type: 'ping' },
      { type: 'open', key: 0, block: { kind: 'text', itemId: 'msg_0' } },
      { type: 'delta', key: 0, text: 'Hel' },
      { type: 'delta', key: 0, text: 'lo' },
      { type: 'close', key: 0, status: 'complete' },
      { type: 'usage', usage: { inputTokens: 4, outputTokens: 2, raw: USAGE }, serviceTier: 'default' },
      { type: 'finish', finish: { reason: 'stop', raw: 'completed' } },
    ])
  })

  test('of a call ends because of it', () => {
    const item = {
      id: 'fc_1',
      type: 'function_call',
      call_id: 'call_1',
      name: 'f',
      namespace: 'ns',
      arguments: '',
    }
    const parts = decode(
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.function_call_arguments.delta', output_index: 0, item_id: 'fc_1', delta: '{"a"' },
      {
        type: 'response.function_call_arguments.done',
        output_index: 0,
        item_id: 'fc_1',
        arguments: '{"a":1}',
      },
      {
        type: 'response.output_item.done',
        output_index: 0,
        item: { ...item, arguments: '{"a":1}', status: 'completed' },
      },
      completed(),
    )
    expect(accumulate(parts).response).toMatchObject({
      finish: { reason: 'tool-calls' },
      content: [
        {
          type: 'tool-call',
          id: 'call_1',
          name: 'f',
          namespace: 'ns',
          kind: 'function',
          input: '{"a":1}',
          itemId: 'fc_1',
        },
      ],
    })
  })

  test('of reasoning seals it when its item is done', () => {
    const item = {
      id: 'rs_1',
      type: 'reasoning',
      encrypted_content: 'sealed',
      summary: [
        { type: 'summary_text', text: 'one' },
        { type: 'summary_text', text: 'two' },
      ],
    }
    const place = { output_index: 0, item_id: 'rs_1' }
    const parts = blocks(
      {
        type: 'response.output_item.added',
        output_index: 0,
        item: { id: 'rs_1', type: 'reasoning', summary: [] },
      },
      { type: 'response.reasoning_summary_part.added', ...place, summary_index: 0 },
      { type: 'response.reasoning_summary_text.delta', ...place, summary_index: 0, delta: 'one' },
      { type: 'response.reasoning_summary_part.added', ...place, summary_index: 1 },
      { type: 'response.reasoning_summary_text.delta', ...place, summary_index: 1, delta: 'two' },
      { type: 'response.output_item.done', output_index: 0, item },
    )
    expect(parts).toEqual([
      { type: 'open', key: 0, block: { kind: 'reasoning', itemId: 'rs_1' } },
      { type: 'delta', key: 0, text: 'one' },
      { type: 'delta', key: 0, text: '\n\n' },
      { type: 'delta', key: 0, text: 'two' },
      {
        type: 'seal',
        key: 0,
        state: {
          family: 'openai',
          kind: 'encrypted',
          data: 'sealed',
          itemId: 'rs_1',
          binding: { lengths: [3, 3] },
        },
      },
      { type: 'close', key: 0, status: 'complete' },
    ])
  })

  test('of raw reasoning marks it as such', () => {
    const item = {
      id: 'rs_1',
      type: 'reasoning',
      summary: [],
      content: [{ type: 'reasoning_text', text: 'hm' }],
    }
    const parts = decodeStream(
      toEvents(
        CREATED,
        { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } },
        {
          type: 'response.reasoning_text.delta',
          output_index: 0,
          item_id: 'rs_1',
          content_index: 0,
          delta: 'hm',
        },
        { type: 'response.output_item.done', output_index: 0, item },
        completed(),
      ),
      'chat:vllm',
    )
    expect(accumulate(parts).response.content).toEqual([
      {
        type: 'reasoning',
        text: 'hm',
        raw: true,
        itemId: 'rs_1',
        state: { family: 'chat:vllm', kind: 'reasoning-text', data: 'hm', itemId: 'rs_1' },
      },
    ])
  })

  test('carries citations, each once', () => {
    const annotation = {
      type: 'url_citation',
      url: 'https://x.test',
      title: 'T',
      start_index: 0,
      end_index: 2,
    }
    const part = { type: 'output_text', text: 'Hi', annotations: [annotation] }
    const parts = blocks(
      ...message(
        0,
        delta('Hi'),
        { type: 'response.output_text.annotation.added', annotation },
        { type: 'response.content_part.done', part },
      ),
    )
    const raw = { protocol: 'openai-responses', value: annotation }
    expect(parts.filter(({ type }) => type === 'note')).toEqual([
      {
        type: 'note',
        key: 0,
        citation: { kind: 'url', url: 'https://x.test', title: 'T', start: 0, end: 2, raw },
      },
    ])
  })

  test('ends a part before the next one begins', () => {
    const parts = blocks(...message(0, delta('a'), { ...delta('b'), content_index: 1 }))
    expect(parts.map(({ type }) => type)).toEqual(['open', 'delta', 'close', 'open', 'delta', 'close'])
  })

  test('gives items of this protocol whole', () => {
    const item = { id: 'ws_1', type: 'web_search_call', status: 'completed', action: { type: 'search' } }
    const parts = blocks(
      { type: 'response.output_item.added', output_index: 0, item: { ...item, status: 'in_progress' } },
      { type: 'response.web_search_call.searching', output_index: 0, item_id: 'ws_1' },
      { type: 'response.output_item.done', output_index: 0, item },
    )
    expect(parts).toEqual([
      {
        type: 'open',
        key: 0,
        block: { kind: 'provider', protocol: 'openai-responses', type: 'web_search_call', value: item },
      },
      { type: 'close', key: 0, status: 'complete' },
    ])
  })

  test('gives generated images as images', () => {
    const item = {
      id: 'ig_1',
      type: 'image_generation_call',
      status: 'completed',
      result: 'AAAA',
      output_format: 'webp',
    }
    expect(blocks({ type: 'response.output_item.done', output_index: 0, item })[0]).toEqual({
      type: 'open',
      key: 0,
      block: { kind: 'image', source: { type: 'base64', mediaType: 'image/webp', data: 'AAAA' } },
    })
  })
})

describe('ends', () => {
  test.each<[string, string, string]>([
    ['max_output_tokens', 'length', 'max_output_tokens'],
    ['content_filter', 'content-filter', 'content_filter'],
    ['steered', 'stop', 'steered'],
  ])('case 31: incomplete because of %s', (reason, expected, raw) => {
    const response = { id: 'resp_1', status: 'incomplete', incomplete_details: { reason }, usage: USAGE }
    const parts = decode(...message(0, delta('a')), { type: 'response.incomplete', response })
    expect(parts.slice(-3)).toMatchObject([
      { type: 'close', status: 'incomplete' },
      { type: 'usage', usage: { inputTokens: 4 } },
      { type: 'finish', finish: { reason: expected, raw } },
    ])
  })

  test('case 31: a failed response is an error, after its usage', () => {
    const response = {
      status: 'failed',
      usage: USAGE,
      error: { code: 'context_length_exceeded', message: 'too long' },
    }
    expect(decode({ type: 'response.failed', response }).slice(1)).toEqual([
      { type: 'usage', usage: { inputTokens: 4, outputTokens: 2, raw: USAGE } },
      {
        type: 'error',
        error: { kind: 'context-overflow', message: 'too long', code: 'context_length_exceeded' },
      },
    ])
  })

  test('a failure that comes first opens nothing, so that it can have its own status', () => {
    const response = { status: 'failed', error: { code: 'server_error', message: 'x' } }
    expect(decodeStream(toEvents({ type: 'response.failed', response }))).toEqual([
      { type: 'error', error: { kind: 'server', message: 'x', code: 'server_error' } },
    ])
  })

  test('a stream that breaks off is an error, whatever came before', () => {
    const events = [...message(0, delta('a'))]
    for (let length = 0; length <= events.length; length++) {
      expect(decode(...events.slice(0, length)).at(-1)).toMatchObject({
        type: 'error',
        error: { kind: 'truncated' },
      })
    }
  })

  test('nothing comes after the end', () => {
    const decoder = openaiResponses.createStreamDecoder({ ...context, target })
    for (const event of toEvents(CREATED, completed())) decoder.push(event)
    expect([
      ...toEvents(...message(0, delta('late'))).flatMap((event) => decoder.push(event)),
      ...decoder.end(),
    ]).toEqual([])
  })

  test('an item that was cut off is incomplete', () => {
    const item = {
      id: 'fc_1',
      type: 'function_call',
      call_id: 'c',
      name: 'f',
      arguments: '{"a',
      status: 'incomplete',
    }
    const parts = blocks({ type: 'response.output_item.done', output_index: 0, item })
    expect(parts.at(-1)).toEqual({ type: 'close', key: 0, status: 'incomplete' })
  })
})

describe('vendors that keep the rules loosely', () => {
  test('items that only the last event has are read from it', () => {
    const output = [
      { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: 'sealed' },
      { id: 'msg_1', type: 'message', content: [{ type: 'output_text', text: 'Hi' }] },
    ]
    expect(accumulate(decode(completed({ output }))).response.content).toMatchObject([
      { type: 'reasoning', state: { data: 'sealed' } },
      { type: 'text', text: 'Hi' },
    ])
  })

  test('items that the last event numbers anew are not said twice', () => {
    const output = [
      { id: 'rs_new', type: 'reasoning', summary: [] },
      { id: 'msg_new', type: 'message', content: [{ type: 'output_text', text: 'Hi' }] },
    ]
    expect(accumulate(decode(...message(0, delta('Hi')), completed({ output }))).response.content).toEqual([
      { type: 'text', text: 'Hi' },
    ])
  })

  test('parts that the item counts from another number are the same parts', () => {
    const item = { id: 'msg_0', type: 'message', content: [{ type: 'output_text', text: 'Hi' }] }
    const parts = blocks(...message(0, { ...delta('Hi'), content_index: 1 }), {
      type: 'response.output_item.done',
      output_index: 0,
      item,
    })
    expect(parts.filter(({ type }) => type === 'delta')).toEqual([{ type: 'delta', key: 0, text: 'Hi' }])
  })

  test('text that nobody announced is text', () => {
    const parts = decodeStream(toEvents({ type: 'response.output_text.delta', delta: 'Hi' }, completed()))
    expect(accumulate(parts).response).toMatchObject({
      model: 'gpt-6-sol',
      content: [{ type: 'text', text: 'Hi' }],
    })
  })

  test('what was missing from the deltas is taken from the whole', () => {
    const parts = blocks(...message(0, delta('Hel'), { type: 'response.output_text.done', text: 'Hello' }))
    expect(parts.filter(({ type }) => type === 'delta')).toMatchObject([{ text: 'Hel' }, { text: 'lo' }])
  })

  test('a whole that contradicts the deltas is warned of', () => {
    const parts = blocks(...message(0, delta('Hel'), { type: 'response.output_text.done', text: 'Bye' }))
    expect(parts.find(({ type }) => type === 'warning')).toMatchObject({ warning: { code: 'repaired' } })
  })

  test('case 32: a call waits for its name, and is dropped without one', () => {
    const late = { id: 'fc_1', type: 'function_call', call_id: 'c' }
    const events = [
      { type: 'response.output_item.added', output_index: 0, item: late },
      { type: 'response.function_call_arguments.delta', output_index: 0, delta: '{"a":1}' },
    ]
    const named = blocks(...events, {
      type: 'response.output_item.done',
      output_index: 0,
      item: { ...late, name: 'f', arguments: '{"a":1}' },
    })
    expect(named).toMatchObject([{ block: { name: 'f', id: 'c' } }, { text: '{"a":1}' }, { type: 'close' }])
    const nameless = blocks(...events, { type: 'response.output_item.done', output_index: 0, item: late })
    expect(nameless).toMatchObject([{ type: 'warning', warning: { code: 'dropped' } }])
  })

  test('withheld reasoning is reported once', () => {
    const input_transformations = [
      { id: 'rs_1', type: 'reasoning', action: 'removed', reason: 'model_mismatch' },
    ]
    const parts = decodeStream(
      toEvents(
        { ...CREATED, response: { ...CREATED.response, input_transformations } },
        completed({ input_transformations }),
      ),
    )
    expect(parts.filter(({ type }) => type === 'warning')).toEqual([
      {
        type: 'warning',
        warning: {
          code: 'dropped',
          path: 'input',
          message: 'The vendor withheld reasoning of an earlier turn (model_mismatch).',
          semantic: false,
        },
      },
    ])
  })

  test('the first unreadable event is left out, the second is an error', () => {
    const decoder = openaiResponses.createStreamDecoder({ ...context, target })
    const bad = { event: undefined, data: '{"type":' }
    expect(decoder.push(bad)).toMatchObject([{ type: 'warning' }])
    expect(decoder.push(bad)).toMatchObject([{ type: 'error', error: { kind: 'garbage' } }])
    expect(decoder.end()).toEqual([])
  })

  test.each(['constructor', '__proto__', 'response.something.new', ''])(
    'an event of type "%s" is ignored',
    (type) => {
      expect(blocks({ type, output_index: 0 })).toEqual([])
    },
  )

  test('[DONE] means nothing', () => {
    const decoder = openaiResponses.createStreamDecoder({ ...context, target })
    expect(decoder.push({ event: undefined, data: '[DONE]' })).toEqual([])
  })
})
