import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { OpaqueState } from '../../../src/canonical/state.js'
import { hashText } from '../../../src/protocols/state-envelope.js'
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

describe('state of other vendors in signatures', () => {
  const state: OpaqueState = {
    family: 'openai',
    kind: 'encrypted',
    data: 'opaque',
    itemId: 'rs_1',
    textHash: hashText('hm'),
  }
  const thinking = (signature: string, text = 'hm'): JsonObject => ({
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: text, signature },
      { type: 'text', text: 'ok' },
    ],
  })

  test('an envelope is opened', () => {
    const { request } = decode(withMessages(user, thinking(context.seal(state))))
    expect(request.messages[1]?.content[0]).toMatchObject({ type: 'reasoning', text: 'hm', state })
  })

  test('case 18: an altered envelope is dropped with a warning', () => {
    const sealed = context.seal(state)
    const altered = sealed.slice(0, -1) + (sealed.endsWith('A') ? 'B' : 'A')
    const { request, warnings } = decode(withMessages(user, thinking(altered)))
    expect(request.messages[1]?.content).toMatchObject([{ type: 'text', text: 'ok' }])
    expect(warnings).toEqual(['dropped messages[1].content[0]'])
  })

  test('case 15: the state of a call returns from the block before it to the call', () => {
    const call: OpaqueState = {
      family: 'google-ai',
      kind: 'thought-signature',
      data: 'sig',
      binding: { tool: 'call_1' },
      textHash: hashText(''),
    }
    const { request } = decode(
      withMessages(user, {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: '', signature: context.seal(call) },
          { type: 'tool_use', id: 'call_1', name: 'f', input: {} },
        ],
      }),
    )
    expect(request.messages[1]?.content).toMatchObject([
      { type: 'tool-call', id: 'call_1', input: '', state: call },
    ])
  })

  test('redacted thinking is state without text', () => {
    const { request } = decode(
      withMessages(user, { role: 'assistant', content: [{ type: 'redacted_thinking', data: 'xx' }] }),
    )
    expect(request.messages[1]?.content).toMatchObject([
      {
        type: 'reasoning',
        text: '',
        redacted: true,
        state: { family: 'anthropic', kind: 'redacted', data: 'xx' },
      },
    ])
  })
})

describe('tools', () => {
  test('case 26: tools that the vendor runs keep their wire form, with a shared meaning where there is one', () => {
    const tools = [
      { type: 'web_search_20250305', name: 'web_search', max_uses: 3 },
      { type: 'code_execution_20260120', name: 'code_execution' },
      { type: 'mcp_toolset', mcp_server_name: 's' },
    ]
    expect(decode(bodyOf({ tools })).request.tools).toEqual(
      tools.map((value, index) => ({
        type: 'hosted',
        kind: ['web-search', 'code-execution', 'other'][index],
        protocol: 'anthropic-messages',
        value,
        path: `tools[${index}]`,
        ...('name' in value ? { name: value.name } : {}),
      })),
    )
  })

  test('a tool that the client runs is a function for other vendors', () => {
    const { request } = decode(bodyOf({ tools: [{ type: 'bash_20250124', name: 'bash' }] }))
    expect(request.tools).toMatchObject([
      { type: 'function', name: 'bash', parameters: { type: 'object', properties: { command: {} } } },
    ])
  })
})

test('documents of every kind of source', () => {
  const documents: readonly JsonObject[] = [
    { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'AA==' }, title: 'T' },
    { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' }, context: 'C' },
    { type: 'document', source: { type: 'file', file_id: 'file_1' }, citations: { enabled: true } },
    { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'plain' } },
    { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'a' }] } },
    { type: 'document', source: { type: 'content', content: 'b' } },
  ]
  const { request } = decode(withMessages({ role: 'user', content: documents }))
  expect(request.messages[0]?.content).toMatchObject([
    { source: { type: 'base64', mediaType: 'application/pdf', data: 'AA==' }, title: 'T' },
    { source: { type: 'url', url: 'https://example.com/a.pdf' }, context: 'C' },
    { source: { type: 'file', fileId: 'file_1', protocol: 'anthropic-messages' }, citationsEnabled: true },
    { source: { type: 'text', text: 'plain' } },
    { source: { type: 'parts', parts: [{ type: 'text', text: 'a' }] } },
    { source: { type: 'parts', parts: [{ type: 'text', text: 'b' }] } },
  ])
})

test('blocks without a shared meaning stay whole, and their path names them', () => {
  const block = { type: 'container_upload', file_id: 'f' }
  const { request } = decode(withMessages({ role: 'user', content: [block] }))
  expect(request.messages[0]?.content).toEqual([
    {
      type: 'provider',
      protocol: 'anthropic-messages',
      kind: 'container_upload',
      value: block,
      path: 'messages[0].content[0].container_upload',
    },
  ])
})

test('fields of a known block without a place are reported', () => {
  const image = {
    type: 'image',
    source: { type: 'url', url: 'https://example.com' },
    transformations: { oversized_image: 'error' },
  }
  expect(decode(withMessages({ role: 'user', content: [image] })).warnings).toEqual([
    'dropped messages[0].content[0].transformations',
  ])
})

test('arguments that are nested too deeply to be written do not break the request', () => {
  const deep = JSON.parse('{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000)) as JsonObject
  const call = { type: 'tool_use', id: 't', name: 'f', input: deep }
  const { request, warnings } = decode(withMessages(user, { role: 'assistant', content: [call] }))
  expect(request.messages[1]?.content).toMatchObject([{ type: 'tool-call', input: '' }])
  expect(warnings).toEqual(['dropped messages[1].content[0].input !'])
})
