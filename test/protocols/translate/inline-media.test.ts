import { describe, expect, it } from 'vitest'
import type { CanonicalRequest, MediaSource, UserPart } from '../../../src/index.js'
import { findRefusedUrls, inlineMedia } from '../../../src/protocols/translate/inline-media.js'
import { CHAT, GEMINI, MESSAGES, requestOf, RESPONSES, type Vendor } from './support.js'

type MediaPart = Extract<UserPart, { type: 'image' | 'video' | 'document' }>

const LINK = 'https://example.com/a'
const from = (url: string): MediaSource => ({ type: 'url', url })
const medium = (type: MediaPart['type'], path: string, source: MediaSource = from(LINK)): MediaPart => ({
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
    ['Gemini', GEMINI, [`i ${LINK}/i`, `v ${LINK}/v`, `d ${LINK}/d`]],
    ['Gemini that takes all', GEMINI_WITH_URLS, []],
    ['Chat', CHAT, [`d ${LINK}/d`]],
    ['Responses', RESPONSES, []],
    ['Messages', MESSAGES, []],
  ])('are, for %s', (_name, vendor, expected) => {
    const request = requestWith(
      medium('image', 'i', from(`${LINK}/i`)),
      medium('video', 'v', from(`${LINK}/v`)),
      medium('document', 'd', from(`${LINK}/d`)),
    )
    expect(urlsOf(request, vendor)).toEqual(expected)
  })

  it('are found in tool results and inside of documents', () => {
    const images = ['a', 'b'].map(
      (name) => ({ type: 'image', source: from(`${LINK}/${name}`), path: name }) as const,
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
    expect(urlsOf(request, GEMINI)).toEqual([`a ${LINK}/a`, `b ${LINK}/b`])
  })

  it('are named once each, where they come first; by its kind, where a part has no path', () => {
    const other: UserPart = { type: 'image', source: from(`${LINK}/other`) }
    const request = requestWith(medium('image', 'first'), medium('document', 'second'), other)
    expect(urlsOf(request, GEMINI)).toEqual([`first ${LINK}`, `image ${LINK}/other`])
  })

  it('are none of the vendor’s own, and no other sources', () => {
    const request = requestWith(
      medium('image', 'a', { type: 'base64', mediaType: 'image/png', data: 'AA' }),
      medium('image', 'b', { type: 'file', fileId: 'f', protocol: 'gemini' }),
      medium('video', 'c', from('gs://bucket/a.mp4')),
      { type: 'document', source: { type: 'text', text: LINK } },
      { type: 'text', text: LINK },
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
          { role: 'system', content: [{ type: 'text', text: LINK }] },
          {
            role: 'user',
            content: [
              { ...detail, source },
              { ...document, source },
              { ...document, source: { type: 'parts', parts: [{ ...detail, source }] } },
              { type: 'tool-result', toolCallId: 'c', kind: 'function', content: [{ ...detail, source }] },
            ],
          },
          { role: 'assistant', content: [{ type: 'generated-image', source: from(LINK) }] },
        ],
      })
    const request = build(from(LINK))
    const inlined = inlineMedia(request, GEMINI, new Map([[LINK, fetched]]))
    expect(inlined).toEqual(build({ type: 'base64', ...fetched }))
    expect(request).toEqual(build(from(LINK)))
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
    expect(inlineMedia(request, vendor, new Map([[LINK, fetched]]))).toEqual(request)
  })
})
