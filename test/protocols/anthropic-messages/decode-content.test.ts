import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { OpaqueState } from '../../../src/canonical/state.js'
import { hashText } from '../../../src/protocols/state-envelope.js'
import { bodyOf, context, decode } from './support.js'

const withMessages = (...messages: readonly JsonObject[]): JsonObject => bodyOf({ messages })
const user = { role: 'user', content: 'Hello' }

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
    expect(decode(bodyOf({ tools })).request.tools).toMatchObject([
      { kind: 'web-search', name: 'web_search', path: 'tools[0]', value: tools[0] },
      { kind: 'code-execution', name: 'code_execution', path: 'tools[1]', value: tools[1] },
      { kind: 'other', path: 'tools[2]', value: tools[2] },
    ])
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
