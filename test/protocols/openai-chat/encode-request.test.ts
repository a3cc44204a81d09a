import { describe, expect, it } from 'vitest'
import type { AssistantPart, UserPart } from '../../../src/canonical/content.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { CanonicalRequest, Message } from '../../../src/canonical/request.js'
import type { ChatDialect, ModelTraits, Target } from '../../../src/canonical/target.js'
import type { Warning } from '../../../src/canonical/warning.js'
import { GatewayError } from '../../../src/errors.js'
import { openaiChat } from '../../../src/protocols/openai-chat/index.js'
import { codecContext, createTarget } from './support.js'

const HELLO: Message = { role: 'user', content: [{ type: 'text', text: 'Hello' }] }

function encode(
  request: Partial<CanonicalRequest>,
  target: Target = createTarget(),
): { body: JsonObject; warnings: readonly Warning[] } {
  const whole = { model: 'acme/model', stream: false, messages: [HELLO], ...request }
  const { value, warnings } = openaiChat.encodeRequest(whole, target, codecContext)
  return { body: value, warnings }
}

function fieldsOf(
  request: Partial<CanonicalRequest>,
  dialect?: Partial<ChatDialect>,
  traits?: ModelTraits,
): JsonObject {
  const {
    model: _model,
    messages: _messages,
    ...fields
  } = encode(request, createTarget(dialect, traits)).body
  return fields
}

function messagesOf(messages: readonly Message[], target?: Target): JsonObject['messages'] {
  return encode({ messages }, target).body['messages']
}

function refusalOf(request: Partial<CanonicalRequest>, target?: Target): unknown {
  try {
    return encode(request, target).body
  } catch (error) {
    return GatewayError.isInstance(error)
      ? { code: error.code, param: error.param, message: error.message }
      : error
  }
}

function user(...content: readonly UserPart[]): Message {
  return { role: 'user', content }
}

function assistant(...content: readonly AssistantPart[]): Message {
  return { role: 'assistant', content }
}

function call(id: string, input = '{}'): AssistantPart {
  return { type: 'tool-call', id, name: 'f', kind: 'function', input }
}

function result(
  id: string,
  text: string,
  more: Partial<Extract<UserPart, { type: 'tool-result' }>> = {},
): UserPart {
  return { type: 'tool-result', toolCallId: id, kind: 'function', content: [{ type: 'text', text }], ...more }
}

const wireCall = (id: string, args = '{}'): JsonObject => ({
  id,
  type: 'function',
  function: { name: 'f', arguments: args },
})

describe('conversation', () => {
  it('leaves mid-conversation instructions where they stand, in the role of the vendor', () => {
    const system: Message = {
      role: 'system',
      authority: 'developer',
      content: [{ type: 'text', text: 'Now.' }],
    }
    expect(messagesOf([system, HELLO, system])).toEqual([
      { role: 'system', content: 'Now.' },
      { role: 'user', content: 'Hello' },
      { role: 'system', content: 'Now.' },
    ])
    const developer = createTarget(undefined, { instructionRole: 'developer' })
    expect(messagesOf([system], developer)).toEqual([{ role: 'developer', content: 'Now.' }])
  })

  it('case 20: answers every call first and keeps the order of the rest', () => {
    const messages = [
      HELLO,
      assistant({ type: 'text', text: 'I look.' }, call('a'), call('b')),
      user({ type: 'text', text: 'By the way' }, result('b', 'two'), result('a', 'one')),
      user({ type: 'text', text: 'Go on' }),
    ]
    expect(messagesOf(messages)).toEqual([
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'I look.', tool_calls: [wireCall('a'), wireCall('b')] },
      { role: 'tool', tool_call_id: 'b', content: 'two' },
      { role: 'tool', tool_call_id: 'a', content: 'one' },
      { role: 'user', content: 'By the way' },
      { role: 'user', content: 'Go on' },
    ])
  })

  it('joins calls that came in messages of their own, as parallel calls do elsewhere', () => {
    const messages = [
      HELLO,
      assistant(call('a')),
      assistant(call('b')),
      user(result('a', '1')),
      user(result('b', '2')),
    ]
    expect(messagesOf(messages)).toEqual([
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: null, tool_calls: [wireCall('a'), wireCall('b')] },
      { role: 'tool', tool_call_id: 'a', content: '1' },
      { role: 'tool', tool_call_id: 'b', content: '2' },
    ])
  })

  it('case 5: writes an empty object for no arguments', () => {
    expect(messagesOf([assistant(call('a', '')), user(result('a', '1'))])).toEqual([
      { role: 'assistant', content: null, tool_calls: [wireCall('a', '{}')] },
      { role: 'tool', tool_call_id: 'a', content: '1' },
    ])
  })

  it('stands in for a missing result and turns an orphan into text, with warnings', () => {
    const { body, warnings } = encode({
      messages: [HELLO, { ...assistant(call('a')), path: 'p' } as Message, user(result('ghost', 'boo'))],
    })
    expect(body['messages']).toEqual([
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: null, tool_calls: [wireCall('a')] },
      { role: 'tool', tool_call_id: 'a', content: '[no result]' },
      { role: 'user', content: 'boo' },
    ])
    expect(warnings.map(({ code, semantic }) => [code, semantic])).toEqual([
      ['repaired', false],
      ['moved', false],
    ])
  })

  it('says in words that a tool failed, once', () => {
    const failed = (text: string): UserPart => result('a', text, { isError: true })
    const contentOf = (part: UserPart): unknown =>
      (messagesOf([assistant(call('a')), user(part)]) as JsonObject[])[1]?.['content']
    expect([contentOf(failed('no disk')), contentOf(failed('Error: no disk'))]).toEqual([
      'Error: no disk',
      'Error: no disk',
    ])
  })

  it('case 24: moves media out of a tool result, after all results of the step', () => {
    const image: UserPart = {
      type: 'image',
      source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' },
    }
    const { body, warnings } = encode({
      messages: [
        assistant(call('a'), call('b')),
        user(
          result('a', 'See', { content: [{ type: 'text', text: 'See' }, image], path: 'messages[1]' }),
          result('b', 'two'),
        ),
      ],
    })
    expect(body['messages']).toEqual([
      { role: 'assistant', content: null, tool_calls: [wireCall('a'), wireCall('b')] },
      { role: 'tool', tool_call_id: 'a', content: 'See' },
      { role: 'tool', tool_call_id: 'b', content: 'two' },
      {
        role: 'user',
        content: [
          { type: 'text', text: '[content of the result of tool call a]' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
    ])
    expect(warnings).toMatchObject([{ code: 'moved', path: 'messages[1]' }])
  })

  it('writes documents as this protocol can', () => {
    const content = (part: UserPart): unknown => (messagesOf([user(part)]) as JsonObject[])[0]?.['content']
    expect(content({ type: 'document', title: 'T', source: { type: 'text', text: 'body' } })).toBe(
      '[T]\nbody',
    )
    expect(
      content({ type: 'document', source: { type: 'base64', mediaType: 'application/pdf', data: 'CCCC' } }),
    ).toEqual([
      { type: 'file', file: { filename: 'document.pdf', file_data: 'data:application/pdf;base64,CCCC' } },
    ])
    expect(
      content({
        type: 'search-result',
        title: 'T',
        source: 'https://s',
        content: [{ type: 'text', text: 'x' }],
      }),
    ).toBe('T\nhttps://s\nx')
  })

  it.each<[string, UserPart]>([
    ['a document at a url', { type: 'document', path: 'p', source: { type: 'url', url: 'https://x/a.pdf' } }],
    [
      'an image kept at another vendor',
      { type: 'image', path: 'p', source: { type: 'file', fileId: 'f', protocol: 'gemini' } },
    ],
  ])('refuses %s by its path', (_name, part) => {
    expect(refusalOf({ messages: [user(part)] })).toEqual({
      code: 'unsupported_parameter',
      param: 'p',
      message: 'p: not supported by openai-chat/vendor-model',
    })
  })

  it('keeps its own unknown parts and drops those of others with a warning', () => {
    const part = (protocol: string): UserPart => ({
      type: 'provider',
      protocol,
      kind: 'x',
      value: { type: 'x' },
      path: 'p',
    })
    const { body, warnings } = encode({ messages: [user(part('openai-chat'), part('gemini'))] })
    expect(body['messages']).toEqual([{ role: 'user', content: [{ type: 'x' }] }])
    expect(warnings).toMatchObject([{ code: 'dropped', path: 'p', semantic: true }])
  })

  it('marks a prefill where the vendor wants a mark', () => {
    const messages = [HELLO, assistant({ type: 'text', text: 'Sure,' })]
    expect((messagesOf(messages, createTarget({ prefixFlag: true })) as JsonObject[])[1]).toEqual({
      role: 'assistant',
      content: 'Sure,',
      prefix: true,
    })
  })
})

describe('case 16: earlier reasoning goes back where it is wanted, and only there', () => {
  const thought: AssistantPart = {
    type: 'reasoning',
    text: 'Hm.',
    state: { family: 'chat:test', kind: 'reasoning-text', data: 'Hm. Indeed.' },
  }
  const turn = (dialect: Partial<ChatDialect>, ...parts: readonly AssistantPart[]): unknown =>
    (messagesOf([HELLO, assistant(...parts)], createTarget(dialect)) as JsonObject[])[1]

  it.each<[Partial<ChatDialect>, JsonObject]>([
    [
      { reasoningBack: 'reasoning_content' },
      { role: 'assistant', content: 'Yes.', reasoning_content: 'Hm. Indeed.' },
    ],
    [{ reasoningBack: 'reasoning' }, { role: 'assistant', content: 'Yes.', reasoning: 'Hm. Indeed.' }],
    [
      { reasoningBack: 'thinking_parts' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'Hm. Indeed.' }], closed: true },
          { type: 'text', text: 'Yes.' },
        ],
      },
    ],
    [{ reasoningBack: 'none' }, { role: 'assistant', content: 'Yes.' }],
  ])('%j', (dialect, expected) => {
    expect(turn(dialect, thought, { type: 'text', text: 'Yes.' })).toEqual(expected)
  })

  it('returns reasoning details whole and in order', () => {
    const details = [
      { type: 'reasoning.text', text: 'a', signature: 's', index: 0 },
      { type: 'reasoning.encrypted', data: 'd', index: 1 },
    ]
    const part: AssistantPart = {
      type: 'reasoning',
      text: 'a',
      state: { family: 'chat:test', kind: 'details', data: details },
    }
    expect(turn({ reasoningBack: 'reasoning_details' }, part, { type: 'text', text: 'Yes.' })).toEqual({
      role: 'assistant',
      content: 'Yes.',
      reasoning_details: details,
    })
  })

  it('sends the field empty beside calls where it must not be missing', () => {
    expect(turn({ reasoningBack: 'reasoning_content', reasoningBackRequired: true }, call('a'))).toEqual({
      role: 'assistant',
      content: null,
      reasoning_content: '',
      tool_calls: [wireCall('a')],
    })
  })
})

describe('tools', () => {
  const tool = { type: 'function', name: 'f' } as const

  it('nests functions and free-text tools', () => {
    const custom = {
      type: 'custom',
      name: 'p',
      description: 'd',
      grammar: { syntax: 'lark', definition: 'x' },
    } as const
    expect(
      fieldsOf({
        tools: [{ ...tool, strict: true }, custom],
        toolChoice: { type: 'tool', tool: { name: 'p' } },
        parallelToolCalls: false,
      }),
    ).toEqual({
      tools: [
        {
          type: 'function',
          function: { name: 'f', parameters: { type: 'object', properties: {} }, strict: true },
        },
        {
          type: 'custom',
          custom: {
            name: 'p',
            description: 'd',
            format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'x' } },
          },
        },
      ],
      tool_choice: { type: 'custom', custom: { name: 'p' } },
      parallel_tool_calls: false,
    })
  })

  it('says nothing about choosing when there is nothing to choose', () => {
    expect(fieldsOf({ toolChoice: { type: 'none' }, parallelToolCalls: true })).toEqual({})
  })

  it('speaks the vendor’s words for a forced call, and never forces one that refuses', () => {
    const request = { tools: [tool], toolChoice: { type: 'required' } } as const
    expect(fieldsOf(request, { toolChoiceRequired: 'any' })['tool_choice']).toBe('any')
    expect(fieldsOf(request, {}, { forcedToolChoice: false })['tool_choice']).toBe('auto')
  })

  it('narrows the choice, or warns that it cannot', () => {
    const request = {
      tools: [tool],
      toolChoice: { type: 'allowed', mode: 'auto', tools: [{ name: 'f' }] },
    } as const
    expect(fieldsOf(request)['tool_choice']).toEqual({
      type: 'allowed_tools',
      allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'f' } }] },
    })
    const { body, warnings } = encode(request, createTarget({ allowedTools: false }))
    expect([body['tool_choice'], warnings]).toMatchObject([
      'auto',
      [{ code: 'clamped', path: '$toolChoice', semantic: true }],
    ])
  })

  it('case 26: drops a foreign web search with a warning and refuses other hosted tools by path', () => {
    const hosted = (kind: 'web-search' | 'code-execution'): CanonicalRequest['tools'] => [
      { type: 'hosted', kind, protocol: 'anthropic-messages', value: { type: 'x' }, path: 'tools[0]' },
    ]
    expect(encode({ tools: hosted('web-search') }).warnings).toMatchObject([
      { path: 'tools[0]', semantic: true },
    ])
    expect(refusalOf({ tools: hosted('code-execution') })).toMatchObject({ param: 'tools[0]' })
  })

  it('gives its own search back its own field', () => {
    const value = { search_context_size: 'low' }
    expect(
      fieldsOf({ tools: [{ type: 'hosted', kind: 'web-search', protocol: 'openai-chat', value }] }),
    ).toEqual({
      web_search_options: value,
    })
  })
})

describe('case 29: settings that a model refuses', () => {
  it('sends what the model takes', () => {
    expect(
      fieldsOf({ temperature: 0.3, topP: 0.5, seed: 1, topK: 5 }, { topK: true, seedField: 'random_seed' }),
    ).toEqual({
      temperature: 0.3,
      top_p: 0.5,
      top_k: 5,
      random_seed: 1,
    })
  })

  it('drops sampling beside reasoning, and says whether that changes anything', () => {
    const traits: ModelTraits = { sampling: 'when-reasoning-off' }
    const { body, warnings } = encode({ temperature: 1, topP: 0.2 }, createTarget(undefined, traits))
    expect(Object.keys(body)).toEqual(['model', 'messages'])
    expect(warnings.map(({ path, semantic }) => [path, semantic])).toEqual([
      ['$temperature', false],
      ['$topP', true],
    ])
    expect(fieldsOf({ temperature: 0.2, reasoning: { effort: 'none' } }, undefined, traits)).toEqual({
      temperature: 0.2,
      reasoning_effort: 'none',
    })
  })

  it.each<[CanonicalRequest['reasoning'], Partial<ChatDialect>, ModelTraits, JsonObject]>([
    [{ effort: 'high' }, {}, {}, { reasoning_effort: 'high' }],
    [{ effort: 'max' }, {}, { efforts: ['low', 'medium', 'high'] }, { reasoning_effort: 'high' }],
    [{ effort: 'minimal' }, {}, { efforts: ['none', 'low'] }, { reasoning_effort: 'low' }],
    [{ budgetTokens: 1000 }, {}, {}, { reasoning_effort: 'low' }],
    [{ effort: 'high' }, {}, { reasoning: 'none' }, {}],
    [{ effort: 'none' }, { reasoningControl: 'thinking_type' }, {}, { thinking: { type: 'disabled' } }],
    [
      { effort: 'xhigh' },
      { reasoningControl: 'thinking_type', effortNames: { xhigh: 'max' } },
      {},
      { thinking: { type: 'enabled' }, reasoning_effort: 'max' },
    ],
    [{ enabled: true }, { reasoningControl: 'thinking_type' }, {}, { thinking: { type: 'enabled' } }],
    [{ effort: 'none' }, { reasoningControl: 'enable_thinking' }, {}, { enable_thinking: false }],
    [
      { effort: 'low' },
      { reasoningControl: 'enable_thinking' },
      { reasoningBudget: { min: 100, max: 10_000 } },
      { enable_thinking: true, thinking_budget: 1000 },
    ],
    [
      { effort: 'low', show: 'none' },
      { reasoningControl: 'reasoning_object' },
      {},
      { reasoning: { effort: 'low', exclude: true } },
    ],
    [{ budgetTokens: 500 }, { reasoningControl: 'reasoning_object' }, {}, { reasoning: { max_tokens: 500 } }],
    [
      { effort: 'none' },
      { reasoningControl: 'chat_template_kwargs' },
      {},
      { chat_template_kwargs: { enable_thinking: false } },
    ],
    [{ effort: 'low' }, { reasoningControl: 'none' }, {}, {}],
  ])('reasoning %j for %j %j', (reasoning, dialect, traits, expected) => {
    expect(fieldsOf({ reasoning }, dialect, traits)).toEqual(expected)
  })

  it('switches reasoning off where the model refuses it beside tools', () => {
    const request = { tools: [{ type: 'function', name: 'f' }], reasoning: { effort: 'high' } } as const
    expect(fieldsOf(request, undefined, { chatToolsWithReasoning: 'refused' })['reasoning_effort']).toBe(
      'none',
    )
    expect(
      fieldsOf({ tools: request.tools }, undefined, { chatToolsWithReasoning: 'refused' })[
        'reasoning_effort'
      ],
    ).toBe('none')
    expect(
      fieldsOf({ tools: request.tools }, undefined, { chatToolsWithReasoning: 'refused-explicit' })[
        'reasoning_effort'
      ],
    ).toBeUndefined()
  })

  it('lowers the output limit to the model’s', () => {
    const target = { ...createTarget({ maxTokensField: 'max_tokens' }), maxOutputTokens: 4096 }
    const { body, warnings } = encode({ maxOutputTokens: 128_000 }, target)
    expect([body['max_tokens'], warnings]).toMatchObject([
      4096,
      [{ code: 'clamped', path: '$maxOutputTokens', semantic: false }],
    ])
  })

  it.each<[Partial<CanonicalRequest>, ModelTraits, string]>([
    [{ maxOutputTokens: 0 }, {}, '$maxOutputTokens'],
    [{ stop: ['1', '2', '3', '4', '5'] }, {}, '$stop'],
    [{ stop: ['1'] }, { stop: false }, '$stop'],
    [{ state: { previousResponseId: 'resp_1' } }, {}, 'previous_response_id'],
  ])('refuses %j', (request, traits, param) => {
    expect(refusalOf(request, createTarget(undefined, traits))).toMatchObject({
      code: 'unsupported_parameter',
      param,
    })
  })

  it('drops the fields that a vendor refuses and names them', () => {
    const { body, warnings } = encode(
      { seed: 1, metadata: { a: 'b' } },
      createTarget({ refuses: ['seed', 'metadata'] }),
    )
    expect(Object.keys(body)).toEqual(['model', 'messages'])
    expect(warnings.map(({ path, semantic }) => [path, semantic])).toEqual([
      ['$seed', true],
      ['$metadata', false],
    ])
  })
})

describe('answers, caches and users', () => {
  const format = { type: 'json-schema', name: 'my out', schema: { type: 'object' }, strict: true } as const

  it('names the schema as the protocol demands', () => {
    expect(fieldsOf({ responseFormat: format })).toEqual({
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'my_out', schema: { type: 'object' }, strict: true },
      },
    })
  })

  it('gives the schema in words to a vendor that takes none', () => {
    const { body, warnings } = encode(
      { responseFormat: format },
      createTarget({ structuredOutput: 'json_object' }),
    )
    expect(body['response_format']).toEqual({ type: 'json_object' })
    expect((body['messages'] as JsonObject[])[0]?.['content']).toContain('{"type":"object"}')
    expect(warnings).toMatchObject([{ code: 'emulated', path: '$responseFormat', semantic: true }])
  })

  it('case 27: keeps cache breakpoints and their life where the vendor takes them', () => {
    const messages = [user({ type: 'text', text: 'a', cache: { life: 'long' } })]
    const block = (target: Target): unknown => (messagesOf(messages, target) as JsonObject[])[0]?.['content']
    expect(block(createTarget({ cacheControl: true }))).toEqual([
      { type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } },
    ])
    expect(block(createTarget({ promptCache: true }, { cacheBreakpoints: true }))).toEqual([
      { type: 'text', text: 'a', prompt_cache_breakpoint: { mode: 'explicit', ttl: '12h' } },
    ])
    expect(block(createTarget())).toBe('a')
    expect(encode({ messages }).warnings).toMatchObject([{ code: 'dropped', semantic: false }])
  })

  it.each<[Partial<ChatDialect> | undefined, JsonObject]>([
    [undefined, { safety_identifier: 'u', prompt_cache_key: 's' }],
    [{ endUserField: 'user' }, { user: 'u' }],
    [
      { endUserField: 'user_id', promptCache: true },
      { user_id: 'u', prompt_cache_key: 's' },
    ],
    [{ endUserField: null }, {}],
  ])('names user and session for %j', (dialect, expected) => {
    expect(fieldsOf({ endUser: 'u', session: 's' }, dialect)).toEqual(expected)
  })

  it('case 64: always asks for usage in a stream, unless it comes unasked', () => {
    expect(fieldsOf({ stream: true })).toEqual({ stream: true, stream_options: { include_usage: true } })
    expect(fieldsOf({ stream: true }, { streamUsage: 'always' })).toEqual({ stream: true })
  })
})
