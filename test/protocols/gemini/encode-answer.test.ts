import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AssistantPart, MediaSource } from '../../../src/canonical/content.js'
import type { CanonicalResponse } from '../../../src/canonical/response.js'
import { unfoldResponse } from '../../../src/canonical/unfold.js'
import { gemini } from '../../../src/protocols/gemini/index.js'
import { decodeContext, encodeContext, inShort, replay, signature } from './helpers.js'

function responseOf(
  content: readonly AssistantPart[],
  more: Partial<CanonicalResponse> = {},
): CanonicalResponse {
  return {
    id: 'resp-1',
    model: 'gemini-test',
    content,
    finish: { reason: 'stop', raw: 'STOP' },
    usage: null,
    ...more,
  }
}

const encodeResponse = (response: CanonicalResponse): ReturnType<typeof gemini.encodeResponse> =>
  gemini.encodeResponse(response, encodeContext())

describe('the response encoder of Gemini', () => {
  it('writes a whole answer', () => {
    const response = responseOf(
      [
        { type: 'reasoning', text: 'hm', state: signature('s1') },
        {
          type: 'text',
          text: 'Grün.',
          citations: [{ kind: 'url', url: 'https://a.test', start: 3, end: 4 }],
        },
        {
          type: 'tool-call',
          id: 'c1',
          name: 'f',
          kind: 'function',
          input: '{"x":1}',
          state: signature('s2'),
        },
        { type: 'refusal', text: 'No.' },
      ],
      {
        created: 1_700_000_000,
        serviceTier: 'flex',
        usage: {
          inputTokens: 1000,
          cacheReadTokens: 900,
          cacheWriteTokens: 0,
          cacheWriteLongTokens: 0,
          outputTokens: 50,
          reasoningTokens: 20,
        },
      },
    )
    expect(encodeResponse(response)).toEqual({
      value: {
        candidates: [
          {
            content: {
              parts: [
                { text: 'hm', thought: true, thoughtSignature: 's1' },
                { text: 'Grün.' },
                { functionCall: { id: 'c1', name: 'f', args: { x: 1 } }, thoughtSignature: 's2' },
                { text: 'No.' },
              ],
              role: 'model',
            },
            finishReason: 'STOP',
            index: 0,
            groundingMetadata: {
              groundingChunks: [{ web: { uri: 'https://a.test' } }],
              groundingSupports: [
                { segment: { startIndex: 4, endIndex: 5, text: 'n' }, groundingChunkIndices: [0] },
              ],
            },
          },
        ],
        usageMetadata: {
          promptTokenCount: 1000,
          candidatesTokenCount: 30,
          totalTokenCount: 1050,
          cachedContentTokenCount: 900,
          thoughtsTokenCount: 20,
          serviceTier: 'flex',
        },
        modelVersion: 'gemini-test',
        createTime: '2023-11-14T22:13:20.000Z',
        responseId: 'resp-1',
      },
      warnings: [],
    })
  })

  it('case 18: seals another vendor’s state, so that it comes back whole', () => {
    const state = { family: 'anthropic', kind: 'signature', data: 'c2ln' } as const
    const { value } = encodeResponse(responseOf([{ type: 'reasoning', text: 'hm', state }]))
    expect(JSON.stringify(value)).not.toContain('"c2ln"')
    const contents = (value['candidates'] as readonly { content: object }[]).map(({ content }) => content)
    const { messages } = gemini.decodeRequest({ contents } as never, encodeContext()).value
    expect(messages[0]?.content).toMatchObject([{ type: 'reasoning', text: 'hm', state }])
  })

  it('writes pictures of any source that it can name', () => {
    const image = (source: MediaSource): AssistantPart => ({ type: 'generated-image', source })
    const { value, warnings } = encodeResponse(
      responseOf([
        image({ type: 'url', url: 'https://a.test/i.png', mediaType: 'image/png' }),
        image({ type: 'file', fileId: 'gs://b/i', protocol: 'gemini', mediaType: 'image/png' }),
        image({ type: 'file', fileId: 'file-1', protocol: 'openai-responses' }),
      ]),
    )
    expect(value).toMatchObject({
      candidates: [
        {
          content: {
            parts: [
              { fileData: { mimeType: 'image/png', fileUri: 'https://a.test/i.png' } },
              { fileData: { mimeType: 'image/png', fileUri: 'gs://b/i' } },
            ],
          },
        },
      ],
    })
    expect(warnings.map(inShort)).toEqual(['dropped content[2]!'])
  })

  it('says what it has no form for', () => {
    const { warnings } = encodeResponse(
      responseOf([
        { type: 'provider', protocol: 'openai-responses', kind: 'web_search_call', value: {} },
        { type: 'tool-call', id: 'c', name: 'f', kind: 'function', input: '{"x', status: 'incomplete' },
        { type: 'text', text: '' },
      ]),
    )
    expect(warnings.map(inShort)).toEqual(['dropped content[0]!', 'dropped content[1]!'])
  })

  it.each([
    ['stop-sequence', undefined, 'STOP'],
    ['tool-calls', 'STOP', 'STOP'],
    ['context-full', undefined, 'MAX_TOKENS'],
    ['content-filter', 'RECITATION', 'RECITATION'],
    ['content-filter', 'refusal', 'SAFETY'],
    ['other', 'LANGUAGE', 'OTHER'],
  ] as const)('says %s (%s) as %s', (reason, raw, word) => {
    const { value } = encodeResponse(responseOf([], { finish: { reason, raw } }))
    expect(value).toMatchObject({ candidates: [{ finishReason: word }] })
  })
})

const json = fc.dictionary(fc.string(), fc.jsonValue()).map((args) => JSON.stringify(args))
const answer: fc.Arbitrary<AssistantPart[]> = fc
  .array(
    fc.oneof(
      fc.record({ type: fc.constant('text' as const), text: fc.string({ minLength: 1 }) }),
      fc.record({ type: fc.constant('reasoning' as const), text: fc.string({ minLength: 1 }) }),
      fc.record({
        type: fc.constant('tool-call' as const),
        id: fc.uuid(),
        name: fc.constantFrom('f', 'g'),
        kind: fc.constant('function' as const),
        input: json.map((text) => (text === '{}' ? '' : text)),
        state: fc.uuid().map((data) => signature(data)),
      }),
    ),
    { minLength: 1, maxLength: 6 },
  )
  // Neighbours of one kind are one block on this wire.
  .filter((parts) => parts.every(({ type }, at) => type === 'tool-call' || parts[at - 1]?.type !== type))
  .map((parts) =>
    parts.map((part) =>
      part.type === 'tool-call' ? { ...part, state: signature(part.state.data as string, part.id) } : part,
    ),
  )

describe('answers there and back', () => {
  const reason = (parts: readonly AssistantPart[]): CanonicalResponse['finish'] => ({
    reason: parts.some(({ type }) => type === 'tool-call') ? 'tool-calls' : 'stop',
    raw: 'STOP',
  })

  it('law 2: a response that is encoded and decoded is the same', () => {
    fc.assert(
      fc.property(answer, (parts) => {
        const response = responseOf(parts, { finish: reason(parts) })
        expect(gemini.decodeResponse(encodeResponse(response).value, decodeContext()).value).toEqual(response)
      }),
    )
  })

  it('laws 2 and 8: a stream that is encoded and decoded is the same, with its usage', () => {
    fc.assert(
      fc.property(answer, fc.nat(1000), fc.nat(1000), (parts, inputTokens, outputTokens) => {
        const usage = {
          inputTokens,
          outputTokens,
          cacheReadTokens: 0,
          cacheWriteTokens: 0,
          cacheWriteLongTokens: 0,
          reasoningTokens: 0,
        }
        const response = responseOf(parts, { finish: reason(parts), usage })
        const again = replay(unfoldResponse(response))
        expect(again.error).toBeNull()
        expect(again.response).toEqual({
          ...response,
          usage: { ...usage, raw: expect.anything() as unknown },
        })
      }),
    )
  })

  it('law 1: an answer of the vendor is encoded as it came', () => {
    const body = {
      candidates: [
        {
          content: {
            parts: [
              { text: 'a', thought: true, thoughtSignature: 's1' },
              { text: 'b', thoughtSignature: 's2' },
              { functionCall: { id: 'c1', name: 'f', args: { x: [1, null] } }, thoughtSignature: 's3' },
              { inlineData: { mimeType: 'image/png', data: 'aW1n' } },
              { executableCode: { language: 'PYTHON', code: '1' } },
            ],
            role: 'model',
          },
          finishReason: 'STOP',
          index: 0,
          safetyRatings: [],
        },
      ],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, totalTokenCount: 7 },
      modelVersion: 'gemini-test',
      responseId: 'resp-1',
    }
    expect(encodeResponse(gemini.decodeResponse(body, decodeContext()).value).value).toEqual(body)
  })

  it('carries citations, speech, pictures and errors through a stream', () => {
    const citation = { kind: 'url', url: 'https://a.test', title: 'A', start: 1, end: 3 } as const
    const response = responseOf([
      { type: 'text', text: 'äöü', citations: [citation] },
      { type: 'generated-audio', data: 'cGNt' },
      { type: 'generated-image', source: { type: 'base64', mediaType: 'image/png', data: 'aW1n' } },
    ])
    // The text block is closed before the notes of a stream come.
    expect(replay(unfoldResponse(response)).response.content.slice(1)).toEqual(response.content.slice(1))
    expect(replay(unfoldResponse(responseOf(response.content.slice(0, 1)))).response.content).toMatchObject([
      { citations: [citation] },
    ])
    const broken = replay([
      { type: 'start', id: 'resp-1', model: 'm' },
      { type: 'error', error: { kind: 'overloaded', message: 'busy' } },
    ])
    expect(broken.error).toEqual({ kind: 'overloaded', message: 'busy', code: 'UNAVAILABLE' })
  })
})
