import { describe, expect, it } from 'vitest'
import type { AssistantPart, MediaSource, UserPart } from '../../../src/canonical/content.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import { GatewayError } from '../../../src/errors.js'
import { assistant, say, signature, user, contentsOf, encode, warningsOf } from './helpers.js'

describe('media for Gemini', () => {
  const base64 = (mediaType: string) => ({ type: 'base64', mediaType, data: 'ZGF0YQ==' }) as const
  const inline = (mimeType: string): JsonObject => ({ inlineData: { mimeType, data: 'ZGF0YQ==' } })

  it.each<[string, UserPart, readonly JsonObject[]]>([
    ['an image', { type: 'image', source: base64('image/png') }, [inline('image/png')]],
    ['speech', { type: 'audio', format: 'mp3', data: 'ZGF0YQ==' }, [inline('audio/mp3')]],
    ['a video', { type: 'video', source: base64('video/mp4') }, [inline('video/mp4')]],
    ['a document', { type: 'document', source: base64('application/pdf') }, [inline('application/pdf')]],
    [
      'a document with a title and context',
      { type: 'document', source: base64('application/pdf'), title: 'T', context: 'C' },
      [{ text: '[T]\nC' }, inline('application/pdf')],
    ],
    [
      'a text document',
      { type: 'document', source: { type: 'text', text: 'body' }, title: 'T' },
      [{ text: '[T]\nbody' }],
    ],
    [
      'a document of parts',
      {
        type: 'document',
        source: {
          type: 'parts',
          parts: [
            { type: 'text', text: 'p' },
            { type: 'image', source: base64('image/png') },
          ],
        },
      },
      [{ text: 'p' }, inline('image/png')],
    ],
    [
      'a file of Google',
      {
        type: 'image',
        source: { type: 'url', url: 'https://generativelanguage.googleapis.com/v1beta/files/x' },
      },
      [
        {
          fileData: {
            mimeType: 'image/jpeg',
            fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/x',
          },
        },
      ],
    ],
    [
      'a YouTube video',
      { type: 'video', source: { type: 'url', url: 'https://youtu.be/x' } },
      [{ fileData: { fileUri: 'https://youtu.be/x' } }],
    ],
    [
      'its own file',
      {
        type: 'document',
        source: { type: 'file', fileId: 'gs://b/f', protocol: 'gemini', mediaType: 'text/csv' },
      },
      [{ fileData: { mimeType: 'text/csv', fileUri: 'gs://b/f' } }],
    ],
    ['its own part', { type: 'provider', protocol: 'gemini', kind: 'x', value: { x: 1 } }, [{ x: 1 }]],
  ])('sends %s', (_, part, parts) => {
    expect(contentsOf([user(part)])).toEqual([{ role: 'user', parts }])
  })

  it.each<[string, UserPart]>([
    [
      'a public URL',
      { type: 'image', source: { type: 'url', url: 'https://a.test/i.png' }, path: 'messages[0].content[1]' },
    ],
    [
      'a file of another vendor',
      {
        type: 'document',
        source: { type: 'file', fileId: 'f', protocol: 'openai-chat' },
        path: 'messages[0].content[1]',
      },
    ],
  ])('refuses %s, naming the part', (_, part) => {
    const refuse = (): unknown => encode({ messages: [user(part)] })
    expect(refuse).toThrow(GatewayError)
    expect(refuse).toThrow('messages[0].content[1]: not supported by gemini/gemini-test')
  })

  it('sends public URLs to models that take them', () => {
    const image: UserPart = { type: 'image', source: { type: 'url', url: 'https://a.test/i.webp?x=1' } }
    expect(contentsOf([user(image)], { mediaUrls: true })).toMatchObject([
      { parts: [{ fileData: { mimeType: 'image/webp', fileUri: 'https://a.test/i.webp?x=1' } }] },
    ])
  })

  it.each([
    [['low'], 'MEDIA_RESOLUTION_LOW'],
    [['low', 'original'], 'MEDIA_RESOLUTION_HIGH'],
    [['auto'], undefined],
  ] as const)('asks for one resolution for images of detail %j', (details, mediaResolution) => {
    const images = details.map((detail) => ({ type: 'image', source: base64('image/png'), detail }) as const)
    const body = encode({ messages: [user(...images)] })
    expect((body['generationConfig'] as JsonObject | undefined)?.['mediaResolution']).toBe(mediaResolution)
  })

  it('says what is lost', () => {
    const document: UserPart = {
      type: 'document',
      source: base64('application/pdf'),
      filename: 'a.pdf',
      citationsEnabled: true,
      path: 'd',
    }
    const other: UserPart = { type: 'provider', protocol: 'openai-chat', kind: 'x', value: {}, path: 'p' }
    expect(warningsOf({ messages: [user(document, other)] })).toEqual([
      'dropped d!',
      'dropped d',
      'dropped p!',
    ])
  })

  it('sends back what the model made, and says what of it cannot be sent', () => {
    const image = (source: MediaSource, more: object = {}): AssistantPart => ({
      type: 'generated-image',
      source,
      path: 'image',
      ...more,
    })
    const messages = [
      say('draw'),
      assistant(
        image(base64('image/png'), { state: signature('s') }),
        image({ type: 'url', url: 'https://a.test/i.png' }),
        { type: 'generated-audio', transcript: 'spoken' },
        { type: 'generated-audio', id: 'audio_1', path: 'audio' },
        { type: 'provider', protocol: 'openai-responses', kind: 'x', value: {}, path: 'provider' },
      ),
    ]
    expect(contentsOf(messages)).toMatchObject([
      {},
      { parts: [{ ...inline('image/png'), thoughtSignature: 's' }, { text: 'spoken' }] },
    ])
    expect(warningsOf({ messages })).toEqual(['dropped image!', 'dropped audio!', 'dropped provider!'])
  })
})
