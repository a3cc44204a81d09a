import { describe, expect, test } from 'vitest'
import type { UserPart } from '../../../src/canonical/content.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { Message, ToolDefinition } from '../../../src/canonical/request.js'
import { assistant, encodeBody, encodeItems, losses, user } from './support.js'

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
    expect(encodeItems(user(part))).toEqual([{ type: 'message', role: 'user', content: [wire] }])
  })

  test('case 23: empty text is not sent', () => {
    expect(encodeItems(user({ type: 'text', text: '' }), assistant({ type: 'text', text: '' }))).toEqual([])
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
    expect(encodeItems(...messages)).toEqual([
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
    expect(encodeItems(user(part))).toEqual([{ type: 'function_call_output', call_id: 'c', output }])
  })

  test('case 17: sealed reasoning goes back whole; calls go without ids that nobody stored', () => {
    const state = {
      family: 'openai',
      kind: 'encrypted',
      data: 'sealed',
      itemId: 'rs_1',
      binding: { lengths: [2, 3] },
    } as const
    const items = encodeItems(
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
    expect([encodeBody(request).input, losses(request)]).toEqual([[], [['dropped', 'p', false]]])
  })

  test('plain reasoning text goes back to the vendor that wants it', () => {
    const state = { family: 'openai', kind: 'reasoning-text', data: 'whole thought', itemId: 'rs_1' } as const
    expect(encodeItems(assistant({ type: 'reasoning', text: 'hm', state }))).toEqual([
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
    expect(encodeBody({ tools }).tools).toEqual([
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
    expect(encodeBody({ tools }).tools).toMatchObject([{ strict }])
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
    expect(encodeBody({ tools }).tools).toEqual([
      {
        type: 'web_search',
        filters: { allowed_domains: ['x.test'] },
        user_location: { type: 'approximate', city: 'Bern' },
      },
    ])
    expect(losses({ tools })).toEqual([['dropped', 'tools[0].max_uses', true]])
  })

  test('tools are loaded later by the search of this vendor only', () => {
    const deferred: ToolDefinition = { type: 'function', name: 'f', deferred: true, path: 'tools[0]' }
    const search = { type: 'hosted', kind: 'tool-search', path: 'tools[1]' } as const
    const own: ToolDefinition = { ...search, protocol: 'openai-responses', value: { type: 'tool_search' } }
    expect(encodeBody({ tools: [deferred, own] }).tools).toMatchObject([
      { name: 'f', defer_loading: true },
      { type: 'tool_search' },
    ])
    expect(losses({ tools: [deferred, own] })).toEqual([])
    const value = { type: 'tool_search_tool_bm25_20251119' }
    const foreign: ToolDefinition = { ...search, protocol: 'anthropic-messages', value }
    expect(() => encodeBody({ tools: [deferred, foreign] })).toThrow('tools[1]')
  })

  test('a choice names the kind of its tool', () => {
    const tools: ToolDefinition[] = [
      { type: 'custom', name: 'p' },
      { type: 'function', name: 'f' },
    ]
    expect(encodeBody({ tools, toolChoice: { type: 'tool', tool: { name: 'p' } } }).tool_choice).toEqual({
      type: 'custom',
      name: 'p',
    })
    const allowed = { type: 'allowed', mode: 'auto', tools: [{ name: 'f' }] } as const
    expect(encodeBody({ tools, toolChoice: allowed }).tool_choice).toEqual({
      type: 'allowed_tools',
      mode: 'auto',
      tools: [{ type: 'function', name: 'f' }],
    })
  })
})
