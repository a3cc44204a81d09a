import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { CanonicalResponse } from '../../../src/canonical/response.js'
import { openaiResponses } from '../../../src/protocols/openai-responses/index.js'
import { context, encodeContext, target } from './support.js'

function decode(body: JsonObject) {
  return openaiResponses.decodeResponse(
    { id: 'resp_1', model: 'gpt-6', status: 'completed', output: [], ...body },
    { ...context, target },
  )
}

function encode(response: Partial<CanonicalResponse>) {
  return openaiResponses.encodeResponse(
    { id: 'msg_1', model: 'm', content: [], finish: { reason: 'stop' }, usage: null, ...response },
    encodeContext(),
  )
}

describe('decodeResponse', () => {
  test('reads every kind of item', () => {
    const search = { id: 'ws_1', type: 'web_search_call', status: 'completed' }
    const usage = { input_tokens: 4, output_tokens: 2, total_tokens: 6 }
    const { value, warnings } = decode({
      created_at: 9,
      service_tier: 'flex',
      usage,
      output: [
        {
          id: 'rs_1',
          type: 'reasoning',
          summary: [{ type: 'summary_text', text: 'hm' }],
          encrypted_content: 'sealed',
        },
        search,
        {
          id: 'msg_1',
          type: 'message',
          content: [
            { type: 'output_text', text: 'Hi', annotations: [] },
            { type: 'refusal', refusal: 'No' },
          ],
        },
        { id: 'fc_1', type: 'function_call', call_id: 'c1', name: 'f', arguments: { a: 1 } },
        { id: 'ctc_1', type: 'custom_tool_call', call_id: 'c2', name: 'p', input: 'raw' },
      ],
    })
    expect(warnings).toEqual([])
    expect(value).toEqual({
      id: 'resp_1',
      model: 'gpt-6',
      created: 9,
      serviceTier: 'flex',
      finish: { reason: 'tool-calls', raw: 'completed' },
      usage: {
        inputTokens: 4,
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
        cacheWriteLongTokens: 0,
        outputTokens: 2,
        reasoningTokens: 0,
        raw: usage,
      },
      content: [
        {
          type: 'reasoning',
          text: 'hm',
          itemId: 'rs_1',
          state: { family: 'openai', kind: 'encrypted', data: 'sealed', itemId: 'rs_1' },
        },
        { type: 'provider', protocol: 'openai-responses', kind: 'web_search_call', value: search },
        { type: 'text', text: 'Hi' },
        { type: 'refusal', text: 'No' },
        { type: 'tool-call', id: 'c1', name: 'f', kind: 'function', input: '{"a":1}', itemId: 'fc_1' },
        { type: 'tool-call', id: 'c2', name: 'p', kind: 'custom', input: 'raw', itemId: 'ctc_1' },
      ],
    })
  })

  test.each<[string, JsonObject, JsonObject]>([
    ['completed', {}, { reason: 'stop', raw: 'completed' }],
    ['without a status', { status: null }, { reason: 'stop', raw: 'completed' }],
    [
      'cut by the limit',
      { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
      { reason: 'length', raw: 'max_output_tokens' },
    ],
    [
      'filtered',
      { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
      { reason: 'content-filter', raw: 'content_filter' },
    ],
    ['still queued', { status: 'queued' }, { reason: 'other', raw: 'queued' }],
  ])('an answer that is %s', (_name, body, finish) => {
    expect(decode(body).value.finish).toEqual(finish)
  })

  test.each<[string, JsonObject]>([
    ['output that is no array', { output: 'text' }],
    ['items that are none', { output: [null, 1, 'x', [], {}, { type: 7 }] }],
    [
      'content that is none',
      { output: [{ type: 'message', content: [null, 7, { type: 'output_text', text: 7 }] }] },
    ],
    ['a call without a name', { output: [{ type: 'function_call', call_id: 'c' }] }],
  ])('is total over %s', (_name, body) => {
    expect(decode(body).value.content).toEqual([])
  })

  test('a call without any id gets one', () => {
    const body = { output: [{ type: 'function_call', name: 'f', arguments: '{}' }] }
    const [call] = decode(body).value.content
    expect(call).toMatchObject({ id: expect.stringMatching(/^call_[a-z2-7]{24}$/) as string })
    expect(decode(body).value.content).toEqual([call])
  })
})

describe('encodeResponse', () => {
  test('is what a stream of the same answer ends with', () => {
    const { value, warnings } = encode({
      created: 3,
      content: [
        { type: 'text', text: 'Hi' },
        { type: 'tool-call', id: 'c1', name: 'f', kind: 'function', input: '' },
      ],
      finish: { reason: 'tool-calls' },
    })
    expect(warnings).toEqual([])
    expect(value).toMatchObject({
      id: 'resp_msg_1',
      object: 'response',
      created_at: 3,
      status: 'completed',
      model: 'acme/model',
      // Where the vendor sent no usage, our own count.
      usage: { input_tokens: 7, output_tokens: 1, total_tokens: 8 },
      output: [
        {
          type: 'message',
          status: 'completed',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'Hi', annotations: [], logprobs: [] }],
        },
        { type: 'function_call', status: 'completed', call_id: 'c1', name: 'f', arguments: '{}' },
      ],
    })
  })

  test('ids are the same each time', () => {
    const content = [{ type: 'text', text: 'Hi' }] as const
    expect(encode({ content }).value).toEqual(encode({ content }).value)
  })

  test('says that probabilities of the tokens of a refusal have no place, once a part', () => {
    const logprobs = [{ token: 'No', logprob: -0.5, top: [] }]
    const { value, warnings } = encode({
      content: [
        { type: 'text', text: 'Well', logprobs },
        { type: 'refusal', text: 'No', logprobs },
        { type: 'refusal', text: ' and no' },
      ],
    })
    expect(warnings.map(({ code, path }) => [code, path])).toEqual([['dropped', 'output[1].logprobs']])
    expect(value).toMatchObject({
      output: [{ content: [{ type: 'output_text', logprobs: [{}] }, { refusal: 'No and no' }] }],
    })
  })

  test('reports what it leaves out', () => {
    const { warnings } = encode({
      content: [
        { type: 'generated-audio', data: 'AA' },
        { type: 'generated-image', source: { type: 'url', url: 'u' } },
        { type: 'provider', protocol: 'x', kind: 'y', value: {} },
      ],
    })
    expect(warnings.map(({ code, path }) => [code, path])).toEqual([
      ['dropped', 'output[0]'],
      ['dropped', 'output[1]'],
      ['dropped', 'output[2]'],
    ])
  })
})
