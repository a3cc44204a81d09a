import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import { context, decode, decodeRequest, PROTOCOL } from './support.js'

describe('conversation', () => {
  function messages(...input: readonly JsonObject[]) {
    return decode({ input }).messages
  }

  test('items of one step become one assistant message, results one user message', () => {
    const [assistant, user, ...rest] = messages(
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'hm' }],
        encrypted_content: 'sealed',
      },
      {
        type: 'message',
        role: 'assistant',
        phase: 'commentary',
        content: [{ type: 'output_text', text: 'Looking.' }],
      },
      { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: '{"a":1}' },
      {
        type: 'custom_tool_call',
        call_id: 'call_2',
        name: 'patch',
        input: '*** Begin',
        namespace: 'functions',
      },
      { type: 'function_call_output', call_id: 'call_1', output: 'one' },
      { type: 'custom_tool_call_output', call_id: 'call_2', output: [{ type: 'input_text', text: 'two' }] },
    )
    expect(rest).toEqual([])
    expect(assistant).toEqual({
      role: 'assistant',
      phase: 'commentary',
      path: 'input[0]',
      content: [
        {
          type: 'reasoning',
          text: 'hm',
          itemId: 'rs_1',
          path: 'input[0]',
          state: { family: 'openai', kind: 'encrypted', data: 'sealed', itemId: 'rs_1' },
        },
        { type: 'text', text: 'Looking.', path: 'input[1].content[0]' },
        {
          type: 'tool-call',
          id: 'call_1',
          name: 'f',
          kind: 'function',
          input: '{"a":1}',
          itemId: 'fc_1',
          path: 'input[2]',
        },
        {
          type: 'tool-call',
          id: 'call_2',
          name: 'patch',
          kind: 'custom',
          input: '*** Begin',
          namespace: 'functions',
          path: 'input[3]',
        },
      ],
    })
    expect(user).toEqual({
      role: 'user',
      path: 'input[4]',
      content: [
        {
          type: 'tool-result',
          toolCallId: 'call_1',
          kind: 'function',
          plain: true,
          path: 'input[4]',
          content: [{ type: 'text', text: 'one' }],
        },
        {
          type: 'tool-result',
          toolCallId: 'call_2',
          kind: 'custom',
          path: 'input[5]',
          content: [{ type: 'text', text: 'two', path: 'input[5].output[0]' }],
        },
      ],
    })
  })

  test('case 24: an image in a tool result stays in it', () => {
    const [user] = messages({
      type: 'function_call_output',
      call_id: 'c',
      output: [{ type: 'input_image', image_url: 'data:image/png;base64,AAAA' }],
    })
    expect(user?.content[0]).toMatchObject({ type: 'tool-result', content: [{ type: 'image' }] })
  })

  test('messages that follow each other stay apart', () => {
    const texts = messages(
      { role: 'assistant', phase: 'commentary', content: 'a' },
      { role: 'assistant', phase: 'final_answer', content: 'b' },
    )
    expect(texts.map((message) => ('phase' in message ? message.phase : null))).toEqual([
      'commentary',
      'final_answer',
    ])
  })

  test('a developer message in the middle stays where it is', () => {
    const roles = messages(
      { role: 'user', content: 'a' },
      { role: 'developer', content: 'b' },
      { role: 'user', content: 'c' },
    )
    expect(roles.map(({ role }) => role)).toEqual(['user', 'system', 'user'])
    expect(roles[1]).toMatchObject({ authority: 'developer' })
  })

  test('reasoning that only its vendor has stored is dropped with a warning', () => {
    const { value, warnings } = decodeRequest({ input: [{ type: 'reasoning', id: 'rs_1', summary: [] }] })
    expect(value.messages).toEqual([])
    expect(warnings).toMatchObject([{ code: 'dropped', path: 'input[0]', semantic: false }])
  })

  test('server items stay as they are, on the side that made them', () => {
    const items = [
      { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'q' } },
      { type: 'mcp_approval_response', approval_request_id: 'a', approve: true },
      { type: 'compaction', encrypted_content: 'sealed' },
      { type: 'compaction_trigger' },
    ]
    const parts = messages(...items).map(({ role, content }) => [role, content])
    expect(parts).toEqual(
      items.map((value, index) => [
        index % 2 === 0 ? 'assistant' : 'user',
        [{ type: 'provider', protocol: PROTOCOL, kind: value.type, value, path: `input[${index}]` }],
      ]),
    )
  })

  test('a configuration update is applied to the whole request', () => {
    const { value, warnings } = decodeRequest({
      input: [
        { role: 'user', content: 'a' },
        { type: 'configuration_update', reasoning: { effort: 'low' } },
      ],
      reasoning: { effort: 'high', summary: 'auto' },
    })
    expect(value.reasoning).toEqual({ effort: 'low', summary: 'auto', show: 'summary' })
    expect(warnings).toMatchObject([{ code: 'moved', path: 'input[1]' }])
  })
})

describe('reasoning of another vendor', () => {
  const signature = {
    family: 'anthropic',
    kind: 'signature',
    data: 'sig',
    textHash: '0123456789abcdef',
  } as const

  test('an envelope is opened', () => {
    const sealed = context.seal(signature)
    const summary = [{ type: 'summary_text', text: 'hm' }]
    const [message] = decode({
      input: [{ type: 'reasoning', id: 'rs_1', summary, encrypted_content: sealed }],
    }).messages
    expect(message?.content).toMatchObject([{ type: 'reasoning', text: 'hm', state: signature }])
  })

  test('case 18: an altered envelope is dropped, never forwarded', () => {
    const sealed = context.seal(signature)
    const altered = `${sealed.slice(0, -2)}${sealed.endsWith('A') ? 'B' : 'A'}${sealed.at(-1)}`
    const { value, warnings } = decodeRequest({
      input: [{ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: altered }],
    })
    expect(value.messages).toEqual([])
    expect(warnings).toMatchObject([{ code: 'dropped', path: 'input[0].encrypted_content' }])
  })

  test('case 15: a signature bound to a call moves back to the call', () => {
    const state = {
      family: 'google-ai',
      kind: 'thought-signature',
      data: 'tsig',
      binding: { tool: 'call_1' },
    } as const
    const [message] = decode({
      input: [
        { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: context.seal(state) },
        { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{}' },
      ],
    }).messages
    expect(message?.content).toMatchObject([{ type: 'tool-call', id: 'call_1', state }])
  })

  test('redacted reasoning is known as such', () => {
    const sealed = context.seal({ family: 'anthropic', kind: 'redacted', data: 'blob' })
    const [message] = decode({
      input: [{ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: sealed }],
    }).messages
    expect(message?.content).toMatchObject([{ type: 'reasoning', redacted: true, text: '' }])
  })
})

describe('tools', () => {
  test('each kind in its own form', () => {
    const search = { type: 'web_search', external_web_access: true }
    const { tools } = decode({
      input: 'hi',
      tools: [
        {
          type: 'function',
          name: 'f',
          description: 'd',
          parameters: { type: 'object' },
          strict: true,
          defer_loading: true,
        },
        { type: 'function', name: 'g', parameters: null, strict: null, output_schema: { type: 'string' } },
        { type: 'custom', name: 'p', format: { type: 'grammar', syntax: 'lark', definition: 'start: "a"' } },
        search,
        { type: 'mcp', server_label: 'docs', server_url: 'https://x.test' },
      ],
    })
    expect(tools).toEqual([
      {
        type: 'function',
        name: 'f',
        description: 'd',
        parameters: { type: 'object' },
        strict: true,
        deferred: true,
        path: 'tools[0]',
      },
      {
        type: 'function',
        name: 'g',
        path: 'tools[1]',
        extensions: { [PROTOCOL]: { output_schema: { type: 'string' } } },
      },
      { type: 'custom', name: 'p', path: 'tools[2]', grammar: { syntax: 'lark', definition: 'start: "a"' } },
      { type: 'hosted', kind: 'web-search', protocol: PROTOCOL, value: search, path: 'tools[3]' },
      {
        type: 'hosted',
        kind: 'other',
        name: 'docs',
        protocol: PROTOCOL,
        value: { type: 'mcp', server_label: 'docs', server_url: 'https://x.test' },
        path: 'tools[4]',
      },
    ])
  })

  test("Codex's tools: namespaces that an item brings along, and a keyword for one vendor only", () => {
    const { tools } = decode({
      input: [
        {
          type: 'additional_tools',
          role: 'developer',
          tools: [
            {
              type: 'namespace',
              name: 'functions',
              description: 'Local',
              tools: [
                {
                  type: 'custom',
                  name: 'exec',
                  format: { type: 'grammar', syntax: 'lark', definition: 'x' },
                },
                {
                  type: 'function',
                  name: 'wait',
                  parameters: {
                    type: 'object',
                    properties: {
                      encrypted: { type: 'string', encrypted: true },
                      list: { items: [{ encrypted: false }] },
                    },
                  },
                },
              ],
            },
          ],
        },
      ],
    })
    const namespace = { name: 'functions', description: 'Local' }
    expect(tools).toEqual([
      {
        type: 'custom',
        name: 'exec',
        namespace,
        grammar: { syntax: 'lark', definition: 'x' },
        path: 'input[0].tools[0].tools[0]',
      },
      {
        type: 'function',
        name: 'wait',
        namespace,
        parameters: { type: 'object', properties: { encrypted: { type: 'string' }, list: { items: [{}] } } },
        path: 'input[0].tools[0].tools[1]',
      },
    ])
  })

  test('a tool that was declared before is kept once', () => {
    const tool = { type: 'function', name: 'f', parameters: {} }
    const { value, warnings } = decodeRequest({
      tools: [tool],
      input: [{ type: 'tool_search_output', call_id: null, tools: [tool, { ...tool, name: 'g' }] }],
    })
    expect(value.tools?.map(({ name }) => name)).toEqual(['f', 'g'])
    expect(warnings).toMatchObject([{ code: 'dropped', path: 'input[0].tools[0]' }])
  })

  test.each<[string, JsonObject | string, unknown]>([
    ['auto', 'auto', { type: 'auto' }],
    ['none', 'none', { type: 'none' }],
    ['one function', { type: 'function', name: 'f' }, { type: 'tool', tool: { name: 'f' } }],
    ['one custom tool', { type: 'custom', name: 'p' }, { type: 'tool', tool: { name: 'p' } }],
    [
      'a subset',
      { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'f' }] },
      { type: 'allowed', mode: 'required', tools: [{ name: 'f' }] },
    ],
    [
      'a hosted tool',
      { type: 'file_search' },
      { type: 'provider', protocol: PROTOCOL, value: { type: 'file_search' } },
    ],
  ])('tool_choice: %s', (_name, tool_choice, expected) => {
    expect(decode({ input: 'hi', tool_choice }).toolChoice).toEqual(expected)
  })
})
