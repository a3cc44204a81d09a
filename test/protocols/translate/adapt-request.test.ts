import { describe, expect, it } from 'vitest'
import type {
  CanonicalRequest,
  Message,
  ToolChoice,
  ToolDefinition,
  ToolResultPart,
  Warning,
} from '../../../src/index.js'
import {
  adapt,
  adaptPart,
  assistant,
  call,
  CHAT,
  context,
  dropped,
  GEMINI,
  MESSAGES,
  MISTRAL,
  requestOf,
  RESPONSES,
} from './support.js'

const result = (more: Partial<ToolResultPart> = {}): ToolResultPart => ({
  type: 'tool-result',
  toolCallId: 'call_1',
  kind: 'function',
  content: [{ type: 'text', text: 'done' }],
  ...more,
})
const user = (...content: readonly ToolResultPart[]): Message => ({ role: 'user', content })

describe('a request that its vendor can say as it is', () => {
  const request = requestOf({
    messages: [
      { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
      { role: 'user', content: [{ type: 'text', text: 'hi' }] },
      assistant({ type: 'reasoning', text: 'hm' }, { type: 'text', text: 'so' }, call()),
      user(result({ toolName: 'f' })),
    ],
    tools: [{ type: 'function', name: 'f', parameters: { type: 'object' } }],
    toolChoice: { type: 'required' },
    temperature: 0.5,
  })

  it.each([
    ['Chat', CHAT],
    ['Responses', RESPONSES],
    ['Messages', MESSAGES],
    ['Gemini', GEMINI],
  ])('stays so: %s', (_name, vendor) => {
    const adapted = adapt(request, vendor)
    expect(adapted).toEqual({ request, warnings: [], tools: expect.anything(), stop: [] })
    expect(adapted.tools.plain).toBe(true)
  })

  it('is not changed by being adapted', () => {
    const before = structuredClone(request)
    adapt({ ...request, stop: ['x'] }, MISTRAL)
    expect(request).toEqual(before)
  })

  it('asks for one answer', () => {
    expect(adapt({ candidateCount: 1 }, MESSAGES).warnings).toEqual([])
    expect(() => adapt({ candidateCount: 2 }, MESSAGES)).toThrow(
      expect.objectContaining({
        code: 'unsupported_parameter',
        param: '$candidateCount',
        message: '$candidateCount: not supported by anthropic-messages/vendor-model',
      }),
    )
  })
})

describe('tools', () => {
  const CRM: ToolDefinition = { type: 'function', name: 'find.it', namespace: { name: 'crm' } }
  const WIRE_NAME = `crm__find_it_${context.hash('crm__find.it', 6)}`

  it('are called alike in definitions, calls, results and choices', () => {
    const adapted = adapt(
      {
        tools: [CRM],
        toolChoice: { type: 'tool', tool: { name: 'find.it', namespace: 'crm' } },
        messages: [
          assistant(call({ name: 'find.it', namespace: 'crm' })),
          user(result({ toolName: 'find.it' })),
        ],
      },
      MESSAGES,
    )
    expect(adapted.request).toEqual(
      requestOf({
        tools: [{ type: 'function', name: WIRE_NAME }],
        toolChoice: { type: 'tool', tool: { name: WIRE_NAME } },
        messages: [
          assistant(call({ name: WIRE_NAME })),
          user(result({ toolName: `find_it_${context.hash('find.it', 6)}` })),
        ],
      }),
    )
    expect(adapted.tools.fromWire(WIRE_NAME)).toEqual({
      wireName: WIRE_NAME,
      name: 'find.it',
      namespace: 'crm',
      emulated: false,
    })
  })

  const reference = { name: 'find.it', namespace: 'crm' }
  it.each<readonly [string, ToolChoice, ToolChoice]>([
    ['auto', { type: 'auto' }, { type: 'auto' }],
    ['none', { type: 'none' }, { type: 'none' }],
    ['one tool', { type: 'tool', tool: reference }, { type: 'tool', tool: { name: WIRE_NAME } }],
    [
      'some tools',
      { type: 'allowed', mode: 'required', tools: [reference, { name: 'a b' }] },
      {
        type: 'allowed',
        mode: 'required',
        tools: [{ name: WIRE_NAME }, { name: `a_b_${context.hash('a b', 6)}` }],
      },
    ],
    [
      'a vendor’s own',
      { type: 'provider', protocol: 'openai-chat', value: { type: 'x' } },
      { type: 'provider', protocol: 'openai-chat', value: { type: 'x' } },
    ],
  ])('are chosen by their new names: %s', (_kind, toolChoice, expected) => {
    expect(adapt({ tools: [CRM], toolChoice }, CHAT).request.toolChoice).toEqual(expected)
  })

  it('stay in their namespaces where the vendor has them', () => {
    const request: Partial<CanonicalRequest> = {
      tools: [{ ...CRM, name: 'find' }],
      toolChoice: { type: 'tool', tool: { name: 'find', namespace: 'crm' } },
      messages: [assistant(call({ name: 'find', namespace: 'crm' }))],
    }
    expect(adapt(request, RESPONSES).request).toEqual(requestOf(request))
  })
})

describe('free-text tools', () => {
  const request: Partial<CanonicalRequest> = {
    tools: [{ type: 'custom', name: 'patch', description: 'Patches', path: 'tools[0]' }],
    messages: [
      assistant(call({ name: 'patch', kind: 'custom', input: 'a "b"\n' })),
      user(result({ kind: 'custom' })),
    ],
  }

  it.each([
    ['Messages', MESSAGES],
    ['Gemini', GEMINI],
    ['a Chat vendor that knows none', MISTRAL],
  ])('become functions, and their calls and results too: %s', (_name, vendor) => {
    const { request: adapted, tools, warnings } = adapt(request, vendor)
    expect(adapted.tools).toMatchObject([{ type: 'function', name: 'patch', description: 'Patches' }])
    expect(adapted.messages.flatMap(({ content }) => [...content])).toMatchObject([
      { type: 'tool-call', name: 'patch', kind: 'function', input: '{"input":"a \\"b\\"\\n"}' },
      { type: 'tool-result', kind: 'function' },
    ])
    expect(tools.fromWire('patch')).toMatchObject({ name: 'patch', emulated: true })
    expect(warnings).toEqual([])
  })

  it.each([
    ['Chat', CHAT],
    ['Responses', RESPONSES],
  ])('stay as they are: %s', (_name, vendor) => {
    expect(adapt(request, vendor).request).toEqual(requestOf(request))
  })

  it('lose their grammar with a warning', () => {
    const grammar = { syntax: 'regex', definition: 'x+' }
    const tools: readonly ToolDefinition[] = [{ type: 'custom', name: 'p', grammar, path: 'tools[0]' }]
    expect(adapt({ tools }, MESSAGES).warnings).toEqual([
      {
        code: 'emulated',
        path: 'tools[0]',
        message: 'The grammar is described to the model, not enforced.',
        semantic: false,
      },
    ])
  })
})

describe('the id of a call', () => {
  const long = 'x'.repeat(65)
  const short = (id: string): string => `call_${context.hash(id, 24)}`

  it.each([
    ['Chat', CHAT, 'toolu_01', 'toolu_01'],
    ['Chat', CHAT, 'a:b/c', 'a:b/c'],
    ['Chat', CHAT, long, short(long)],
    ['Chat', CHAT, 'a b', short('a b')],
    ['Chat', CHAT, '', short('')],
    ['Responses', RESPONSES, 'x'.repeat(64), 'x'.repeat(64)],
    ['Responses', RESPONSES, long, short(long)],
    ['Messages', MESSAGES, 'call_1-A', 'call_1-A'],
    ['Messages', MESSAGES, 'functions.f:0', short('functions.f:0')],
    ['Messages', MESSAGES, 'é', short('é')],
    ['Gemini', GEMINI, 'functions.f:0', 'functions.f:0'],
    ['Mistral', MISTRAL, 'AbCdEfGh1', 'AbCdEfGh1'],
    ['Mistral', MISTRAL, 'call_abcd', context.hash('call_abcd', 9)],
    ['Mistral', MISTRAL, 'short', context.hash('short', 9)],
    ['Mistral', MISTRAL, 'toolu_0123456789', context.hash('toolu_0123456789', 9)],
  ])('for %s: changes with its result', (_name, vendor, id, expected) => {
    const { request, warnings } = adapt(
      { messages: [assistant(call({ id })), user(result({ toolCallId: id }))] },
      vendor,
    )
    expect(request.messages).toEqual([
      assistant(call({ id: expected })),
      user(result({ toolCallId: expected })),
    ])
    expect(warnings).toEqual([])
  })

  it('has the nine characters that Mistral takes', () => {
    expect(adaptPart(call({ id: 'call_1' }), MISTRAL)[0]).toMatchObject([
      { id: expect.stringMatching(/^[a-z2-7]{9}$/) },
    ])
  })
})

describe('a search over tools', () => {
  const search: ToolDefinition = {
    type: 'hosted',
    kind: 'tool-search',
    protocol: 'anthropic-messages',
    value: { type: 'tool_search_tool_bm25_20251119' },
    path: 'tools[1]',
  }
  const tools: readonly ToolDefinition[] = [{ type: 'function', name: 'f', deferred: true }, search]
  const emulated = (path: string): Warning => ({
    code: 'emulated',
    path,
    message: 'Instead of a search for tools, all tools are given at once.',
    semantic: false,
  })

  it.each([
    ['Chat', CHAT],
    ['Responses', RESPONSES],
    ['Gemini', GEMINI],
  ])('of another vendor is not needed: %s', (_name, vendor) => {
    const { request, warnings } = adapt({ tools }, vendor)
    expect(request.tools).toEqual(tools.slice(0, 1))
    expect(warnings).toEqual([emulated('tools[1].tool_search')])
  })

  it('stays with its own vendor', () => {
    expect(adapt({ tools }, MESSAGES)).toMatchObject({ request: { tools }, warnings: [] })
  })

  it('is named by its list where it has no path', () => {
    const { path: _path, ...bare } = search
    expect(adapt({ tools: [bare] }, CHAT)).toMatchObject({
      request: { tools: [] },
      warnings: [emulated('tools.tool_search')],
    })
  })
})

describe('stop sequences', () => {
  const stop = ['END', '']

  it.each([
    ['Chat', CHAT],
    ['Messages', MESSAGES],
    ['Gemini', GEMINI],
  ])('go to a vendor that has a field for them: %s', (_name, vendor) => {
    expect(adapt({ stop }, vendor)).toMatchObject({ request: { stop }, warnings: [], stop: [] })
  })

  it('are applied to the answer of a vendor that has none', () => {
    const adapted = adapt({ stop }, RESPONSES)
    expect(adapted.request.stop).toBeUndefined()
    expect(adapted.stop).toEqual(['END'])
    expect(adapted.warnings).toEqual([
      {
        code: 'emulated',
        path: '$stop',
        message: 'The vendor has no stop sequences: the gateway ends the answer at the first one.',
        semantic: false,
      },
    ])
  })

  it('are refused by their name when there are too many to look for', () => {
    const many = (length: number): Partial<CanonicalRequest> => ({
      stop: Array.from({ length }, (_, at) => `END${at}`),
    })
    expect(adapt(many(64), RESPONSES).stop).toHaveLength(64)
    expect(() => adapt(many(65), RESPONSES)).toThrow(expect.objectContaining({ param: '$stop' }))
    expect(adapt(many(65), CHAT).request.stop).toHaveLength(65)
  })

  it.each([[[]], [['']]])('that say nothing are nothing: %j', (empty) => {
    const adapted = adapt({ stop: empty }, RESPONSES)
    expect(adapted.request.stop).toBeUndefined()
    expect(adapted).toMatchObject({ stop: [], warnings: [] })
  })
})

describe('what another protocol said', () => {
  it('is dropped, field by field', () => {
    const adapted = adapt({ extensions: { 'openai-chat': { logit_bias: {}, $own: 1 } } }, MESSAGES)
    expect(adapted.request.extensions).toBeUndefined()
    expect(adapted.warnings).toEqual([
      dropped('logit_bias', 'The vendor speaks another protocol, which has no such field.'),
    ])
  })
})

describe('a history that grows', () => {
  it('keeps its beginning', () => {
    const tools: readonly ToolDefinition[] = [
      { type: 'custom', name: 'patch.it' },
      { type: 'function', name: 'find', namespace: { name: 'crm' } },
    ]
    const messages = [
      assistant(call({ id: 'a b', name: 'patch.it', kind: 'custom', input: 'x' })),
      user(result({ toolCallId: 'a b' })),
      assistant(call({ id: 'c', name: 'find', namespace: 'crm' }), { type: 'text', text: 'so' }),
      user(result({ toolCallId: 'c' })),
    ]
    const texts = messages.map((_message, at) =>
      JSON.stringify(adapt({ tools, messages: messages.slice(0, at + 1) }, MISTRAL).request.messages),
    )
    texts.slice(1).forEach((text, at) => expect(text.startsWith(texts[at]?.slice(0, -1) ?? '?')).toBe(true))
  })
})
