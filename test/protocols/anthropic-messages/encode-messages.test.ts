import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AssistantPart, UserPart } from '../../../src/canonical/content.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { Message } from '../../../src/canonical/request.js'
import { assistant, said, system, text, user, wire } from './conversation.js'

const call = (id: string, input = '{}'): AssistantPart => ({
  type: 'tool-call',
  id,
  name: 'f',
  kind: 'function',
  input,
  path: `call.${id}`,
})
const result = (id: string, value = `result ${id}`): UserPart => ({
  type: 'tool-result',
  toolCallId: id,
  kind: 'function',
  content: [text(value)],
  plain: true,
  path: `result.${id}`,
})
const use = (id: string, input: JsonObject = {}): JsonObject => ({ type: 'tool_use', id, name: 'f', input })
const answer = (id: string): JsonObject => ({ type: 'tool_result', tool_use_id: id, content: `result ${id}` })
const noAnswer = (id: string): JsonObject => ({
  type: 'tool_result',
  tool_use_id: id,
  content: '[no result]',
  is_error: true,
})

describe('results of tool calls', () => {
  test.each<[string, readonly Message[], readonly JsonObject[], readonly string[]]>([
    [
      'case 19: parallel results come in one message',
      [user('hi'), assistant(call('a'), call('b')), user(result('a')), user(result('b'))],
      [said('user', 'hi'), said('assistant', use('a'), use('b')), said('user', answer('a'), answer('b'))],
      [],
    ],
    [
      'case 20: results come before the text of their message, which keeps its order',
      [user('hi'), assistant(call('a')), user('one', result('a'), 'two')],
      [said('user', 'hi'), said('assistant', use('a')), said('user', answer('a'), 'one', 'two')],
      [],
    ],
    [
      'text of another message stays in it',
      [user('hi'), assistant(call('a'), call('b')), user(result('b')), user('and'), user(result('a'))],
      [
        said('user', 'hi'),
        said('assistant', use('a'), use('b')),
        said('user', answer('b'), answer('a')),
        said('user', 'and'),
      ],
      [],
    ],
    [
      'calls of neighbouring messages are one step',
      [user('hi'), assistant('ok', call('a')), assistant(call('b')), user(result('a'), result('b'))],
      [
        said('user', 'hi'),
        said('assistant', 'ok', use('a'), use('b')),
        said('user', answer('a'), answer('b')),
      ],
      [],
    ],
    [
      'a result that comes too late is moved to its call',
      [user('hi'), assistant(call('a')), user('wait'), assistant('ok'), user(result('a'))],
      [
        said('user', 'hi'),
        said('assistant', use('a')),
        said('user', answer('a')),
        said('user', 'wait'),
        said('assistant', 'ok'),
      ],
      ['moved result.a'],
    ],
    [
      'a missing result is told',
      [user('hi'), assistant(call('a'), call('b')), user(result('b'), 'go on')],
      [
        said('user', 'hi'),
        said('assistant', use('a'), use('b')),
        said('user', answer('b'), noAnswer('a'), 'go on'),
      ],
      ['repaired call.a !'],
    ],
    [
      'a call at the very end is answered too',
      [user('hi'), assistant(call('a'))],
      [said('user', 'hi'), said('assistant', use('a')), said('user', noAnswer('a'))],
      ['repaired call.a !'],
    ],
    [
      'a result without a call is text',
      [user('hi', result('x'))],
      [said('user', 'hi', 'result x')],
      ['emulated result.x !'],
    ],
    [
      'case 21: an id that comes again belongs to the call before it',
      [user('hi'), assistant(call('a')), user(result('a')), assistant(call('a')), user(result('a'))],
      [
        said('user', 'hi'),
        said('assistant', use('a')),
        said('user', answer('a')),
        said('assistant', use('a')),
        said('user', answer('a')),
      ],
      [],
    ],
  ])('%s', (_name, messages, expected, warnings) => {
    expect(wire(messages)).toEqual({ messages: expected, warnings })
  })

  test('errors and media stay in the result', () => {
    const content: UserPart = {
      type: 'tool-result',
      toolCallId: 'a',
      kind: 'function',
      isError: true,
      content: [
        text('see'),
        { type: 'image', source: { type: 'base64', mediaType: 'image/jpg', data: 'AA==' } },
        { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } },
      ],
    }
    // case 24: an image is never replaced by a text
    expect(wire([user('hi'), assistant(call('a')), user(content)]).messages).toEqual([
      said('user', 'hi'),
      said('assistant', use('a')),
      said('user', {
        type: 'tool_result',
        tool_use_id: 'a',
        content: [
          text('see'),
          { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'AA==' } },
          { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } },
        ],
        is_error: true,
      }),
    ])
  })
})

describe('arguments', () => {
  test.each<[string, JsonObject, readonly string[]]>([
    ['', {}, []],
    ['null', {}, []],
    ['{"b":1,"a":{"c":[]}}', { b: 1, a: { c: [] } }, []],
    [JSON.stringify('{"a":1}'), { a: 1 }, []],
    ['{"a":', { _raw: '{"a":' }, ['repaired call.a']],
    ['[1]', { _raw: '[1]' }, ['repaired call.a']],
  ])('%s', (input, expected, warnings) => {
    const { messages, warnings: found } = wire([user('hi'), assistant(call('a', input)), user(result('a'))])
    expect(messages).toMatchObject([{}, { content: [{ input: expected }] }, {}])
    expect(found).toEqual(warnings)
  })
})

describe('case 23: nothing empty is sent', () => {
  test.each<[string, readonly Message[], readonly JsonObject[]]>([
    [
      'empty text',
      [user('hi', ''), assistant('', 'ok'), user(' \n', 'more')],
      [said('user', 'hi'), said('assistant', 'ok'), said('user', 'more')],
    ],
    [
      'an empty message',
      [user('hi'), assistant(''), user('more')],
      [said('user', 'hi'), said('user', 'more')],
    ],
    [
      'text beside a call',
      [user('hi'), assistant('', call('a')), user(result('a'))],
      [said('user', 'hi'), said('assistant', use('a')), said('user', answer('a'))],
    ],
  ])('%s', (_name, messages, expected) => {
    expect(wire(messages)).toEqual({ messages: expected, warnings: [] })
  })
})

describe('both ends', () => {
  test('the assistant cannot begin', () => {
    expect(wire([assistant('hello'), user('hi')])).toEqual({
      messages: [said('user', '(continue)'), said('assistant', 'hello'), said('user', 'hi')],
      warnings: ['repaired messages'],
    })
  })

  test('instructions alone are no conversation', () => {
    expect(wire([system('Be kind.')])).toEqual({
      messages: [said('user', '(continue)')],
      warnings: ['repaired messages'],
    })
  })

  test('a prefill must not end with white space', () => {
    expect(wire([user('hi'), assistant('{"a": ')]).messages).toEqual([
      said('user', 'hi'),
      said('assistant', '{"a":'),
    ])
  })

  test('a model without prefill is asked to continue', () => {
    expect(wire([user('hi'), assistant('Well')], { prefill: false })).toEqual({
      messages: [said('user', 'hi'), said('assistant', 'Well'), said('user', 'Continue.')],
      warnings: ['repaired messages !'],
    })
  })
})

describe('system messages in the conversation stay where they stand', () => {
  const messages = [user('hi'), system('Be brief.'), assistant('ok'), user('more')]

  test('as such where the model takes them', () => {
    expect(wire(messages, { systemMessages: true })).toEqual({
      messages: [
        said('user', 'hi'),
        said('system', 'Be brief.'),
        said('assistant', 'ok'),
        said('user', 'more'),
      ],
      warnings: [],
    })
  })

  test('as reminders elsewhere', () => {
    const reminder = '<system-reminder>\nBe brief.\n</system-reminder>'
    expect(wire(messages)).toEqual({
      messages: [said('user', 'hi'), said('user', reminder), said('assistant', 'ok'), said('user', 'more')],
      warnings: ['emulated messages[1]'],
    })
  })

  test('but after the results of a step', () => {
    expect(
      wire([user('hi'), assistant(call('a')), system('Brief.'), user(result('a'))], { systemMessages: true }),
    ).toEqual({
      messages: [
        said('user', 'hi'),
        said('assistant', use('a')),
        said('user', answer('a')),
        said('system', 'Brief.'),
      ],
      warnings: [],
    })
  })
})

test('a longer conversation keeps the bytes of the shorter one', () => {
  const turn = fc.constantFrom<readonly Message[]>(
    [assistant('ok'), user('more')],
    [assistant(call('a', '{"x":1}'), call('b')), user(result('b')), user(result('a'))],
    [
      assistant(
        { type: 'reasoning', text: 'hm', state: { family: 'anthropic', kind: 'signature', data: 's' } },
        call('c'),
      ),
      user(result('c'), 'and'),
    ],
    [assistant('well'), system('Be brief.'), user('go')],
  )
  fc.assert(
    fc.property(fc.array(turn, { minLength: 1, maxLength: 8 }), (turns) => {
      const all = [user('hi'), ...turns.flat()]
      const whole = wire(all).messages as readonly JsonObject[]
      let length = 1
      for (const part of turns.slice(0, -1)) {
        length += part.length
        const shorter = wire(all.slice(0, length)).messages as readonly JsonObject[]
        expect(JSON.stringify(whole.slice(0, shorter.length))).toBe(JSON.stringify(shorter))
      }
    }),
  )
})
