import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { CanonicalResponse } from '../../../src/canonical/response.js'
import type { ChatDialect } from '../../../src/canonical/target.js'
import { openaiChat } from '../../../src/protocols/openai-chat/index.js'
import { createDecodeContext, createEncodeContext, createTarget } from './support.js'

function answer(
  message: JsonObject,
  finishReason: string | null = 'stop',
  more: JsonObject = {},
): JsonObject {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'vendor-model',
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finishReason }],
    ...more,
  }
}

function decode(body: JsonObject, dialect?: Partial<ChatDialect>): CanonicalResponse {
  return openaiChat.decodeResponse(body, createDecodeContext(createTarget(dialect))).value
}

function encode(response: Partial<CanonicalResponse>): JsonObject {
  const whole: CanonicalResponse = {
    id: 'id-1',
    model: 'vendor-model',
    content: [],
    finish: { reason: 'stop' },
    usage: null,
    ...response,
  }
  return openaiChat.encodeResponse(whole, createEncodeContext()).value
}

function messageOf(response: Partial<CanonicalResponse>): JsonObject {
  const [choice] = encode(response)['choices'] as readonly JsonObject[]
  return choice?.['message'] as JsonObject
}

const CALL: JsonObject = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }

describe('decodeResponse', () => {
  it('reads a whole answer', () => {
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
    expect(decode(answer({ content: 'Hi' }, 'stop', { usage, service_tier: 'default' }))).toEqual({
      id: 'chatcmpl-1',
      model: 'vendor-model',
      created: 1_700_000_000,
      content: [{ type: 'text', text: 'Hi' }],
      finish: { reason: 'stop', raw: 'stop' },
      usage: {
        inputTokens: 10,
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
        cacheWriteLongTokens: 0,
        outputTokens: 5,
        reasoningTokens: 0,
        raw: usage,
      },
      serviceTier: 'default',
    })
  })

  const state = { family: 'chat:test', kind: 'reasoning-text', data: 'Hm.' }
  it.each<[string, JsonObject, unknown]>([
    [
      'DeepSeek',
      { reasoning_content: 'Hm.', content: 'Hi' },
      [
        { type: 'reasoning', text: 'Hm.', raw: true, state },
        { type: 'text', text: 'Hi' },
      ],
    ],
    [
      'Groq',
      { reasoning: 'Hm.', content: 'Hi' },
      [
        { type: 'reasoning', text: 'Hm.', raw: true, state },
        { type: 'text', text: 'Hi' },
      ],
    ],
    [
      'both names at once',
      { reasoning: 'Hm.', reasoning_content: 'Hm.', content: 'Hi' },
      [
        { type: 'reasoning', text: 'Hm.', raw: true, state },
        { type: 'text', text: 'Hi' },
      ],
    ],
    [
      'Mistral',
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
          { type: 'text', text: 'Hi' },
        ],
      },
      [
        { type: 'reasoning', text: 'Hm.', raw: true, state },
        { type: 'text', text: 'Hi' },
      ],
    ],
    [
      'OpenRouter',
      {
        reasoning: 'Hm.',
        reasoning_details: [{ type: 'reasoning.text', text: 'Hm.', signature: 's', index: 0 }],
        content: 'Hi',
      },
      [
        {
          type: 'reasoning',
          text: 'Hm.',
          state: {
            family: 'chat:test',
            kind: 'details',
            data: [{ type: 'reasoning.text', text: 'Hm.', signature: 's', index: 0 }],
          },
        },
        { type: 'text', text: 'Hi' },
      ],
    ],
    ['a server in JSON mode', { content: { a: 1 } }, [{ type: 'text', text: '{"a":1}' }]],
    ['a refusal', { content: null, refusal: 'No.' }, [{ type: 'refusal', text: 'No.' }]],
    [
      'an image',
      { content: '', images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] },
      [{ type: 'generated-image', source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' } }],
    ],
    [
      'the old function call',
      { content: null, function_call: { name: 'f', arguments: '{}' } },
      [
        {
          type: 'tool-call',
          id: expect.stringMatching(/^call_[a-z2-7]{24}$/),
          name: 'f',
          kind: 'function',
          input: '{}',
        },
      ],
    ],
    [
      'arguments as an object',
      { content: null, tool_calls: [{ id: 'c', function: { name: 'f', arguments: { a: 1 } } }] },
      [{ type: 'tool-call', id: 'c', name: 'f', kind: 'function', input: '{"a":1}' }],
    ],
    [
      'Google’s thought signature (case 15)',
      { content: null, tool_calls: [{ ...CALL, extra_content: { google: { thought_signature: 'sig' } } }] },
      [
        {
          type: 'tool-call',
          id: 'call_1',
          name: 'f',
          kind: 'function',
          input: '{"a":1}',
          state: { family: 'chat:test', kind: 'thought-signature', data: 'sig' },
        },
      ],
    ],
    [
      'a call with every field empty',
      { content: 'x', tool_calls: [{ id: '', function: { name: '', arguments: '' } }] },
      [{ type: 'text', text: 'x' }],
    ],
    [
      'a cited text',
      {
        content: 'Hi',
        annotations: [
          {
            type: 'url_citation',
            url_citation: { start_index: 0, end_index: 2, url: 'https://x', title: 'X' },
          },
        ],
      },
      [
        {
          type: 'text',
          text: 'Hi',
          citations: [
            {
              kind: 'url',
              url: 'https://x',
              title: 'X',
              start: 0,
              end: 2,
              raw: {
                protocol: 'openai-chat',
                value: {
                  type: 'url_citation',
                  url_citation: { start_index: 0, end_index: 2, url: 'https://x', title: 'X' },
                },
              },
            },
          ],
        },
      ],
    ],
  ])('reads %s', (_name, message, content) => {
    expect(decode(answer(message)).content).toEqual(content)
  })

  it('takes thoughts out of the text where the dialect says so', () => {
    const body = answer({ content: '<think>\nHm.</think>\n\nHi <b>' })
    expect(decode(body, { inlineThink: true }).content).toMatchObject([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Hi <b>' },
    ])
    expect(decode(body).content).toEqual([{ type: 'text', text: '<think>\nHm.</think>\n\nHi <b>' }])
  })

  it.each<[string, string | null, JsonObject, unknown]>([
    ['case 8: calls under `stop`', 'stop', { tool_calls: [CALL] }, { reason: 'tool-calls', raw: 'stop' }],
    [
      'case 9: `tool_calls` without a call',
      'tool_calls',
      { content: 'x' },
      { reason: 'stop', raw: 'tool_calls' },
    ],
    ['length', 'length', { content: 'x' }, { reason: 'length', raw: 'length' }],
    ['Mistral’s length', 'model_length', { content: 'x' }, { reason: 'length', raw: 'model_length' }],
    ['a filter', 'content_filter', { content: 'x' }, { reason: 'content-filter', raw: 'content_filter' }],
    ['a word of its own', 'eaten_by_grue', { content: 'x' }, { reason: 'stop', raw: 'eaten_by_grue' }],
  ])('reads the end: %s', (_name, word, message, finish) => {
    expect(decode(answer(message, word)).finish).toEqual(finish)
  })

  it('marks a call that the limit cut', () => {
    const cut = { ...CALL, function: { name: 'f', arguments: '{"a":' } }
    expect(decode(answer({ tool_calls: [CALL, cut] }, 'length')).content).toMatchObject([
      { input: '{"a":1}' },
      { input: '{"a":', status: 'incomplete' },
    ])
  })

  it.each([
    {},
    { choices: null },
    { choices: [null, 5] },
    { choices: [{ message: 'x' }] },
    { id: 7, choices: [{}] },
  ])('survives %j', (body) => {
    expect(decode(body).content).toEqual([])
  })
})

describe('encodeResponse', () => {
  it('writes a whole answer', () => {
    expect(
      encode({
        content: [
          { type: 'reasoning', text: 'Hm.', raw: true },
          { type: 'text', text: 'Hi' },
          { type: 'tool-call', id: 'call_1', name: 'f', kind: 'function', input: '' },
          { type: 'tool-call', id: 'call_2', name: 'p', kind: 'custom', input: 'raw' },
        ],
        finish: { reason: 'tool-calls' },
        usage: {
          inputTokens: 1000,
          cacheReadTokens: 900,
          cacheWriteTokens: 50,
          cacheWriteLongTokens: 40,
          outputTokens: 50,
          reasoningTokens: 20,
        },
        serviceTier: 'default',
      }),
    ).toEqual({
      id: 'id-1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'acme/model',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'Hi',
            refusal: null,
            reasoning_content: 'Hm.',
            tool_calls: [
              { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } },
              { id: 'call_2', type: 'custom', custom: { name: 'p', input: 'raw' } },
            ],
          },
          logprobs: null,
          finish_reason: 'tool_calls',
        },
      ],
      usage: {
        prompt_tokens: 1000,
        completion_tokens: 50,
        total_tokens: 1050,
        prompt_tokens_details: { cached_tokens: 900, cache_write_tokens: 90 },
        completion_tokens_details: { reasoning_tokens: 20 },
      },
      service_tier: 'default',
    })
  })

  it('case 23: content is null beside calls alone, and empty when nothing was said', () => {
    const call = { type: 'tool-call', id: 'c', name: 'f', kind: 'function', input: '{}' } as const
    expect([messageOf({ content: [call] })['content'], messageOf({})['content']]).toEqual([null, ''])
  })

  it('tells why an answer was refused', () => {
    const refused = encode({ finish: { reason: 'content-filter', explanation: 'Not that.' } })
    expect(refused['choices']).toMatchObject([
      { finish_reason: 'content_filter', message: { content: null, refusal: 'Not that.' } },
    ])
  })

  it('leaves out usage that is only an estimate', () => {
    const estimate = {
      inputTokens: 1,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      cacheWriteLongTokens: 0,
      outputTokens: 1,
      reasoningTokens: 0,
      estimated: true,
    }
    expect('usage' in encode({ usage: estimate })).toBe(false)
  })

  it('moves citations to where their text stands, and drops what is no web page with a warning', () => {
    const response: Partial<CanonicalResponse> = {
      content: [
        { type: 'text', text: 'One. ' },
        {
          type: 'text',
          text: 'Two.',
          citations: [
            { kind: 'url', url: 'https://x', start: 0, end: 4 },
            { kind: 'document', filename: 'a.pdf' },
          ],
        },
      ],
    }
    expect(messageOf(response)['annotations']).toEqual([
      { type: 'url_citation', url_citation: { start_index: 5, end_index: 9, url: 'https://x', title: '' } },
    ])
    const whole = {
      id: '',
      model: 'm',
      finish: { reason: 'stop' },
      usage: null,
      content: [],
      ...response,
    } as CanonicalResponse
    expect(openaiChat.encodeResponse(whole, createEncodeContext()).warnings).toMatchObject([
      { code: 'dropped', path: 'choices[0].message.annotations' },
    ])
  })
})
