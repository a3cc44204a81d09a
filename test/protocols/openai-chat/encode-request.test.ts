import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { CanonicalRequest } from '../../../src/canonical/request.js'
import type { ChatDialect, ModelTraits, Target } from '../../../src/canonical/target.js'
import { createTarget } from './support.js'
import { encode, encodeFields, encodeMessages, refusalOf, user } from './support-requests.js'

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
      encodeFields({
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
    expect(encodeFields({ toolChoice: { type: 'none' }, parallelToolCalls: true })).toEqual({})
  })

  it('speaks the vendor’s words for a forced call, and never forces one that refuses', () => {
    const request = { tools: [tool], toolChoice: { type: 'required' } } as const
    expect(encodeFields(request, { toolChoiceRequired: 'any' })['tool_choice']).toBe('any')
    expect(encodeFields(request, {}, { forcedToolChoice: false })['tool_choice']).toBe('auto')
  })

  it('narrows the choice, or warns that it cannot', () => {
    const request = {
      tools: [tool],
      toolChoice: { type: 'allowed', mode: 'auto', tools: [{ name: 'f' }] },
    } as const
    expect(encodeFields(request)['tool_choice']).toEqual({
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
    expect(refusalOf(() => encode({ tools: hosted('code-execution') }))).toMatchObject({ param: 'tools[0]' })
  })

  it('gives its own search back its own field', () => {
    const value = { search_context_size: 'low' }
    expect(
      encodeFields({ tools: [{ type: 'hosted', kind: 'web-search', protocol: 'openai-chat', value }] }),
    ).toEqual({
      web_search_options: value,
    })
  })
})

describe('case 29: settings that a model refuses', () => {
  it('sends what the model takes', () => {
    expect(
      encodeFields(
        { temperature: 0.3, topP: 0.5, seed: 1, topK: 5 },
        { topK: true, seedField: 'random_seed' },
      ),
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
    expect(encodeFields({ temperature: 0.2, reasoning: { effort: 'none' } }, undefined, traits)).toEqual({
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
    expect(encodeFields({ reasoning }, dialect, traits)).toEqual(expected)
  })

  it('switches reasoning off where the model refuses it beside tools', () => {
    const request = { tools: [{ type: 'function', name: 'f' }], reasoning: { effort: 'high' } } as const
    expect(encodeFields(request, undefined, { chatToolsWithReasoning: 'refused' })['reasoning_effort']).toBe(
      'none',
    )
    expect(
      encodeFields({ tools: request.tools }, undefined, { chatToolsWithReasoning: 'refused' })[
        'reasoning_effort'
      ],
    ).toBe('none')
    expect(
      encodeFields({ tools: request.tools }, undefined, { chatToolsWithReasoning: 'refused-explicit' })[
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
    expect(refusalOf(() => encode(request, createTarget(undefined, traits)))).toMatchObject({
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
    expect(encodeFields({ responseFormat: format })).toEqual({
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
    const block = (target: Target): unknown => encodeMessages(messages, target)[0]?.['content']
    expect(block(createTarget({ cacheControl: true }))).toEqual([
      { type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } },
    ])
    expect(block(createTarget({ promptCache: true }, { cacheBreakpoints: true }))).toEqual([
      { type: 'text', text: 'a', prompt_cache_breakpoint: { mode: 'explicit', ttl: '12h' } },
    ])
    expect(block(createTarget())).toBe('a')
    expect(encode({ messages }).warnings).toMatchObject([
      { code: 'dropped', path: expect.stringMatching(/\.cache_control$/) as string, semantic: false },
    ])
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
    expect(encodeFields({ endUser: 'u', session: 's' }, dialect)).toEqual(expected)
  })

  it('case 64: always asks for usage in a stream, unless it comes unasked', () => {
    expect(encodeFields({ stream: true })).toEqual({ stream: true, stream_options: { include_usage: true } })
    expect(encodeFields({ stream: true }, { streamUsage: 'always' })).toEqual({ stream: true })
  })
})
