import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import { bodyOf, codec, context, decode } from './support.js'

const withMessages = (...messages: readonly JsonObject[]): JsonObject => bodyOf({ messages })
const user = { role: 'user', content: 'Hello' }

test('a whole request', () => {
  const schema = { type: 'object', properties: { city: { type: 'string' } } }
  const { request, warnings } = decode({
    model: 'claude-x',
    max_tokens: 1000,
    stream: true,
    system: [{ type: 'text', text: 'Be kind.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look:' },
          { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm', signature: 'c2ln' },
          { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Rome' } },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'sunny', is_error: false }],
      },
    ],
    tools: [{ name: 'weather', description: 'Weather.', input_schema: schema, strict: true }],
    tool_choice: { type: 'any', disable_parallel_tool_use: true },
    thinking: { type: 'enabled', budget_tokens: 500, display: 'summarized' },
    temperature: 0.5,
    top_p: 0.9,
    top_k: 40,
    stop_sequences: ['END'],
    output_config: { format: { type: 'json_schema', schema } },
    service_tier: 'standard_only',
    cache_control: { type: 'ephemeral' },
    metadata: { user_id: 'u-1' },
    inference_geo: 'eu',
  })
  expect(warnings).toEqual([])
  expect(request).toEqual({
    model: 'claude-x',
    stream: true,
    messages: [
      {
        role: 'system',
        topLevel: true,
        path: 'system',
        content: [{ type: 'text', text: 'Be kind.', path: 'system[0]', cache: { life: 'long' } }],
      },
      {
        role: 'user',
        path: 'messages[0]',
        content: [
          { type: 'text', text: 'Look:', path: 'messages[0].content[0]' },
          {
            type: 'image',
            source: { type: 'url', url: 'https://example.com/a.png' },
            path: 'messages[0].content[1]',
          },
        ],
      },
      {
        role: 'assistant',
        path: 'messages[1]',
        content: [
          {
            type: 'reasoning',
            text: 'hm',
            state: { family: 'anthropic', kind: 'signature', data: 'c2ln' },
            path: 'messages[1].content[0]',
          },
          {
            type: 'tool-call',
            id: 'toolu_1',
            name: 'weather',
            kind: 'function',
            input: '{"city":"Rome"}',
            path: 'messages[1].content[1]',
          },
        ],
      },
      {
        role: 'user',
        path: 'messages[2]',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'toolu_1',
            kind: 'function',
            plain: true,
            content: [{ type: 'text', text: 'sunny', path: 'messages[2].content[0].content' }],
            path: 'messages[2].content[0]',
          },
        ],
      },
    ],
    tools: [
      {
        type: 'function',
        name: 'weather',
        description: 'Weather.',
        parameters: schema,
        strict: true,
        path: 'tools[0]',
      },
    ],
    toolChoice: { type: 'required' },
    parallelToolCalls: false,
    reasoning: { enabled: true, effort: 'high', budgetTokens: 500, show: 'summary' },
    maxOutputTokens: 1000,
    temperature: 0.5,
    topP: 0.9,
    topK: 40,
    stop: ['END'],
    responseFormat: { type: 'json-schema', schema, strict: true },
    cache: { automatic: { life: 'short' } },
    serviceTier: 'default',
    endUser: 'u-1',
    extensions: {
      'anthropic-messages': {
        inference_geo: 'eu',
        $restore: { thinking: 'enabled', display: 'summarized' },
      },
    },
  })
})

describe('the requests of Claude Code', () => {
  const ids = JSON.stringify({ device_id: 'd1', account_uuid: '', session_id: 's1' })
  const body = bodyOf({
    system: [
      { type: 'text', text: 'x-anthropic-billing-header: version=1;' },
      { type: 'text', text: 'You are an agent.' },
    ],
    messages: [user, { role: 'system', content: '# Environment', output_config: { effort: 'medium' } }],
    tools: [
      { name: 'Bash', input_schema: { type: 'object' }, eager_input_streaming: true },
      { name: 'DeferredToolPlaceholder', input_schema: { type: 'object' }, defer_loading: true },
    ],
    thinking: { type: 'adaptive', display: 'omitted' },
    output_config: { effort: 'medium' },
    metadata: { user_id: ids },
  })

  test('hold nothing but instructions, tools and ids for other vendors', () => {
    const { request, warnings } = decode(body)
    expect(warnings).toEqual([])
    expect(request.messages[0]?.content).toEqual([
      { type: 'text', text: 'You are an agent.', path: 'system[1]' },
    ])
    expect(request.messages[2]).toMatchObject({ role: 'system', content: [{ text: '# Environment' }] })
    expect(request.tools?.map(({ name }) => name)).toEqual(['Bash'])
    expect(request).toMatchObject({ endUser: 'd1', session: 's1' })
    expect(request.reasoning).toEqual({ enabled: true, effort: 'medium', show: 'none' })
  })

  test('lose only what goes back silently to a vendor of the same protocol', () => {
    const { request } = decode(body)
    const extensions = [request, ...request.messages, ...(request.tools ?? [])].flatMap((value) =>
      'extensions' in value ? Object.keys(value.extensions?.['anthropic-messages'] ?? {}) : [],
    )
    expect(new Set(extensions)).toEqual(new Set(['$restore']))
  })

  test('come back as they were for a vendor of the same protocol', () => {
    const { value } = codec.encodeRequest(
      decode(body).request,
      { model: 'm', family: 'anthropic', traits: {} },
      context,
    )
    expect(value).toEqual({
      ...body,
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
        {
          role: 'system',
          content: [{ type: 'text', text: '# Environment' }],
          output_config: { effort: 'medium' },
        },
      ],
    })
  })

  test('a system message with another effort sets the effort of the request', () => {
    const changed = { role: 'system', content: 'x', output_config: { effort: 'low' } }
    const { request } = decode({ ...body, messages: [user, changed] })
    expect(request.reasoning?.effort).toBe('low')
  })
})

describe('refusals that clients recover from', () => {
  test('a message thread', () => {
    expect(() => decode(bodyOf({ thread: { type: 'create' } }))).toThrow(
      expect.objectContaining({
        code: 'unsupported_parameter',
        status: 400,
        param: 'thread',
        details: { error_code: 'thread_unsupported_request', unsupported: ['thread'] },
      }),
    )
  })

  test('safeguards are named', () => {
    expect(() => decode(bodyOf({ safeguards: {} }))).toThrow(/^safeguards: /)
  })

  test('null switches neither on', () => {
    expect(decode(bodyOf({ thread: null, safeguards: null })).request.model).toBe('m')
  })
})

describe('wrong requests name the field', () => {
  test.each<[string, JsonObject, string]>([
    ['an unknown role', withMessages(user, { role: 'tool', content: 'x' }), 'messages[1].role'],
    ['no content', withMessages({ role: 'user' }), 'messages[0].content'],
    ['a block that is no object', withMessages({ role: 'user', content: [4] }), 'messages[0].content[0]'],
    ['a tool without a name', bodyOf({ tools: [{ input_schema: {} }] }), 'tools[0].name'],
    ['a tool that is no object', bodyOf({ tools: ['x'] }), 'tools[0]'],
    ['a choice without a name', bodyOf({ tool_choice: { type: 'tool' } }), 'tool_choice.name'],
    ['a temperature as text', bodyOf({ temperature: '1' }), 'temperature'],
  ])('%s', (_name, body, param) => {
    expect(() => decode(body)).toThrow(expect.objectContaining({ status: 400, param }))
  })
})

describe('reasoning', () => {
  test.each<[JsonObject, JsonObject | undefined, object | undefined]>([
    [{ type: 'disabled' }, undefined, { effort: 'none' }],
    [{ type: 'between_tools' }, { effort: 'high' }, { effort: 'none' }],
    [{ type: 'adaptive' }, undefined, { enabled: true }],
    [
      { type: 'adaptive', display: 'updates' },
      { effort: 'max' },
      { enabled: true, effort: 'max', show: 'summary' },
    ],
    [{ type: 'enabled', budget_tokens: 19 }, undefined, { enabled: true, effort: 'low', budgetTokens: 19 }],
    [
      { type: 'enabled', budget_tokens: 44 },
      undefined,
      { enabled: true, effort: 'medium', budgetTokens: 44 },
    ],
    [{ type: 'enabled', budget_tokens: 99 }, undefined, { enabled: true, effort: 'xhigh', budgetTokens: 99 }],
  ])('%j with output_config %j', (thinking, config, expected) => {
    const body = bodyOf({ thinking, ...(config === undefined ? {} : { output_config: config }) })
    expect(decode(body).request.reasoning).toEqual(expected)
  })

  test('an effort alone, and one that is not known', () => {
    expect(decode(bodyOf({ output_config: { effort: 'low' } })).request.reasoning).toEqual({ effort: 'low' })
    const odd = decode(bodyOf({ output_config: { effort: 'ultra' } }))
    expect([odd.request.reasoning, odd.warnings]).toEqual([undefined, ['dropped output_config.effort !']])
  })
})
