import { describe, expect, test } from 'vitest'
import type { AssistantPart } from '../../../src/canonical/content.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { ReasoningRequest } from '../../../src/canonical/request.js'
import type { CanonicalResponse, Finish } from '../../../src/canonical/response.js'
import type { OpaqueState } from '../../../src/canonical/state.js'
import { codec, context, decode, bodyOf, encodeContext, lines, requestOf, targetOf } from './support.js'

const usage = {
  inputTokens: 1000,
  cacheReadTokens: 900,
  cacheWriteTokens: 0,
  cacheWriteLongTokens: 90,
  outputTokens: 50,
  reasoningTokens: 20,
}

function encoded(
  rest: Partial<CanonicalResponse>,
  reasoning?: ReasoningRequest,
): { readonly body: JsonObject; readonly warnings: readonly string[] } {
  const response: CanonicalResponse = {
    id: 'msg_1',
    model: 'm',
    content: [],
    finish: { reason: 'stop' },
    usage,
    ...rest,
  }
  const { value, warnings } = codec.encodeResponse(
    response,
    encodeContext({ request: requestOf({ reasoning }) }),
  )
  return { body: value, warnings: lines(warnings) }
}

const contentOf = (...content: readonly AssistantPart[]): unknown => encoded({ content }).body.content
const call: AssistantPart = { type: 'tool-call', id: 't', name: 'f', kind: 'function', input: '{"a":1}' }

test('a whole answer is decoded', () => {
  const { value, warnings } = codec.decodeResponse(
    {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-test',
      content: [
        { type: 'thinking', thinking: 'hm', signature: 'sig' },
        { type: 'redacted_thinking', data: 'xx' },
        {
          type: 'text',
          text: 'Hello',
          citations: [
            {
              type: 'web_search_result_location',
              url: 'u',
              title: 't',
              cited_text: 'c',
              encrypted_index: 'e',
            },
          ],
        },
        { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'q' } },
        { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} },
      ],
      stop_reason: 'stop_sequence',
      stop_sequence: 'END',
      stop_details: null,
      container: null,
      usage: { input_tokens: 3, output_tokens: 4, service_tier: 'standard' },
      input_transformations: [
        { type: 'thinking_dropped', path: 'messages[1]', reason: 'model_binding_mismatch' },
      ],
    },
    { ...context, target: targetOf() },
  )
  expect(value).toMatchObject({
    id: 'msg_1',
    model: 'claude-test',
    finish: { reason: 'stop-sequence', raw: 'stop_sequence', stopSequence: 'END' },
    usage: { inputTokens: 3, outputTokens: 4 },
    serviceTier: 'default',
  })
  expect(value.content).toMatchObject([
    { type: 'reasoning', text: 'hm', state: { family: 'anthropic', kind: 'signature', data: 'sig' } },
    { type: 'reasoning', redacted: true, state: { family: 'anthropic', kind: 'redacted', data: 'xx' } },
    {
      type: 'text',
      text: 'Hello',
      citations: [{ kind: 'url', url: 'u', title: 't', citedText: 'c', start: 0, end: 5 }],
    },
    { type: 'provider', kind: 'server_tool_use' },
    { type: 'tool-call', id: 'toolu_1', input: '' },
  ])
  expect(value.extensions).toBeUndefined()
  expect(lines(warnings)).toEqual(['dropped messages[1]'])
})

test('state belongs to the family of the vendor, whoever it is', () => {
  const { value } = codec.decodeResponse(
    { content: [{ type: 'thinking', thinking: '', signature: 's' }] },
    { ...context, target: targetOf({}, { family: 'chat:other' }) },
  )
  expect(value.content).toMatchObject([{ state: { family: 'chat:other' } }])
})

test('a call of the tool that stands in for a schema is the text of the answer', () => {
  const { value } = codec.decodeResponse(
    {
      content: [{ type: 'tool_use', id: 't', name: 'gateway_structured_answer', input: { n: 1 } }],
      stop_reason: 'tool_use',
    },
    { ...context, target: targetOf() },
  )
  expect([value.content, value.finish.reason]).toEqual([[{ type: 'text', text: '{"n":1}' }], 'stop'])
})

test.each<[string, JsonObject]>([
  ['nothing', {}],
  ['content of another type', { content: 'x', usage: 'y', stop_reason: 4, id: [] }],
  [
    'blocks of other types',
    { content: [null, 1, 'x', {}, { type: 'text', text: 5 }, { type: 'tool_use', input: 'x' }] },
  ],
])('decoding never throws: %s', (_name, body) => {
  expect(codec.decodeResponse(body, { ...context, target: targetOf() }).value.finish.reason).toBe('other')
})

test('a whole answer is encoded with every key of the wire', () => {
  const { body, warnings } = encoded({
    id: 'chatcmpl-1',
    content: [{ type: 'text', text: 'Hi' }, call],
    finish: { reason: 'tool-calls' },
    serviceTier: 'default',
  })
  expect(warnings).toEqual([])
  expect(body).toEqual({
    id: expect.stringMatching(/^msg_[a-z2-7]{24}$/),
    type: 'message',
    role: 'assistant',
    model: 'vendor/model',
    content: [
      { type: 'text', text: 'Hi' },
      { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } },
    ],
    stop_reason: 'tool_use',
    stop_sequence: null,
    stop_details: null,
    // case 60: the wire's input leaves the cache parts out
    usage: {
      input_tokens: 10,
      cache_creation_input_tokens: 90,
      cache_read_input_tokens: 900,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 90 },
      output_tokens: 50,
      output_tokens_details: { thinking_tokens: 20 },
      server_tool_use: null,
      service_tier: 'standard',
    },
    container: null,
    diagnostics: null,
  })
})

test('without usage of the vendor our own count stands in', () => {
  const { body } = encoded({ usage: null, content: [{ type: 'text', text: 'x'.repeat(40) }] })
  expect(body.usage).toMatchObject({ input_tokens: 7, output_tokens: expect.any(Number) })
})

describe('how an answer ended', () => {
  test.each<[Finish, readonly AssistantPart[], JsonObject]>([
    [{ reason: 'stop' }, [], { stop_reason: 'end_turn' }],
    [{ reason: 'other', raw: 'odd' }, [], { stop_reason: 'end_turn' }],
    [{ reason: 'length' }, [], { stop_reason: 'max_tokens' }],
    [{ reason: 'context-full' }, [], { stop_reason: 'model_context_window_exceeded' }],
    [{ reason: 'pause' }, [], { stop_reason: 'pause_turn' }],
    [{ reason: 'compaction' }, [], { stop_reason: 'compaction' }],
    [
      { reason: 'stop-sequence', stopSequence: 'x' },
      [],
      { stop_reason: 'stop_sequence', stop_sequence: 'x' },
    ],
    [{ reason: 'stop-sequence' }, [], { stop_reason: 'end_turn' }],
    [
      { reason: 'content-filter', category: 'bio', explanation: 'No.' },
      [],
      { stop_reason: 'refusal', stop_details: { type: 'refusal', category: 'bio', explanation: 'No.' } },
    ],
    [
      { reason: 'stop' },
      [{ type: 'refusal', text: 'I cannot.' }],
      { stop_reason: 'refusal', stop_details: { type: 'refusal', category: null, explanation: 'I cannot.' } },
    ],
    // case 8 and case 9: the calls decide, whatever the vendor says
    [{ reason: 'stop' }, [call], { stop_reason: 'tool_use' }],
    [{ reason: 'tool-calls' }, [], { stop_reason: 'end_turn' }],
    [{ reason: 'length' }, [call], { stop_reason: 'max_tokens' }],
  ])('case 8, case 9: %j', (finish, content, expected) => {
    const { stop_reason, stop_sequence, stop_details } = encoded({ finish, content }).body
    expect({ stop_reason, stop_sequence, stop_details }).toEqual({
      stop_sequence: null,
      stop_details: null,
      ...expected,
    })
  })
})

describe('reasoning of other vendors', () => {
  const state: OpaqueState = { family: 'openai', kind: 'encrypted', data: 'enc', itemId: 'rs_1' }
  const reasoning: AssistantPart = { type: 'reasoning', text: 'hm', state }

  test('comes back in the next request as it was', () => {
    const content = contentOf(reasoning, { type: 'text', text: 'ok' }) as readonly JsonObject[]
    const { request } = decode(
      bodyOf({
        messages: [
          { role: 'user', content: 'x' },
          { role: 'assistant', content },
        ],
      }),
    )
    expect(request.messages[1]?.content).toMatchObject([
      { type: 'reasoning', text: 'hm', state: { ...state, textHash: expect.any(String) } },
      { type: 'text', text: 'ok' },
    ])
  })

  test('case 15: state of a call comes back on the call', () => {
    const signed: OpaqueState = { family: 'google-ai', kind: 'thought-signature', data: 'sig' }
    const content = contentOf({ ...call, state: signed }) as readonly JsonObject[]
    expect(content).toMatchObject([
      { type: 'thinking', thinking: '' },
      { type: 'tool_use', id: 't' },
    ])
    const { request } = decode(
      bodyOf({
        messages: [
          { role: 'user', content: 'x' },
          { role: 'assistant', content },
        ],
      }),
    )
    expect(request.messages[1]?.content).toMatchObject([
      { type: 'tool-call', id: 't', state: { ...signed, binding: { tool: 't' } } },
    ])
  })

  test('this vendor’s own is native', () => {
    expect(
      contentOf(
        { type: 'reasoning', text: 'a', state: { family: 'anthropic', kind: 'signature', data: 's' } },
        {
          type: 'reasoning',
          text: '',
          redacted: true,
          state: { family: 'anthropic', kind: 'redacted', data: 'r' },
        },
      ),
    ).toEqual([
      { type: 'thinking', thinking: 'a', signature: 's' },
      { type: 'redacted_thinking', data: 'r' },
    ])
  })

  test('case 10: text without state is shown with a signature that no vendor takes back', () => {
    expect(contentOf({ type: 'reasoning', text: 'hm' })).toEqual([
      { type: 'thinking', thinking: 'hm', signature: expect.stringMatching(/^gw1\./) },
    ])
  })

  test.each<ReasoningRequest>([{ show: 'none' }, { effort: 'none' }])(
    'is hidden when %j was asked',
    (asked) => {
      const shown = encoded({ content: [{ type: 'reasoning', text: 'hm' }, reasoning] }, asked).body.content
      expect(shown).toEqual([{ type: 'thinking', thinking: '', signature: expect.stringMatching(/^gw1\./) }])
    },
  )
})

describe('other parts', () => {
  test.each<[string, AssistantPart, readonly JsonObject[], readonly string[]]>([
    ['empty text', { type: 'text', text: '' }, [], []],
    [
      'case 5: a call without arguments',
      { ...call, input: '' },
      [{ type: 'tool_use', id: 't', name: 'f', input: {} }],
      [],
    ],
    [
      'arguments that are no object',
      { ...call, input: '[1]' },
      [{ type: 'tool_use', id: 't', name: 'f', input: { _raw: '[1]' } }],
      ['repaired content[0]'],
    ],
    ['a call that was cut', { ...call, input: '{"a', status: 'incomplete' }, [], ['dropped content[0]']],
    [
      'free text of a tool',
      { ...call, kind: 'custom', input: 'x' },
      [{ type: 'tool_use', id: 't', name: 'f', input: { input: 'x' } }],
      [],
    ],
    [
      'an image',
      { type: 'generated-image', source: { type: 'url', url: 'u' } },
      [{ type: 'text', text: '[generated image]' }],
      ['emulated content[0]'],
    ],
    [
      'a block of this protocol',
      { type: 'provider', protocol: 'anthropic-messages', kind: 'x', value: { type: 'x' } },
      [{ type: 'x' }],
      [],
    ],
    [
      'an item of another',
      { type: 'provider', protocol: 'gemini', kind: 'x', value: {} },
      [],
      ['dropped content[0]'],
    ],
    [
      'a web citation of another vendor',
      { type: 'text', text: 'Hello', citations: [{ kind: 'url', url: 'u', start: 1, end: 3 }] },
      [
        {
          type: 'text',
          text: 'Hello',
          citations: [
            {
              type: 'web_search_result_location',
              url: 'u',
              title: null,
              cited_text: 'el',
              encrypted_index: '',
            },
          ],
        },
      ],
      [],
    ],
  ])('%s', (_name, part, content, warnings) => {
    const result = encoded({ content: [part] })
    expect([result.body.content, result.warnings]).toEqual([content, warnings])
  })
})
