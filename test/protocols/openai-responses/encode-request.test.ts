import { describe, expect, test } from 'vitest'
import type { AssistantPart, UserPart } from '../../../src/canonical/content.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { CanonicalRequest, Message, ToolDefinition } from '../../../src/canonical/request.js'
import type { Target } from '../../../src/canonical/target.js'
import { GatewayError } from '../../../src/errors.js'
import { encodeRequest, targetWith } from './support.js'

function body(request: Partial<CanonicalRequest>, to?: Target): JsonObject {
  return encodeRequest(request, to).value
}

/** Code and path of each warning. */
function losses(request: Partial<CanonicalRequest>, to?: Target) {
  return encodeRequest(request, to).warnings.map(({ code, path, semantic }) => [code, path, semantic])
}

function user(...content: readonly UserPart[]): Message {
  return { role: 'user', content }
}

function assistant(...content: readonly AssistantPart[]): Message {
  return { role: 'assistant', content }
}

function input(...messages: readonly Message[]): unknown {
  return body({ messages }).input
}

describe('a request', () => {
  test('is stateless, and asks for the reasoning state', () => {
    expect(body({ messages: [user({ type: 'text', text: 'hi' })] })).toEqual({
      model: 'gpt-6-sol',
      input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] }],
      include: ['reasoning.encrypted_content'],
      store: false,
    })
  })

  test('of a model that does not reason does not ask for it', () => {
    expect(body({}, targetWith({ reasoning: 'none' })).include).toBeUndefined()
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
    expect(body({ session: 'session-1' }).prompt_cache_key).toBe('session-1')
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
    expect(body({ temperature: 0.2, reasoning: { effort: 'none' } }, to)).toMatchObject({
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
      }) as GatewayError,
    )
  })
})

describe('reasoning control', () => {
  test.each<[string, CanonicalRequest['reasoning'], Target['traits'], unknown]>([
    ['a budget of little', { budgetTokens: 1000 }, {}, { effort: 'low' }],
    ['a budget of half', { budgetTokens: 5000 }, {}, { effort: 'high' }],
    ['a budget of nearly all', { budgetTokens: 9000 }, {}, { effort: 'xhigh' }],
    ['no budget', { budgetTokens: 0 }, {}, { effort: 'none' }],
    ['on, without saying how much', { enabled: true }, {}, undefined],
    ['none where it cannot be off', { effort: 'none' }, { efforts: ['low', 'high'] }, { effort: 'low' }],
    [
      'minimal where low is least',
      { effort: 'minimal' },
      { efforts: ['none', 'low', 'high'] },
      { effort: 'low' },
    ],
    ['a raw view becomes a summary', { show: 'raw' }, {}, { summary: 'auto' }],
  ])('%s', (_name, reasoning, traits, expected) => {
    expect(body({ reasoning, maxOutputTokens: 10_000 }, targetWith(traits)).reasoning).toEqual(expected)
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
    expect(input({ role: 'system', content: [text, cached], topLevel: true })).toEqual([
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
    const { input: items } = body({ messages }, targetWith({ instructionRole: 'developer' }))
    expect(items).toMatchObject([{ role: 'user' }, { role: 'developer' }])
  })
})

describe('cache breakpoints', () => {
  const mark = { cache: { life: 'short' } } as const
  const texts = ['a', 'b', 'c', 'd', 'e'].map((text) => ({ type: 'text', text, ...mark }) as const)

  test('case 27: the last four count', () => {
    const items = input(user(...texts)) as readonly { readonly content: readonly JsonObject[] }[]
    const marked = items[0]?.content.filter((part) => part.prompt_cache_breakpoint !== undefined)
    expect(marked?.map(({ text }) => text)).toEqual(['b', 'c', 'd', 'e'])
  })

  test('one on a tool moves to the instructions', () => {
    const tools: ToolDefinition[] = [{ type: 'function', name: 'f', ...mark }]
    const messages: Message[] = [{ role: 'system', topLevel: true, content: [{ type: 'text', text: 's' }] }]
    expect(body({ tools, messages }).input).toMatchObject([
      { role: 'system', content: [{ text: 's', prompt_cache_breakpoint: { mode: 'explicit' } }] },
    ])
  })

  test('models that know none get none', () => {
    expect(JSON.stringify(body({ messages: [user(...texts)] }, targetWith({})))).not.toContain('prompt_cache')
  })
})

describe('content', () => {
  test.each<[string, UserPart, JsonObject]>([
    [
      'an image by URL',
      { type: 'image', source: { type: 'url', url: 'u' }, detail: 'high' },
      { type: 'input_image', image_url: 'u', detail: 'high' },
    ],
    [
      'an image in the request',
      { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AA' } },
      { type: 'input_image', image_url: 'data:image/png;base64,AA' },
    ],
    [
      'a file id that a Chat client sent',
      { type: 'document', source: { type: 'file', fileId: 'file_1', protocol: 'openai-chat' } },
      { type: 'input_file', file_id: 'file_1' },
    ],
    [
      'a document in the request',
      { type: 'document', source: { type: 'base64', mediaType: 'application/pdf', data: 'AA' } },
      { type: 'input_file', filename: 'document.pdf', file_data: 'data:application/pdf;base64,AA' },
    ],
    [
      'a document by URL',
      { type: 'document', source: { type: 'url', url: 'u' }, filename: 'a.pdf' },
      { type: 'input_file', file_url: 'u', filename: 'a.pdf' },
    ],
    [
      'audio',
      { type: 'audio', format: 'wav', data: 'AA' },
      { type: 'input_audio', input_audio: { data: 'AA', format: 'wav' } },
    ],
    [
      'a text document, emulated',
      { type: 'document', source: { type: 'text', text: 'body' }, title: 'T' },
      { type: 'input_text', text: '[T]\nbody' },
    ],
    [
      'a search result, emulated',
      {
        type: 'search-result',
        source: 'https://x.test',
        title: 'T',
        content: [{ type: 'text', text: 'body' }],
      },
      { type: 'input_text', text: '[T (https://x.test)]\nbody' },
    ],
  ])('%s', (_name, part, wire) => {
    expect(input(user(part))).toEqual([{ type: 'message', role: 'user', content: [wire] }])
  })

  test('case 23: empty text is not sent', () => {
    expect(input(user({ type: 'text', text: '' }), assistant({ type: 'text', text: '' }))).toEqual([])
  })

  test.each<[string, UserPart, unknown[]]>([
    [
      'a text document',
      { type: 'document', source: { type: 'text', text: 'x' }, path: 'p' },
      ['emulated', 'p', false],
    ],
    [
      'a search result',
      { type: 'search-result', source: 's', title: 't', content: [], path: 'p' },
      ['emulated', 'p', false],
    ],
    [
      'citations of a document',
      { type: 'document', source: { type: 'url', url: 'u' }, citationsEnabled: true, path: 'p' },
      ['dropped', 'p.citations', false],
    ],
    [
      'a part of another protocol',
      { type: 'provider', protocol: 'x', kind: 'y', value: {}, path: 'p' },
      ['dropped', 'p', true],
    ],
  ])('reports %s', (_name, part, expected) => {
    expect(losses({ messages: [user(part)] })).toEqual([expected])
  })

  test('reports names, which messages do not have', () => {
    expect(losses({ messages: [{ role: 'user', name: 'bob', content: [], path: 'messages[0]' }] })).toEqual([
      ['dropped', 'messages[0].name', true],
    ])
  })
})

describe('tool loop', () => {
  test('case 20: results come where they stood, before the text after them', () => {
    const messages: Message[] = [
      assistant(
        { type: 'text', text: 'Looking.' },
        { type: 'tool-call', id: 'c1', name: 'f', kind: 'function', input: '' },
        { type: 'tool-call', id: 'c2', name: 'p', kind: 'custom', input: 'raw', namespace: 'ns' },
      ),
      user(
        { type: 'tool-result', toolCallId: 'c1', kind: 'function', content: [{ type: 'text', text: 'one' }] },
        {
          type: 'tool-result',
          toolCallId: 'c2',
          kind: 'custom',
          content: [
            { type: 'text', text: 'two' },
            { type: 'image', source: { type: 'url', url: 'u' } },
          ],
        },
        { type: 'text', text: 'And now?' },
      ),
    ]
    expect(input(...messages)).toEqual([
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Looking.' }] },
      { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' },
      { type: 'custom_tool_call', call_id: 'c2', name: 'p', namespace: 'ns', input: 'raw' },
      { type: 'function_call_output', call_id: 'c1', output: 'one' },
      {
        type: 'custom_tool_call_output',
        call_id: 'c2',
        output: [
          { type: 'input_text', text: 'two' },
          { type: 'input_image', image_url: 'u' },
        ],
      },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'And now?' }] },
    ])
  })

  test.each<[string, UserPart & { type: 'tool-result' }, unknown]>([
    ['no content', { type: 'tool-result', toolCallId: 'c', kind: 'function', content: [] }, ''],
    [
      'an error without a word of it',
      {
        type: 'tool-result',
        toolCallId: 'c',
        kind: 'function',
        isError: true,
        content: [{ type: 'text', text: 'not found' }],
      },
      'Error: not found',
    ],
    [
      'an error that says so',
      {
        type: 'tool-result',
        toolCallId: 'c',
        kind: 'function',
        isError: true,
        content: [{ type: 'text', text: 'error: x' }],
      },
      'error: x',
    ],
  ])('the output of %s', (_name, part, output) => {
    expect(input(user(part))).toEqual([{ type: 'function_call_output', call_id: 'c', output }])
  })

  test('case 17: sealed reasoning goes back whole; calls go without ids that nobody stored', () => {
    const state = {
      family: 'openai',
      kind: 'encrypted',
      data: 'sealed',
      itemId: 'rs_1',
      binding: { lengths: [2, 3] },
    } as const
    const items = input(
      assistant(
        { type: 'reasoning', text: 'ab\n\ncde', state, itemId: 'rs_other' },
        { type: 'tool-call', id: 'c1', name: 'f', kind: 'function', input: '{}', itemId: 'fc_1' },
      ),
    )
    expect(items).toEqual([
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [
          { type: 'summary_text', text: 'ab' },
          { type: 'summary_text', text: 'cde' },
        ],
        encrypted_content: 'sealed',
      },
      { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' },
    ])
  })

  test('case 17: reasoning without state is not sent', () => {
    const request = { messages: [assistant({ type: 'reasoning', text: 'hm', itemId: 'rs_1', path: 'p' })] }
    expect([body(request).input, losses(request)]).toEqual([[], [['dropped', 'p', false]]])
  })

  test('plain reasoning text goes back to the vendor that wants it', () => {
    const state = { family: 'openai', kind: 'reasoning-text', data: 'whole thought', itemId: 'rs_1' } as const
    expect(input(assistant({ type: 'reasoning', text: 'hm', state }))).toEqual([
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [],
        content: [{ type: 'reasoning_text', text: 'whole thought' }],
      },
    ])
  })
})

describe('tools', () => {
  test('namespaces come together again', () => {
    const namespace = { name: 'ns', description: 'd' }
    const tools: ToolDefinition[] = [
      { type: 'function', name: 'a' },
      { type: 'custom', name: 'b', namespace, grammar: { syntax: 'lark', definition: 'x' } },
      { type: 'function', name: 'c', namespace, description: 'C', parameters: { type: 'object' } },
    ]
    expect(body({ tools }).tools).toEqual([
      { type: 'function', name: 'a', parameters: { type: 'object', properties: {} }, strict: false },
      {
        type: 'namespace',
        name: 'ns',
        description: 'd',
        tools: [
          { type: 'custom', name: 'b', format: { type: 'grammar', syntax: 'lark', definition: 'x' } },
          { type: 'function', name: 'c', description: 'C', parameters: { type: 'object' }, strict: false },
        ],
      },
    ])
  })

  test.each<[string, JsonObject, boolean]>([
    [
      'a closed schema',
      { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false },
      true,
    ],
    ['an optional property', { type: 'object', properties: { a: {} }, additionalProperties: false }, false],
    [
      'an open object inside',
      { type: 'object', properties: { a: { type: 'object' } }, required: ['a'], additionalProperties: false },
      false,
    ],
  ])('strict mode of %s', (_name, parameters, strict) => {
    const tools: ToolDefinition[] = [
      { type: 'function', name: 'f', strict: true, parameters, path: 'tools[0]' },
    ]
    expect(body({ tools }).tools).toMatchObject([{ strict }])
    expect(losses({ tools })).toEqual(strict ? [] : [['dropped', 'tools[0].strict', false]])
  })

  test('a deferred tool is loaded at once where there is no search', () => {
    const tools: ToolDefinition[] = [{ type: 'function', name: 'f', deferred: true, path: 'tools[0]' }]
    expect(losses({ tools })).toEqual([['emulated', 'tools[0].defer_loading', false]])
  })

  test('case 26: a web search keeps what both vendors know of it', () => {
    const tools: ToolDefinition[] = [
      {
        type: 'hosted',
        kind: 'web-search',
        protocol: 'anthropic-messages',
        path: 'tools[0]',
        value: {
          name: 'web_search',
          max_uses: 3,
          allowed_domains: ['x.test'],
          user_location: { type: 'approximate', city: 'Bern' },
        },
      },
    ]
    expect(body({ tools }).tools).toEqual([
      {
        type: 'web_search',
        filters: { allowed_domains: ['x.test'] },
        user_location: { type: 'approximate', city: 'Bern' },
      },
    ])
    expect(losses({ tools })).toEqual([['dropped', 'tools[0].max_uses', true]])
  })

  test('a choice names the kind of its tool', () => {
    const tools: ToolDefinition[] = [
      { type: 'custom', name: 'p' },
      { type: 'function', name: 'f' },
    ]
    expect(body({ tools, toolChoice: { type: 'tool', tool: { name: 'p' } } }).tool_choice).toEqual({
      type: 'custom',
      name: 'p',
    })
    const allowed = { type: 'allowed', mode: 'auto', tools: [{ name: 'f' }] } as const
    expect(body({ tools, toolChoice: allowed }).tool_choice).toEqual({
      type: 'allowed_tools',
      mode: 'auto',
      tools: [{ type: 'function', name: 'f' }],
    })
  })
})
