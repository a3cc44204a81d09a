import { describe, expect, test } from 'vitest'
import { accumulate } from '../../../src/canonical/accumulate.js'
import { openaiResponses } from '../../../src/protocols/openai-responses/index.js'
import {
  CREATED,
  WIRE_USAGE,
  completed,
  context,
  decodeAfterStart,
  decodeBlocks,
  decodeStream,
  target,
  toEvents,
  wireMessage,
  wireText,
} from './support.js'

describe('a stream', () => {
  test('of text has a start, one block, usage and an end', () => {
    const item = {
      id: 'msg_0',
      type: 'message',
      content: [{ type: 'output_text', text: 'Hello', annotations: [] }],
    }
    const parts = decodeAfterStart(
      { type: 'response.in_progress' },
      ...wireMessage(0, wireText('Hel'), wireText('lo'), {
        type: 'response.output_text.done',
        text: 'Hello',
      }),
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
      { type: 'usage', usage: { inputTokens: 4, outputTokens: 2, raw: WIRE_USAGE }, serviceTier: 'default' },
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
    const parts = decodeAfterStart(
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
    const parts = decodeBlocks(
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
    const parts = decodeBlocks(
      ...wireMessage(
        0,
        wireText('Hi'),
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
    const parts = decodeBlocks(...wireMessage(0, wireText('a'), { ...wireText('b'), content_index: 1 }))
    expect(parts.map(({ type }) => type)).toEqual(['open', 'delta', 'close', 'open', 'delta', 'close'])
  })

  test('gives items of this protocol whole', () => {
    const item = { id: 'ws_1', type: 'web_search_call', status: 'completed', action: { type: 'search' } }
    const parts = decodeBlocks(
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
    expect(decodeBlocks({ type: 'response.output_item.done', output_index: 0, item })[0]).toEqual({
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
    const response = { id: 'resp_1', status: 'incomplete', incomplete_details: { reason }, usage: WIRE_USAGE }
    const parts = decodeAfterStart(...wireMessage(0, wireText('a')), {
      type: 'response.incomplete',
      response,
    })
    expect(parts.slice(-3)).toMatchObject([
      { type: 'close', status: 'incomplete' },
      { type: 'usage', usage: { inputTokens: 4 } },
      { type: 'finish', finish: { reason: expected, raw } },
    ])
  })

  test('case 31: a failed response is an error, after its usage', () => {
    const response = {
      status: 'failed',
      usage: WIRE_USAGE,
      error: { code: 'context_length_exceeded', message: 'too long' },
    }
    expect(decodeAfterStart({ type: 'response.failed', response }).slice(1)).toEqual([
      { type: 'usage', usage: { inputTokens: 4, outputTokens: 2, raw: WIRE_USAGE } },
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
    const events = [...wireMessage(0, wireText('a'))]
    for (let length = 0; length <= events.length; length++) {
      expect(decodeAfterStart(...events.slice(0, length)).at(-1)).toMatchObject({
        type: 'error',
        error: { kind: 'truncated' },
      })
    }
  })

  test('nothing comes after the end', () => {
    const decoder = openaiResponses.createStreamDecoder({ ...context, target })
    for (const event of toEvents(CREATED, completed())) decoder.push(event)
    expect([
      ...toEvents(...wireMessage(0, wireText('late'))).flatMap((event) => decoder.push(event)),
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
    const parts = decodeBlocks({ type: 'response.output_item.done', output_index: 0, item })
    expect(parts.at(-1)).toEqual({ type: 'close', key: 0, status: 'incomplete' })
  })
})
