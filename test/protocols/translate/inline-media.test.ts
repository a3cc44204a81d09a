import { describe, expect, it } from 'vitest'
import type { CanonicalRequest, MediaSource, UserPart } from '../../../src/index.js'
import { findRefusedUrls, inlineMedia } from '../../../src/protocols/translate/inline-media.js'
import { CHAT, GEMINI, MESSAGES, requestOf, RESPONSES, type Vendor } from './support.js'

type MediaPart = Extract<UserPart, { type: 'image' | 'video' | 'document' }>

const URL = 'https://example.com/a'
const from = (url: string): MediaSource => ({ type: 'url', url })
const medium = (type: MediaPart['type'], path: string, source: MediaSource = from(URL)): MediaPart => ({
  type,
  path,
  source,
})
const requestWith = (...content: readonly UserPart[]): CanonicalRequest =>
  requestOf({ messages: [{ role: 'user', content }] })
const urlsOf = (request: CanonicalRequest, { to, target }: Vendor): readonly string[] =>
  findRefusedUrls(request, to, target).map(({ url, path }) => `${path} ${url}`)

const GEMINI_WITH_URLS: Vendor = { ...GEMINI, target: { ...GEMINI.target, traits: { mediaUrls: true } } }

describe('URLs that a vendor does not take', () => {
  it.each([
    ['Gemini', GEMINI, [`i ${URL}/i`, `v ${URL}/v`, `d ${URL}/d`]],
    ['Gemini that takes all', GEMINI_WITH_URLS, []],
    ['Chat', CHAT, [`d ${URL}/d`]],
    ['Responses', RESPONSES, []],
    ['Messages', MESSAGES, []],
  ])('are, for %s', (_name, vendor, expected) => {
    const request = requestWith(
      medium('image', 'i', from(`${URL}/i`)),
      medium('video', 'v', from(`${URL}/v`)),
      medium('document', 'd', from(`${URL}/d`)),
    )
    expect(urlsOf(request, vendor)).toEqual(expected)
  })

  it('are found in tool results and inside of documents', () => {
    const images = ['a', 'b'].map(
      (name) => ({ type: 'image', source: from(`${URL}/${name}`), path: name }) as const,
    )
    const [first, second] = images
    if (first === undefined || second === undefined) throw new Error('two images are needed')
    const request = requestWith(
      {
        type: 'tool-result',
        toolCallId: 'c',
        kind: 'function',
        content: [{ type: 'text', text: 'x' }, first],
      },
      { type: 'document', source: { type: 'parts', parts: [{ type: 'text', text: 'x' }, second] } },
    )
    expect(urlsOf(request, GEMINI)).toEqual([`a ${URL}/a`, `b ${URL}/b`])
  })

  it('are named once each, where they come first; by its kind, where a part has no path', () => {
    const other: UserPart = { type: 'image', source: from(`${URL}/other`) }
    const request = requestWith(medium('image', 'first'), medium('document', 'second'), other)
    expect(urlsOf(request, GEMINI)).toEqual([`first ${URL}`, `image ${URL}/other`])
  })

  it('are none of the vendor’s own, and no other sources', () => {
    const request = requestWith(
      medium('image', 'a', { type: 'base64', mediaType: 'image/png', data: 'AA' }),
      medium('image', 'b', { type: 'file', fileId: 'f', protocol: 'gemini' }),
      medium('video', 'c', from('gs://bucket/a.mp4')),
      { type: 'document', source: { type: 'text', text: URL } },
      { type: 'text', text: URL },
    )
    expect(urlsOf(request, GEMINI)).toEqual([])
  })
})

describe('fetched media', () => {
  const fetched = { mediaType: 'image/webp', data: 'QUJD' }

  it('stand in place of their URLs, wherever they are, and nothing else changes', () => {
    const detail = { type: 'image', detail: 'low', path: 'i', cache: { life: 'short' } } as const
    const document = { type: 'document', filename: 'a.pdf', title: 'A' } as const
    const build = (source: MediaSource): CanonicalRequest =>
      requestOf({
        messages: [
          { role: 'system', content: [{ type: 'text', text: URL }] },
          {
            role: 'user',
            content: [
              { ...detail, source },
              { ...document, source },
              { ...document, source: { type: 'parts', parts: [{ ...detail, source }] } },
              { type: 'tool-result', toolCallId: 'c', kind: 'function', content: [{ ...detail, source }] },
            ],
          },
          { role: 'assistant', content: [{ type: 'generated-image', source: from(URL) }] },
        ],
      })
    const request = build(from(URL))
    const inlined = inlineMedia(request, GEMINI, new Map([[URL, fetched]]))
    expect(inlined).toEqual(build({ type: 'base64', ...fetched }))
    expect(request).toEqual(build(from(URL)))
  })

  it('that were not fetched stay', () => {
    const request = requestWith(medium('image', 'i'))
    expect(inlineMedia(request, GEMINI, new Map())).toEqual(request)
  })

  it.each([
    ['an image for Chat', CHAT],
    ['an image for Messages', MESSAGES],
    ['an image for Gemini that takes URLs', GEMINI_WITH_URLS],
  ])('do not stand in for what the vendor takes: %s', (_kind, vendor) => {
    const request = requestWith(medium('image', 'i'))
    expect(inlineMedia(request, vendor, new Map([[URL, fetched]]))).toEqual(request)
  })
})
