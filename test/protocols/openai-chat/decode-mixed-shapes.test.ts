import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import { decode, decodeMessages, refusalOf } from './support-requests.js'

describe('shapes that some clients mix in', () => {
  it('reads Anthropic blocks among Chat messages', () => {
    const decoded = decodeMessages(
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
          { type: 'tool_use', id: 'toolu_1', name: 'read', input: { path: 'a' } },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'toolu_1',
            is_error: true,
            content: [{ type: 'text', text: 'gone' }],
            cache_control: { type: 'ephemeral' },
          },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
        ],
      },
    )
    expect(decoded.map(({ content }) => content)).toMatchObject([
      [
        { type: 'reasoning', text: 'Hm.', state: { family: 'anthropic', kind: 'signature', data: 'sig' } },
        { type: 'tool-call', id: 'toolu_1', name: 'read', kind: 'function', input: '{"path":"a"}' },
      ],
      [
        {
          type: 'tool-result',
          toolCallId: 'toolu_1',
          isError: true,
          cache: { life: 'short' },
          content: [{ type: 'text', text: 'gone' }],
        },
        { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' } },
      ],
    ])
  })

  const parameters = { type: 'object', properties: { a: { type: 'string' } } }
  it.each<[string, JsonObject, JsonObject]>([
    [
      'nested',
      { type: 'function', function: { name: 'f', description: 'd', parameters, strict: true } },
      { type: 'function', name: 'f', description: 'd', parameters, strict: true },
    ],
    ['flat', { type: 'function', name: 'f', parameters }, { type: 'function', name: 'f', parameters }],
    [
      'Anthropic',
      { name: 'f', input_schema: parameters, cache_control: { type: 'ephemeral', ttl: '1h' } },
      { type: 'function', name: 'f', parameters, cache: { life: 'long' } },
    ],
    [
      'nested custom',
      {
        type: 'custom',
        custom: {
          name: 'p',
          format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "a"' } },
        },
      },
      { type: 'custom', name: 'p', grammar: { syntax: 'lark', definition: 'start: "a"' } },
    ],
    [
      'flat custom',
      { type: 'custom', name: 'p', format: { type: 'grammar', syntax: 'regex', definition: 'a+' } },
      { type: 'custom', name: 'p', grammar: { syntax: 'regex', definition: 'a+' } },
    ],
    [
      'hosted',
      { type: 'web_search', size: 1 },
      { type: 'hosted', kind: 'web-search', protocol: 'openai-chat', value: { type: 'web_search', size: 1 } },
    ],
  ])('reads a tool in the %s shape', (_name, tool, expected) => {
    expect(decode({ tools: [tool] }).tools?.[0]).toEqual({ ...expected, path: 'tools[0]' })
  })

  it('case 32: refuses a tool without a name', () => {
    expect(
      refusalOf(() => decode({ tools: [{ type: 'function', function: { description: 'x' } }] })),
    ).toMatchObject({
      code: 'invalid_value',
      param: 'tools[0].function.name',
    })
  })

  it.each<[JsonObject[string], unknown]>([
    ['auto', { type: 'auto' }],
    ['any', { type: 'required' }],
    [{ type: 'any' }, { type: 'required' }],
    [
      { type: 'function', function: { name: 'f' } },
      { type: 'tool', tool: { name: 'f' } },
    ],
    [{ function: { name: 'f' } }, { type: 'tool', tool: { name: 'f' } }],
    [
      { type: 'function', name: 'f' },
      { type: 'tool', tool: { name: 'f' } },
    ],
    [
      { type: 'tool', name: 'f' },
      { type: 'tool', tool: { name: 'f' } },
    ],
    [
      { type: 'custom', custom: { name: 'f' } },
      { type: 'tool', tool: { name: 'f' } },
    ],
    [
      {
        type: 'allowed_tools',
        allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'f' } }] },
      },
      { type: 'allowed', mode: 'required', tools: [{ name: 'f' }] },
    ],
  ])('reads tool choice %j', (choice, expected) => {
    expect(decode({ tool_choice: choice }).toolChoice).toEqual(expected)
  })

  it('case 25: reads the parallel flag, in Anthropic’s place too', () => {
    expect(decode({ parallel_tool_calls: false }).parallelToolCalls).toBe(false)
    expect(decode({ tool_choice: { type: 'auto', disable_parallel_tool_use: true } }).parallelToolCalls).toBe(
      false,
    )
  })
})
