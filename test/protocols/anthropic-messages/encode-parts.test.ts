import { describe, expect, test } from 'vitest'
import type { AssistantPart, UserPart } from '../../../src/canonical/content.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import { assistant, said, text, user, wire } from './conversation.js'
import { encode, requestOf, targetOf } from './support.js'

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
