import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { CanonicalRequest, Message, ToolDefinition } from '../../../src/canonical/request.js'
import type { Target } from '../../../src/canonical/target.js'
import { encodeBody, encodeItems, encodeRequest, losses, targetWith, user } from './support.js'

describe('a request', () => {
  test('is stateless, and asks for the reasoning state', () => {
    expect(encodeBody({ messages: [user({ type: 'text', text: 'hi' })] })).toEqual({
      model: 'gpt-6-sol',
      input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] }],
      include: ['reasoning.encrypted_content'],
      store: false,
    })
  })

  test('of a model that does not reason does not ask for it', () => {
    expect(encodeBody({}, targetWith({ reasoning: 'none' })).include).toBeUndefined()
  })

  test('says every field that this protocol has', () => {
    const request: Partial<CanonicalRequest> = {
      stream: true,
      toolChoice: { type: 'auto' },
      parallelToolCalls: false,
      maxOutputTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      logprobs: { top: 2 },
      reasoning: { effort: 'high', show: 'summary' },
      responseFormat: { type: 'json-schema', name: 'n', schema: { type: 'object' } },
      verbosity: 'low',
      cache: { key: 'key', mode: 'explicit', life: 'long' },
      serviceTier: 'standard_only',
      endUser: 'user-1',
      metadata: { a: 'b' },
      extensions: { 'openai-responses': { truncation: 'auto', reasoning: { context: 'all_turns' } } },
    }
    expect(encodeRequest(request)).toEqual({
      warnings: [],
      value: {
        model: 'gpt-6-sol',
        input: [],
        tool_choice: 'auto',
        parallel_tool_calls: false,
        max_output_tokens: 100,
        temperature: 0.5,
        top_p: 0.9,
        top_logprobs: 2,
        reasoning: { context: 'all_turns', effort: 'high', summary: 'auto' },
        text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' } }, verbosity: 'low' },
        include: ['reasoning.encrypted_content', 'message.output_text.logprobs'],
        store: false,
        metadata: { a: 'b' },
        service_tier: 'default',
        safety_identifier: 'user-1',
        prompt_cache_key: 'key',
        prompt_cache_options: { mode: 'explicit', ttl: '12h' },
        stream: true,
        truncation: 'auto',
      },
    })
  })

  test('routes the prompt cache by the session when there is no key', () => {
    expect(encodeBody({ session: 'session-1' }).prompt_cache_key).toBe('session-1')
  })

  test('with a limit of 0 warms the cache', () => {
    const { value } = encodeRequest({ maxOutputTokens: 0 })
    expect([value.max_output_tokens, value.prompt_cache_options]).toEqual([undefined, { prewarm: true }])
  })

  test.each<[string, Partial<CanonicalRequest>, Target | undefined, unknown[]]>([
    ['a limit below the least', { maxOutputTokens: 5 }, undefined, ['clamped', '$maxOutputTokens', false]],
    [
      'a limit above the model',
      { maxOutputTokens: 999 },
      targetWith({}, { maxOutputTokens: 100 }),
      ['clamped', '$maxOutputTokens', false],
    ],
    ['topK', { topK: 5 }, undefined, ['dropped', '$topK', true]],
    ['a seed', { seed: 5 }, undefined, ['dropped', '$seed', true]],
    ['a penalty', { presencePenalty: 1 }, undefined, ['dropped', '$presencePenalty', true]],
    [
      'case 29: sampling of a model that has none',
      { temperature: 0 },
      targetWith({ sampling: 'fixed' }),
      ['dropped', '$temperature', true],
    ],
    [
      'case 29: sampling that is the default anyway',
      { temperature: 1 },
      targetWith({ sampling: 'fixed' }),
      ['dropped', '$temperature', false],
    ],
    [
      'case 29: sampling while reasoning',
      { topP: 0.5 },
      targetWith({ sampling: 'when-reasoning-off' }),
      ['dropped', '$topP', true],
    ],
    [
      'an effort that the model lacks',
      { reasoning: { effort: 'max' } },
      targetWith({ efforts: ['low', 'high'] }),
      ['clamped', '$reasoning', false],
    ],
    [
      'reasoning of a model without',
      { reasoning: { effort: 'low' } },
      targetWith({ reasoning: 'none' }),
      ['dropped', '$reasoning', false],
    ],
    [
      'a service tier of another vendor',
      { serviceTier: 'warp' },
      undefined,
      ['dropped', '$serviceTier', false],
    ],
    [
      'cache options of an older model',
      { cache: { mode: 'explicit' } },
      targetWith({}),
      ['dropped', '$cache', false],
    ],
    [
      'a tool choice of another vendor',
      { toolChoice: { type: 'provider', protocol: 'x', value: {} } },
      undefined,
      ['dropped', '$toolChoice', true],
    ],
  ])('reports %s', (_name, request, to, expected) => {
    expect(losses(request, to)).toEqual([expected])
  })

  test('keeps sampling where reasoning is off', () => {
    const to = targetWith({ sampling: 'when-reasoning-off' })
    expect(encodeBody({ temperature: 0.2, reasoning: { effort: 'none' } }, to)).toMatchObject({
      temperature: 0.2,
      reasoning: { effort: 'none' },
    })
  })

  test.each<[string, Partial<CanonicalRequest>, string]>([
    ['several answers', { candidateCount: 2 }, '$candidateCount'],
    ['stop sequences that nobody emulates', { stop: ['x'] }, '$stop'],
    [
      'video',
      {
        messages: [
          user({ type: 'video', source: { type: 'url', url: 'u' }, path: 'messages[0].content[1]' }),
        ],
      },
      'messages[0].content[1]',
    ],
    [
      'a file of another vendor',
      {
        messages: [
          user({
            type: 'image',
            source: { type: 'file', fileId: 'f', protocol: 'anthropic-messages' },
            path: 'p',
          }),
        ],
      },
      'p',
    ],
    [
      'a tool that only its own vendor runs',
      {
        tools: [
          { type: 'hosted', kind: 'other', protocol: 'anthropic-messages', value: {}, path: 'tools[2]' },
        ],
      },
      'tools[2]',
    ],
  ])('refuses %s, naming it', (_name, request, param) => {
    expect(() => encodeRequest(request)).toThrow(
      expect.objectContaining({
        code: 'unsupported_parameter',
        param,
        message: `${param}: not supported by openai-responses/gpt-6-sol`,
      }) as Error,
    )
  })
})

describe('reasoning control', () => {
  test.each<[string, CanonicalRequest['reasoning'], Target['traits'], unknown]>([
    ['a budget of little', { budgetTokens: 1000 }, {}, { effort: 'low' }],
    ['a budget of half', { budgetTokens: 5000 }, {}, { effort: 'high' }],
    ['a budget of nearly all', { budgetTokens: 9000 }, {}, { effort: 'xhigh' }],
    ['no budget', { budgetTokens: 0 }, {}, { effort: 'none' }],
    ['on, without saying how much', { enabled: true }, {}, { effort: 'medium' }],
    ['none where it cannot be off', { effort: 'none' }, { efforts: ['low', 'high'] }, { effort: 'low' }],
    [
      'minimal where low is least',
      { effort: 'minimal' },
      { efforts: ['none', 'low', 'high'] },
      { effort: 'low' },
    ],
    ['a raw view becomes a summary', { show: 'raw' }, {}, { summary: 'auto' }],
  ])('%s', (_name, reasoning, traits, expected) => {
    expect(encodeBody({ reasoning, maxOutputTokens: 10_000 }, targetWith(traits)).reasoning).toEqual(expected)
  })
})

describe('instructions', () => {
  const text = { type: 'text', text: 'Be brief.' } as const

  test('one block of top-level text is the field', () => {
    const { value } = encodeRequest({ messages: [{ role: 'system', content: [text], topLevel: true }] })
    expect([value.instructions, value.input]).toEqual(['Be brief.', []])
  })

  test('several blocks stay blocks, so that cache breakpoints keep their place', () => {
    const cached = { type: 'text', text: 'Long.', cache: { life: 'short' } } as const
    expect(encodeItems({ role: 'system', content: [text, cached], topLevel: true })).toEqual([
      {
        type: 'message',
        role: 'system',
        content: [
          { type: 'input_text', text: 'Be brief.' },
          { type: 'input_text', text: 'Long.', prompt_cache_breakpoint: { mode: 'explicit', ttl: '30m' } },
        ],
      },
    ])
  })

  test('a message in the middle stays there, with the role that the model wants', () => {
    const messages: Message[] = [user({ type: 'text', text: 'hi' }), { role: 'system', content: [text] }]
    const { input: items } = encodeBody({ messages }, targetWith({ instructionRole: 'developer' }))
    expect(items).toMatchObject([{ role: 'user' }, { role: 'developer' }])
  })
})

describe('cache breakpoints', () => {
  const mark = { cache: { life: 'short' } } as const
  const texts = ['a', 'b', 'c', 'd', 'e'].map((text) => ({ type: 'text', text, cache: mark.cache }) as const)

  test('case 27: the last four count', () => {
    const items = encodeItems(user(...texts)) as readonly { readonly content: readonly JsonObject[] }[]
    const marked = items[0]?.content.filter((part) => part.prompt_cache_breakpoint !== undefined)
    expect(marked?.map(({ text }) => text)).toEqual(['b', 'c', 'd', 'e'])
  })

  test('one on a tool moves to the instructions', () => {
    const tools: ToolDefinition[] = [{ type: 'function', name: 'f', ...mark }]
    const messages: Message[] = [{ role: 'system', topLevel: true, content: [{ type: 'text', text: 's' }] }]
    expect(encodeBody({ tools, messages }).input).toMatchObject([
      { role: 'system', content: [{ text: 's', prompt_cache_breakpoint: { mode: 'explicit' } }] },
    ])
  })

  test('models that know none get none', () => {
    expect(JSON.stringify(encodeBody({ messages: [user(...texts)] }, targetWith({})))).not.toContain(
      'prompt_cache',
    )
  })
})
