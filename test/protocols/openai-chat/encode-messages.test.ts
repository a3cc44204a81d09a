import { describe, expect, it } from 'vitest'
import type { AssistantPart, UserPart } from '../../../src/canonical/content.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { Message } from '../../../src/canonical/request.js'
import type { ChatDialect } from '../../../src/canonical/target.js'
import { createTarget } from './support.js'
import { encode, encodeMessages, HELLO, refusalOf, user } from './support-requests.js'

function assistant(...content: readonly AssistantPart[]): Message {
  return { role: 'assistant', content }
}

function call(id: string, input = '{}'): AssistantPart {
  return { type: 'tool-call', id, name: 'f', kind: 'function', input }
}

function result(
  id: string,
  text: string,
  more: Partial<Extract<UserPart, { type: 'tool-result' }>> = {},
): UserPart {
  return { type: 'tool-result', toolCallId: id, kind: 'function', content: [{ type: 'text', text }], ...more }
}

const wireCall = (id: string, args = '{}'): JsonObject => ({
  id,
  type: 'function',
  function: { name: 'f', arguments: args },
})

describe('conversation', () => {
  it('leaves mid-conversation instructions where they stand, in the role of the vendor', () => {
    const system: Message = {
      role: 'system',
      authority: 'developer',
      content: [{ type: 'text', text: 'Now.' }],
    }
    expect(encodeMessages([system, HELLO, system])).toEqual([
      { role: 'system', content: 'Now.' },
      { role: 'user', content: 'Hello' },
      { role: 'system', content: 'Now.' },
    ])
    const developer = createTarget(undefined, { instructionRole: 'developer' })
    expect(encodeMessages([system], developer)).toEqual([{ role: 'developer', content: 'Now.' }])
  })

  it('case 20: answers every call first and keeps the order of the rest', () => {
    const messages = [
      HELLO,
      assistant({ type: 'text', text: 'I look.' }, call('a'), call('b')),
      user({ type: 'text', text: 'By the way' }, result('b', 'two'), result('a', 'one')),
      user({ type: 'text', text: 'Go on' }),
    ]
    expect(encodeMessages(messages)).toEqual([
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'I look.', tool_calls: [wireCall('a'), wireCall('b')] },
      { role: 'tool', tool_call_id: 'b', content: 'two' },
      { role: 'tool', tool_call_id: 'a', content: 'one' },
      { role: 'user', content: 'By the way' },
      { role: 'user', content: 'Go on' },
    ])
  })

  it('joins calls that came in messages of their own, as parallel calls do elsewhere', () => {
    const messages = [
      HELLO,
      assistant(call('a')),
      assistant(call('b')),
      user(result('a', '1')),
      user(result('b', '2')),
    ]
    expect(encodeMessages(messages)).toEqual([
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: null, tool_calls: [wireCall('a'), wireCall('b')] },
      { role: 'tool', tool_call_id: 'a', content: '1' },
      { role: 'tool', tool_call_id: 'b', content: '2' },
    ])
  })

  it('case 5: writes an empty object for no arguments', () => {
    expect(encodeMessages([assistant(call('a', '')), user(result('a', '1'))])).toEqual([
      { role: 'assistant', content: null, tool_calls: [wireCall('a', '{}')] },
      { role: 'tool', tool_call_id: 'a', content: '1' },
    ])
  })

  it('stands in for a missing result and turns an orphan into text, with warnings', () => {
    const { body, warnings } = encode({
      messages: [HELLO, assistant(call('a')), user(result('ghost', 'boo'))],
    })
    expect(body['messages']).toEqual([
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: null, tool_calls: [wireCall('a')] },
      { role: 'tool', tool_call_id: 'a', content: '[no result]' },
      { role: 'user', content: 'boo' },
    ])
    expect(warnings.map(({ code, semantic }) => [code, semantic])).toEqual([
      ['repaired', false],
      ['moved', false],
    ])
  })

  it('says in words that a tool failed, once', () => {
    const failed = (text: string): UserPart => result('a', text, { isError: true })
    const contentOf = (part: UserPart): unknown =>
      encodeMessages([assistant(call('a')), user(part)])[1]?.['content']
    expect([contentOf(failed('no disk')), contentOf(failed('Error: no disk'))]).toEqual([
      'Error: no disk',
      'Error: no disk',
    ])
  })

  it('case 24: moves media out of a tool result, after all results of the step', () => {
    const image: UserPart = {
      type: 'image',
      source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' },
    }
    const { body, warnings } = encode({
      messages: [
        assistant(call('a'), call('b')),
        user(
          result('a', 'See', { content: [{ type: 'text', text: 'See' }, image], path: 'messages[1]' }),
          result('b', 'two'),
        ),
      ],
    })
    expect(body['messages']).toEqual([
      { role: 'assistant', content: null, tool_calls: [wireCall('a'), wireCall('b')] },
      { role: 'tool', tool_call_id: 'a', content: 'See' },
      { role: 'tool', tool_call_id: 'b', content: 'two' },
      {
        role: 'user',
        content: [
          { type: 'text', text: '[content of the result of tool call a]' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
    ])
    expect(warnings).toMatchObject([{ code: 'moved', path: 'messages[1]' }])
  })

  it('writes documents as this protocol can', () => {
    const content = (part: UserPart): unknown => encodeMessages([user(part)])[0]?.['content']
    expect(content({ type: 'document', title: 'T', source: { type: 'text', text: 'body' } })).toBe(
      '[T]\nbody',
    )
    expect(
      content({ type: 'document', source: { type: 'base64', mediaType: 'application/pdf', data: 'CCCC' } }),
    ).toEqual([
      { type: 'file', file: { filename: 'document.pdf', file_data: 'data:application/pdf;base64,CCCC' } },
    ])
    expect(
      content({
        type: 'search-result',
        title: 'T',
        source: 'https://s',
        content: [{ type: 'text', text: 'x' }],
      }),
    ).toBe('T\nhttps://s\nx')
  })

  it.each<[string, UserPart]>([
    ['a document at a url', { type: 'document', path: 'p', source: { type: 'url', url: 'https://x/a.pdf' } }],
    [
      'an image kept at another vendor',
      { type: 'image', path: 'p', source: { type: 'file', fileId: 'f', protocol: 'gemini' } },
    ],
  ])('refuses %s by its path', (_name, part) => {
    expect(refusalOf(() => encodeMessages([user(part)]))).toEqual({
      code: 'unsupported_parameter',
      param: 'p',
      message: 'p: not supported by openai-chat/vendor-model',
    })
  })

  it('keeps its own unknown parts and drops those of others with a warning', () => {
    const part = (protocol: string): UserPart => ({
      type: 'provider',
      protocol,
      kind: 'x',
      value: { type: 'x' },
      path: 'p',
    })
    const { body, warnings } = encode({ messages: [user(part('openai-chat'), part('gemini'))] })
    expect(body['messages']).toEqual([{ role: 'user', content: [{ type: 'x' }] }])
    expect(warnings).toMatchObject([{ code: 'dropped', path: 'p', semantic: true }])
  })

  it('marks a prefill where the vendor wants a mark', () => {
    const messages = [HELLO, assistant({ type: 'text', text: 'Sure,' })]
    expect(encodeMessages(messages, createTarget({ prefixFlag: true }))[1]).toEqual({
      role: 'assistant',
      content: 'Sure,',
      prefix: true,
    })
  })
})

describe('case 16: earlier reasoning goes back where it is wanted, and only there', () => {
  const thought: AssistantPart = {
    type: 'reasoning',
    text: 'Hm.',
    state: { family: 'chat:test', kind: 'reasoning-text', data: 'Hm. Indeed.' },
  }
  const turn = (dialect: Partial<ChatDialect>, ...parts: readonly AssistantPart[]): unknown =>
    encodeMessages([HELLO, assistant(...parts)], createTarget(dialect))[1]

  it.each<[Partial<ChatDialect>, JsonObject]>([
    [
      { reasoningBack: 'reasoning_content' },
      { role: 'assistant', content: 'Yes.', reasoning_content: 'Hm. Indeed.' },
    ],
    [{ reasoningBack: 'reasoning' }, { role: 'assistant', content: 'Yes.', reasoning: 'Hm. Indeed.' }],
    [
      { reasoningBack: 'thinking_parts' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'Hm. Indeed.' }], closed: true },
          { type: 'text', text: 'Yes.' },
        ],
      },
    ],
    [{ reasoningBack: 'none' }, { role: 'assistant', content: 'Yes.' }],
  ])('%j', (dialect, expected) => {
    expect(turn(dialect, thought, { type: 'text', text: 'Yes.' })).toEqual(expected)
  })

  it('returns reasoning details whole and in order', () => {
    const details = [
      { type: 'reasoning.text', text: 'a', signature: 's', index: 0 },
      { type: 'reasoning.encrypted', data: 'd', index: 1 },
    ]
    const part: AssistantPart = {
      type: 'reasoning',
      text: 'a',
      state: { family: 'chat:test', kind: 'details', data: details },
    }
    expect(turn({ reasoningBack: 'reasoning_details' }, part, { type: 'text', text: 'Yes.' })).toEqual({
      role: 'assistant',
      content: 'Yes.',
      reasoning_details: details,
    })
  })

  it('sends the field empty beside calls where it must not be missing', () => {
    expect(turn({ reasoningBack: 'reasoning_content', reasoningBackRequired: true }, call('a'))).toEqual({
      role: 'assistant',
      content: null,
      reasoning_content: '',
      tool_calls: [wireCall('a')],
    })
  })
})
