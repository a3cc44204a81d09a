import { describe, expect, test } from 'vitest'
import {
  anthropicMessages,
  type ChatDialect,
  createCodecContext,
  type JsonObject,
  openaiChat,
  openaiResponses,
  type Protocol,
  type Target,
} from '../../src/index.js'

const sealed = createCodecContext().seal({ family: 'other', kind: 'signature', data: 'secret' })

function dropFrom(protocol: Protocol, body: JsonObject, dialect?: ChatDialect) {
  const target: Target = { model: 'm', family: 'f', traits: {}, dialect }
  const dropped = protocol.client?.dropForeignState(body, target)
  return { value: dropped?.value, paths: dropped?.warnings.map(({ path }) => path) }
}

describe('case 18: sealed state within one protocol', () => {
  const said = { role: 'user', content: 'Hi' }
  const text = { type: 'text', text: 'Hello' }
  const own = { type: 'thinking', thinking: 'hm', signature: 'own' }

  test('of Messages: thinking goes, and a message that held nothing else', () => {
    const foreign = { type: 'thinking', thinking: '', signature: sealed }
    const redacted = { type: 'redacted_thinking', data: sealed }
    const messages = [
      said,
      { role: 'assistant', content: [foreign, own, text, redacted] },
      { role: 'assistant', content: [foreign] },
    ]
    expect(dropFrom(anthropicMessages, { messages })).toEqual({
      value: { messages: [said, { role: 'assistant', content: [own, text] }] },
      paths: ['messages[1].content[0]', 'messages[1].content[3]', 'messages[2].content[0]'],
    })
  })

  test('of Responses: the reasoning item goes', () => {
    const native = { type: 'reasoning', summary: [], encrypted_content: 'own' }
    const input = [said, { type: 'reasoning', summary: [], encrypted_content: sealed }, native]
    expect(dropFrom(openaiResponses, { input })).toEqual({
      value: { input: [said, native] },
      paths: ['input[1]'],
    })
  })

  const detail = { type: 'reasoning.text', text: 'hm', signature: 'own' }
  const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }
  const signed = { ...call, extra_content: { google: { thought_signature: 'own' } } }
  const answer = {
    role: 'assistant',
    content: null,
    reasoning_content: 'hm',
    reasoning_details: [detail, { type: 'reasoning.encrypted', data: sealed, format: 'unknown' }],
    tool_calls: [signed, { ...call, extra_content: { google: { thought_signature: sealed } } }],
  }

  test('of Chat: only what is sealed goes to a server that nothing is known of', () => {
    expect(dropFrom(openaiChat, { messages: [said, answer] }, { id: 'generic' })).toEqual({
      value: { messages: [said, { ...answer, reasoning_details: [detail], tool_calls: [signed, call] }] },
      paths: ['messages[1]'],
    })
  })

  test('of Chat: a vendor that takes no details gets none', () => {
    const { reasoning_details: _details, ...rest } = answer
    expect(dropFrom(openaiChat, { messages: [said, answer] }, { id: 'x', reasoningBack: 'none' })).toEqual({
      value: { messages: [said, { ...rest, tool_calls: [call, call] }] },
      paths: ['messages[1]'],
    })
  })

  test.each([
    [openaiChat, { messages: [said, { ...answer, reasoning_details: [detail], tool_calls: [signed] }] }],
    [openaiResponses, { input: 'Hi' }],
    [anthropicMessages, { messages: [said, { role: 'assistant', content: [own, text] }] }],
  ])('where there is none, nothing is touched: %#', (protocol, body) => {
    expect(dropFrom(protocol, body)).toEqual({ value: {}, paths: [] })
  })
})
