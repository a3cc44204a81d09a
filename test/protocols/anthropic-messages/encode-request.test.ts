import { describe, expect, test } from 'vitest'
import type { UserPart } from '../../../src/canonical/content.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { CanonicalRequest, FunctionTool, ToolChoice } from '../../../src/canonical/request.js'
import type { ModelTraits } from '../../../src/canonical/target.js'
import { encode, requestOf, targetOf } from './support.js'

const tool: FunctionTool = {
  type: 'function',
  name: 'f',
  description: 'Does it.',
  parameters: { type: 'object', properties: { a: { type: 'string' } } },
  path: 'tools[0]',
}
const wireTool = { name: 'f', description: 'Does it.', input_schema: tool.parameters }
const hello = [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }]

/** Encodes a changed request and gives what differs from the plain one. */
function changes(
  rest: Partial<CanonicalRequest>,
  traits: ModelTraits = {},
  maxOutputTokens?: number,
): { readonly fields: JsonObject; readonly warnings: readonly string[] } {
  const { body, warnings } = encode(requestOf(rest), targetOf(traits, { maxOutputTokens }))
  const { model: _model, messages: _messages, ...fields } = body
  return { fields, warnings }
}

test('a whole request of another protocol', () => {
  const { body, warnings } = encode(
    requestOf({
      stream: true,
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'One.' }] },
        { role: 'system', authority: 'developer', content: [{ type: 'text', text: 'Two.' }] },
        { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
      ],
      tools: [tool],
      toolChoice: { type: 'tool', tool: { name: 'f' } },
      parallelToolCalls: false,
      maxOutputTokens: 500,
      stop: ['END'],
      temperature: 0.3,
      endUser: 'u',
      serviceTier: 'default',
      cache: { automatic: { life: 'long' } },
    }),
  )
  expect(warnings).toEqual([])
  expect(body).toEqual({
    model: 'claude-test',
    max_tokens: 500,
    system: [
      { type: 'text', text: 'One.' },
      { type: 'text', text: 'Two.' },
    ],
    messages: hello,
    tools: [wireTool],
    tool_choice: { type: 'tool', name: 'f', disable_parallel_tool_use: true },
    temperature: 0.3,
    stop_sequences: ['END'],
    cache_control: { type: 'ephemeral', ttl: '1h' },
    service_tier: 'standard_only',
    metadata: { user_id: 'u' },
    stream: true,
  })
})

describe('the output limit', () => {
  test.each<[Partial<CanonicalRequest>, number | undefined, number, readonly string[]]>([
    [{ maxOutputTokens: 5 }, 100, 5, []],
    [{ maxOutputTokens: 500 }, 100, 100, ['clamped $maxOutputTokens']],
    [{ maxOutputTokens: 0 }, 100, 0, []],
    [{ stream: true }, 128_000, 128_000, []],
    [{}, 128_000, 21_333, []],
    [{ stream: true }, undefined, 16_384, []],
  ])('%j with a model limit of %s is %s', (rest, modelLimit, expected, warnings) => {
    const result = changes(rest, {}, modelLimit)
    expect([result.fields.max_tokens, result.warnings]).toEqual([expected, warnings])
  })
})

describe('case 46d: every field is mapped or reported', () => {
  test.each<[Partial<CanonicalRequest>, ModelTraits, JsonObject, readonly string[]]>([
    [{ temperature: 1.7 }, {}, { temperature: 1 }, ['clamped $temperature !']],
    [
      { temperature: 0.2, topP: 0.4, topK: 5 },
      { sampling: 'fixed' },
      {},
      ['dropped $temperature !', 'dropped $topP !', 'dropped $topK !'],
    ],
    [{ temperature: 1 }, { sampling: 'fixed' }, {}, ['dropped $temperature']],
    [{ topP: 0.5, topK: 7 }, { sampling: 'free' }, { top_p: 0.5, top_k: 7 }, []],
    [{ stop: [' ', 'x'] }, {}, { stop_sequences: ['x'] }, ['dropped $stop !']],
    [{ stop: ['x'] }, { stop: false }, {}, ['dropped $stop !']],
    [
      { seed: 4, verbosity: 'low', metadata: { a: 'b' } },
      {},
      {},
      ['dropped $seed !', 'dropped $verbosity !', 'dropped $metadata'],
    ],
    [
      { presencePenalty: 1, frequencyPenalty: 1 },
      {},
      {},
      ['dropped $presencePenalty !', 'dropped $frequencyPenalty !'],
    ],
    [{ serviceTier: 'flex' }, {}, {}, ['clamped $serviceTier']],
    [{ serviceTier: 'priority' }, {}, { service_tier: 'auto' }, ['clamped $serviceTier']],
    [{ cache: { key: 'k' } }, {}, {}, ['dropped $session']],
    [{ cache: { mode: 'explicit', life: 'long' } }, {}, {}, ['dropped $cache']],
    [{ state: { store: true } }, {}, {}, ['dropped $state']],
    [{ toolChoice: { type: 'required' } }, {}, {}, ['dropped $toolChoice']],
  ])('%j', (rest, traits, expected, warnings) => {
    const result = changes(rest, traits)
    expect(result).toEqual({ fields: { max_tokens: 16_384, ...expected }, warnings })
  })

  test.each<[Partial<CanonicalRequest>, string]>([
    [{ candidateCount: 2 }, '$candidateCount'],
    [{ logprobs: { top: 2 } }, '$logprobs'],
    [{ state: { previousResponseId: 'r' } }, 'previous_response_id'],
    [{ state: { conversation: 'c' } }, 'conversation'],
    [{ state: { background: true } }, 'background'],
  ])('%j is refused', (rest, param) => {
    expect(() => encode(requestOf(rest))).toThrow(
      expect.objectContaining({ code: 'unsupported_parameter', status: 400, param }),
    )
  })
})

describe('tool choice', () => {
  test.each<[ToolChoice, ModelTraits, JsonObject, readonly string[]]>([
    [{ type: 'auto' }, {}, { tool_choice: { type: 'auto' } }, []],
    [{ type: 'none' }, {}, { tool_choice: { type: 'none' } }, []],
    [{ type: 'required' }, {}, { tool_choice: { type: 'any' } }, []],
    [
      { type: 'tool', tool: { name: 'f' } },
      { forcedToolChoice: false },
      { tool_choice: { type: 'auto' }, system: [{ type: 'text', text: 'Call the tool f in this turn.' }] },
      ['emulated $toolChoice !', 'emulated system'],
    ],
    [
      { type: 'allowed', mode: 'required', tools: [{ name: 'f' }] },
      {},
      { tool_choice: { type: 'any' }, system: [{ type: 'text', text: 'Of the tools, call only these: f.' }] },
      ['emulated $toolChoice !', 'emulated system'],
    ],
    [{ type: 'provider', protocol: 'openai-responses', value: {} }, {}, {}, ['dropped $toolChoice !']],
  ])('%j', (toolChoice, traits, expected, warnings) => {
    expect(changes({ tools: [tool], toolChoice }, traits)).toEqual({
      fields: { max_tokens: 16_384, tools: [wireTool], ...expected },
      warnings,
    })
  })

  test('case 25: parallel calls are switched off beside an automatic choice', () => {
    expect(changes({ tools: [tool], parallelToolCalls: false }).fields.tool_choice).toEqual({
      type: 'auto',
      disable_parallel_tool_use: true,
    })
  })
})

describe('tools', () => {
  const strictSchema: JsonObject = {
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a'],
    additionalProperties: false,
  }

  test.each<[string, FunctionTool, JsonObject, readonly string[]]>([
    [
      'without parameters',
      { type: 'function', name: 'f' },
      { name: 'f', input_schema: { type: 'object', properties: {} } },
      [],
    ],
    [
      'without a type at the root',
      { ...tool, parameters: { anyOf: [{ type: 'object' }] } },
      { ...wireTool, input_schema: { anyOf: [{ type: 'object' }], type: 'object' } },
      [],
    ],
    [
      'with another type at the root',
      { ...tool, parameters: { type: 'string' } },
      { ...wireTool, input_schema: { type: 'object' } },
      ['repaired tools[0].parameters !'],
    ],
    [
      'with a keyword of another vendor',
      {
        ...tool,
        parameters: { type: 'object', properties: { encrypted: { type: 'string', encrypted: true } } },
      },
      { ...wireTool, input_schema: { type: 'object', properties: { encrypted: { type: 'string' } } } },
      [],
    ],
    [
      'strict',
      { ...tool, parameters: strictSchema, strict: true },
      { ...wireTool, input_schema: strictSchema, strict: true },
      [],
    ],
    ['strict, with an open schema', { ...tool, strict: true }, wireTool, ['dropped tools[0].strict']],
    ['to be loaded later', { ...tool, deferred: true }, wireTool, ['emulated tools[0]']],
    [
      'with a cache marker',
      { ...tool, cache: { life: 'short' } },
      { ...wireTool, cache_control: { type: 'ephemeral' } },
      [],
    ],
  ])('%s', (_name, definition, expected, warnings) => {
    expect(changes({ tools: [definition] })).toEqual({
      fields: { max_tokens: 16_384, tools: [expected] },
      warnings,
    })
  })

  test('case 26: web search has its settings wherever the client had them', () => {
    const value = {
      type: 'web_search',
      filters: { allowed_domains: ['example.com'] },
      user_location: { type: 'approximate', approximate: { city: 'Rome' } },
      search_context_size: 'low',
      external_web_access: true,
    }
    const web = {
      type: 'hosted',
      kind: 'web-search',
      protocol: 'openai-responses',
      value,
      path: 'tools[0]',
    } as const
    expect(changes({ tools: [web] })).toEqual({
      fields: {
        max_tokens: 16_384,
        tools: [
          {
            type: 'web_search_20250305',
            name: 'web_search',
            allowed_domains: ['example.com'],
            user_location: { type: 'approximate', city: 'Rome' },
          },
        ],
      },
      warnings: ['dropped tools[0].search_context_size'],
    })
  })

  test('case 26: a tool that only another vendor runs is refused by its path', () => {
    const hosted = {
      type: 'hosted',
      kind: 'other',
      protocol: 'openai-responses',
      value: { type: 'file_search' },
      path: 'tools[3]',
    } as const
    expect(() => encode(requestOf({ tools: [hosted] }))).toThrow(
      expect.objectContaining({
        param: 'tools[3]',
        message: 'tools[3]: not supported by anthropic-messages/claude-test',
      }),
    )
  })
})

describe('the form of the answer', () => {
  const schema: JsonObject = { type: 'object', properties: { n: { type: 'integer', minimum: 1 } } }

  test('a schema', () => {
    expect(changes({ responseFormat: { type: 'json-schema', name: 'x', schema } })).toEqual({
      fields: {
        max_tokens: 16_384,
        output_config: {
          format: {
            type: 'json_schema',
            schema: {
              type: 'object',
              properties: { n: { type: 'integer', description: '(minimum: 1)' } },
              additionalProperties: false,
            },
          },
        },
      },
      warnings: ['emulated $responseFormat'],
    })
  })

  test('a schema for a model without structured output is a forced tool', () => {
    const { fields, warnings } = changes(
      { responseFormat: { type: 'json-schema', schema } },
      { jsonSchemaOutput: false },
    )
    expect(fields).toMatchObject({
      tools: [{ name: 'gateway_structured_answer', input_schema: schema }],
      tool_choice: { type: 'tool', name: 'gateway_structured_answer' },
    })
    expect(warnings).toEqual(['emulated $responseFormat'])
  })

  test.each<[string, Partial<CanonicalRequest>, ModelTraits]>([
    ['the client has tools', { tools: [tool] }, { jsonSchemaOutput: false }],
    ['the model refuses forced calls', {}, { jsonSchemaOutput: false, forcedToolChoice: false }],
    ['the model reasons', { reasoning: { effort: 'high' } }, { jsonSchemaOutput: false }],
  ])('a schema is asked for in words when %s', (_name, rest, traits) => {
    const { fields, warnings } = changes({ ...rest, responseFormat: { type: 'json-schema', schema } }, traits)
    expect(JSON.stringify(fields.system)).toContain('\\"minimum\\":1')
    expect(warnings).toEqual(['emulated $responseFormat !'])
  })

  test('plain JSON is asked for in words', () => {
    const { fields, warnings } = changes({ responseFormat: { type: 'json' } })
    expect(JSON.stringify(fields.system)).toContain('JSON value only')
    expect(warnings).toEqual(['emulated $responseFormat'])
  })
})

describe('case 27: cache markers', () => {
  const text = (path: string, life?: 'short' | 'long'): UserPart => ({
    type: 'text',
    text: path,
    path,
    ...(life === undefined ? {} : { cache: { life } }),
  })
  const kept = (body: JsonObject): readonly string[] =>
    [...JSON.stringify(body).matchAll(/"text":"(\w+)","cache_control":(\{[^}]*\})/g)].map(
      ([, name, marker]) => `${name} ${(marker ?? '').includes('1h') ? '1h' : '5m'}`,
    )

  test('the last four are kept', () => {
    const content = ['a', 'b', 'c', 'd', 'e', 'f'].map((path) => text(path, 'short'))
    const { body, warnings } = encode(requestOf({ messages: [{ role: 'user', content }] }))
    expect(kept(body)).toEqual(['c 5m', 'd 5m', 'e 5m', 'f 5m'])
    expect(warnings).toEqual(['dropped a.cache_control', 'dropped b.cache_control'])
  })

  test('the automatic one counts', () => {
    const content = ['a', 'b', 'c', 'd'].map((path) => text(path, 'long'))
    const { body } = encode(
      requestOf({ messages: [{ role: 'user', content }], cache: { automatic: { life: 'short' } } }),
    )
    expect(kept(body)).toEqual(['b 1h', 'c 1h', 'd 1h'])
    expect(body.cache_control).toEqual({ type: 'ephemeral' })
  })

  test('a long life after a short one becomes short', () => {
    const content = [text('a', 'long'), text('b', 'short'), text('c', 'long')]
    const { body, warnings } = encode(requestOf({ messages: [{ role: 'user', content }] }))
    expect(kept(body)).toEqual(['a 1h', 'b 5m', 'c 5m'])
    expect(warnings).toEqual(['clamped c.cache_control'])
  })
})

test('the same request gives the same bytes', () => {
  const request = requestOf({ tools: [tool], responseFormat: { type: 'json' }, temperature: 0.1 })
  expect(JSON.stringify(encode(request))).toBe(JSON.stringify(encode(structuredClone(request))))
})
