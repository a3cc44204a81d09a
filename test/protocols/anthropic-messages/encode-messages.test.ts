import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AssistantPart, UserPart } from '../../../src/canonical/content.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { Message } from '../../../src/canonical/request.js'
import type { ModelTraits } from '../../../src/canonical/target.js'
import { encode, requestOf, targetOf } from './support.js'

const text = (value: string): { readonly type: 'text'; readonly text: string } => ({
  type: 'text',
  text: value,
})
const user = (...content: readonly (UserPart | string)[]): Message => ({
  role: 'user',
  content: content.map((part) => (typeof part === 'string' ? text(part) : part)),
})
const assistant = (...content: readonly (AssistantPart | string)[]): Message => ({
  role: 'assistant',
  content: content.map((part) => (typeof part === 'string' ? text(part) : part)),
})
const system = (value: string): Message => ({ role: 'system', content: [text(value)], path: 'messages[1]' })
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
const said = (role: string, ...content: readonly (JsonObject | string)[]): JsonObject => ({
  role,
  content: content.map((block) => (typeof block === 'string' ? text(block) : block)),
})

function wire(
  messages: readonly Message[],
  traits: ModelTraits = {},
): { readonly messages: unknown; readonly warnings: readonly string[] } {
  const { body, warnings } = encode(requestOf({ messages }), targetOf(traits))
  return { messages: body.messages, warnings }
}

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

describe('parts', () => {
  test.each<[string, UserPart, JsonObject, readonly string[]]>([
    [
      'an image by URL',
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' }, detail: 'high', path: 'p' },
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
      ['dropped p.detail'],
    ],
    [
      'a file of the vendor',
      { type: 'document', source: { type: 'file', fileId: 'f', protocol: 'anthropic-messages' } },
      { type: 'document', source: { type: 'file', file_id: 'f' } },
      [],
    ],
    [
      'a PDF with a name',
      {
        type: 'document',
        source: { type: 'base64', mediaType: 'application/pdf', data: 'AA==' },
        filename: 'a.pdf',
      },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'AA==' },
        title: 'a.pdf',
      },
      [],
    ],
    [
      'a text file',
      { type: 'document', source: { type: 'base64', mediaType: 'text/csv', data: btoa('a,b') } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a,b' } },
      [],
    ],
    [
      'an image as a file',
      { type: 'document', source: { type: 'base64', mediaType: 'image/png', data: 'AA==' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } },
      [],
    ],
    [
      'a document of parts',
      {
        type: 'document',
        source: { type: 'parts', parts: [text('a')] },
        context: 'c',
        citationsEnabled: true,
      },
      {
        type: 'document',
        source: { type: 'content', content: [text('a')] },
        context: 'c',
        citations: { enabled: true },
      },
      [],
    ],
    [
      'a search result',
      { type: 'search-result', source: 's', title: 't', content: [text('a')], citationsEnabled: true },
      { type: 'search_result', source: 's', title: 't', content: [text('a')], citations: { enabled: true } },
      [],
    ],
    [
      'a block of this protocol',
      { type: 'provider', protocol: 'anthropic-messages', kind: 'x', value: { type: 'x', y: 1 } },
      { type: 'x', y: 1 },
      [],
    ],
  ])('%s', (_name, part, expected, warnings) => {
    expect(wire([user(part)])).toEqual({ messages: [said('user', expected)], warnings })
  })

  test.each<[string, UserPart]>([
    ['audio', { type: 'audio', format: 'wav', data: '', path: 'messages[0].content[1]' }],
    ['video', { type: 'video', source: { type: 'url', url: 'u' }, path: 'messages[0].content[1]' }],
    [
      'an image type that the vendor cannot read',
      {
        type: 'image',
        source: { type: 'base64', mediaType: 'image/tiff', data: '' },
        path: 'messages[0].content[1]',
      },
    ],
    [
      'a file of another vendor',
      {
        type: 'image',
        source: { type: 'file', fileId: 'f', protocol: 'openai-chat' },
        path: 'messages[0].content[1]',
      },
    ],
    [
      'a binary file',
      {
        type: 'document',
        source: { type: 'base64', mediaType: 'application/zip', data: '' },
        path: 'messages[0].content[1]',
      },
    ],
    [
      'a text file that is none',
      {
        type: 'document',
        source: { type: 'base64', mediaType: 'text/plain', data: '/w==' },
        path: 'messages[0].content[1]',
      },
    ],
  ])('%s is refused by its path', (_name, part) => {
    expect(() => wire([user('hi', part)])).toThrow(
      expect.objectContaining({ param: 'messages[0].content[1]' }),
    )
  })

  test.each<[string, AssistantPart, readonly JsonObject[], readonly string[]]>([
    ['a refusal', { type: 'refusal', text: 'No.' }, [text('No.')], []],
    [
      'case 14: redacted thinking',
      {
        type: 'reasoning',
        text: '',
        redacted: true,
        state: { family: 'anthropic', kind: 'redacted', data: 'x' },
      },
      [{ type: 'redacted_thinking', data: 'x' }],
      [],
    ],
    ['thinking without a signature', { type: 'reasoning', text: 'hm', path: 'p' }, [], ['dropped p']],
    [
      'an image of the model',
      { type: 'generated-image', source: { type: 'url', url: 'u' }, path: 'p' },
      [text('[generated image]')],
      ['emulated p !'],
    ],
    [
      'audio of the model',
      { type: 'generated-audio', transcript: 'hey', path: 'p' },
      [text('hey')],
      ['emulated p !'],
    ],
    [
      'an item of another vendor',
      { type: 'provider', protocol: 'openai-responses', kind: 'x', value: {}, path: 'p' },
      [],
      ['dropped p !'],
    ],
    [
      'a citation of another vendor',
      { type: 'text', text: 'a', citations: [{ kind: 'url', url: 'u' }], path: 'p' },
      [text('a')],
      ['dropped p.citations'],
    ],
    [
      'a citation made for display',
      {
        type: 'text',
        text: 'a',
        path: 'p',
        citations: [
          {
            kind: 'url',
            url: 'u',
            raw: {
              protocol: 'anthropic-messages',
              value: { type: 'web_search_result_location', url: 'u', encrypted_index: '' },
            },
          },
        ],
      },
      [text('a')],
      ['dropped p.citations'],
    ],
    [
      'a citation of this vendor',
      {
        type: 'text',
        text: 'a',
        citations: [
          { kind: 'document', raw: { protocol: 'anthropic-messages', value: { type: 'char_location' } } },
        ],
      },
      [{ ...text('a'), citations: [{ type: 'char_location' }] }],
      [],
    ],
  ])('%s', (_name, part, expected, warnings) => {
    expect(wire([user('hi'), assistant('so', part), user('go')])).toEqual({
      messages: [said('user', 'hi'), said('assistant', 'so', ...expected), said('user', 'go')],
      warnings,
    })
  })

  test('a vendor of another family that speaks this protocol takes thinking unsigned', () => {
    const messages = [user('hi'), assistant({ type: 'reasoning', text: 'hm' }, 'ok'), user('go')]
    const { body } = encode(requestOf({ messages }), targetOf({}, { family: 'chat:other' }))
    expect(body.messages).toMatchObject([
      {},
      { content: [{ type: 'thinking', thinking: 'hm', signature: '' }, {}] },
      {},
    ])
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
