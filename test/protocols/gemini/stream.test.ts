import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { StreamPart } from '../../../src/canonical/stream.js'
import { gemini } from '../../../src/protocols/gemini/index.js'
import { chunk, decodeChunks, decodeContext, foldChunks, inShort, sse } from './helpers.js'

const STOP = { finishReason: 'STOP' }
const thought = (text: string): JsonObject => ({ text, thought: true })
const call = (name: string, args: JsonObject, more: JsonObject = {}): JsonObject => ({
  functionCall: { name, args, ...more },
})

describe('the stream decoder of Gemini', () => {
  it('cases 10, 11, 33: thoughts become reasoning, in the order in which they came', () => {
    expect(
      decodeChunks([
        chunk([thought('think')]),
        chunk([call('look', { at: 1 }, { id: 'c1' })]),
        chunk([thought('again')]),
        chunk([{ text: 'done' }], STOP),
      ]),
    ).toEqual<StreamPart[]>([
      { type: 'start', id: 'resp-1', model: 'gemini-test-001' },
      { type: 'open', key: 0, block: { kind: 'reasoning' } },
      { type: 'delta', key: 0, text: 'think' },
      { type: 'close', key: 0, status: 'complete' },
      { type: 'open', key: 1, block: { kind: 'tool', tool: 'function', id: 'c1', name: 'look' } },
      { type: 'delta', key: 1, text: '{"at":1}' },
      { type: 'close', key: 1, status: 'complete' },
      { type: 'open', key: 2, block: { kind: 'reasoning' } },
      { type: 'delta', key: 2, text: 'again' },
      { type: 'close', key: 2, status: 'complete' },
      { type: 'open', key: 3, block: { kind: 'text' } },
      { type: 'delta', key: 3, text: 'done' },
      { type: 'close', key: 3, status: 'complete' },
      { type: 'finish', finish: { reason: 'tool-calls', raw: 'STOP' } },
    ])
  })

  it('joins the increments of one text', () => {
    const { response } = foldChunks([chunk([{ text: 'Hel' }]), chunk([{ text: 'lo' }, { text: '!' }], STOP)])
    expect(response.content).toEqual([{ type: 'text', text: 'Hello!' }])
  })

  it('case 15: keeps the thought signature of a call, bound to it', () => {
    const { response } = foldChunks([
      chunk([{ ...call('f', {}, { id: 'c1' }), thoughtSignature: 'c2ln' }], STOP),
    ])
    expect(response.content).toEqual([
      {
        type: 'tool-call',
        id: 'c1',
        name: 'f',
        kind: 'function',
        input: '',
        state: { family: 'google-ai', kind: 'thought-signature', data: 'c2ln', binding: { tool: 'c1' } },
      },
    ])
  })

  it('keeps the last signature of a text and of a thought', () => {
    const { response } = foldChunks([
      chunk([{ ...thought('a'), thoughtSignature: 'one' }]),
      chunk([{ text: 'b', thoughtSignature: 'two' }]),
      chunk([{ text: '', thoughtSignature: 'three' }], STOP),
    ])
    expect(response.content).toMatchObject([
      { type: 'reasoning', text: 'a', state: { data: 'one', textHash: 'ca978112ca1bbdca' } },
      { type: 'text', text: 'b', state: { data: 'three' } },
    ])
  })

  it('says so when a signature stands on nothing', () => {
    const { response, warnings } = foldChunks([
      chunk([call('f', {}, { id: 'c1' })]),
      chunk([{ text: '', thoughtSignature: 'late' }], STOP),
    ])
    expect(response.content).toHaveLength(1)
    expect(warnings.map(inShort)).toEqual(['dropped candidates[0].content.parts'])
  })

  it('case 21: gives calls of one name ids of their own, the same ones each time', () => {
    const stream = [chunk([call('f', { x: 1 }), call('f', { x: 1 })]), chunk([call('f', {}, { id: 'a' })])]
    const ids = (): readonly string[] =>
      foldChunks([...stream, chunk([call('f', {}, { id: 'a' })], STOP)]).response.content.flatMap((part) =>
        part.type === 'tool-call' ? part.id : [],
      )
    expect(new Set(ids()).size).toBe(4)
    expect(ids()[2]).toBe('a')
    expect(ids()).toEqual(ids())
    for (const id of ids()) expect(id).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
  })

  it('case 32: leaves out a call without a name, and says so', () => {
    const { response, warnings } = foldChunks([chunk([{ functionCall: { args: {} } }, { text: 'x' }], STOP)])
    expect(response.content).toEqual([{ type: 'text', text: 'x' }])
    expect(warnings.map(inShort)).toEqual(['dropped candidates[0].content.parts!'])
  })

  it('puts streamed arguments together', () => {
    const piece = (partialArgs: readonly JsonObject[], willContinue?: boolean): JsonObject =>
      chunk([{ functionCall: { partialArgs, ...(willContinue === undefined ? {} : { willContinue }) } }])
    const { response } = foldChunks([
      chunk([{ functionCall: { name: 'cook', willContinue: true }, thoughtSignature: 's' }]),
      piece([{ jsonPath: '$.steps[0].what', stringValue: 'bo', willContinue: true }], true),
      piece([{ jsonPath: '$.steps[0].what', stringValue: 'il' }], true),
      piece(
        [
          { jsonPath: "$['for how long']", numberValue: 3 },
          { jsonPath: '$.ok', boolValue: true },
        ],
        true,
      ),
      piece(
        [
          { jsonPath: '$.__proto__.x', stringValue: 'data' },
          { jsonPath: '$.a[99999999]', numberValue: 1 },
        ],
        true,
      ),
      chunk([{ functionCall: {} }]),
      chunk([], STOP),
    ])
    expect(response.content).toMatchObject([
      {
        name: 'cook',
        state: { data: 's' },
        input: '{"steps":[{"what":"boil"}],"for how long":3,"ok":true,"__proto__":{"x":"data"}}',
      },
    ])
  })

  it('ends streamed arguments when something else follows', () => {
    const { response } = foldChunks([
      chunk([{ functionCall: { name: 'f', willContinue: true } }]),
      chunk([{ functionCall: { partialArgs: [{ jsonPath: '$.x', nullValue: null }], willContinue: true } }]),
      chunk([{ text: 'then' }], STOP),
    ])
    expect(response.content).toMatchObject([{ input: '{"x":null}' }, { text: 'then' }])
  })

  it('marks a call that the limit cut as incomplete', () => {
    const { response } = foldChunks([
      chunk([{ functionCall: { name: 'f', willContinue: true } }]),
      chunk([], { finishReason: 'MAX_TOKENS' }),
    ])
    expect(response).toMatchObject({
      content: [{ type: 'tool-call', status: 'incomplete' }],
      finish: { reason: 'length', raw: 'MAX_TOKENS' },
    })
  })

  it('keeps code execution and other parts of its own as provider blocks', () => {
    const code = { executableCode: { language: 'PYTHON', code: 'print(1)' } }
    const result = { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } }
    const { response } = foldChunks([chunk([code, result, { text: 'One.' }], STOP)])
    expect(response.content).toEqual([
      { type: 'provider', protocol: 'gemini', kind: 'executableCode', value: code },
      { type: 'provider', protocol: 'gemini', kind: 'codeExecutionResult', value: result },
      { type: 'text', text: 'One.' },
    ])
    expect(response.finish.reason).toBe('stop')
  })

  it('takes images and speech that the model made', () => {
    const { response } = foldChunks([
      chunk([{ inlineData: { mimeType: 'image/png', data: 'aW1n' }, thoughtSignature: 's' }]),
      chunk([{ inlineData: { mimeType: 'audio/L16', data: 'cGNt' } }], STOP),
    ])
    expect(response.content).toMatchObject([
      { type: 'generated-image', source: { mediaType: 'image/png', data: 'aW1n' }, state: { data: 's' } },
      { type: 'generated-audio', data: 'cGNt' },
    ])
  })

  it('reports usage whenever it changes, with the counts that only an earlier event had', () => {
    const usages = decodeChunks([
      chunk([{ text: 'a' }], {}, { usageMetadata: { promptTokenCount: 5, thoughtsTokenCount: 3 } }),
      chunk([{ text: 'b' }], {}, { usageMetadata: { trafficType: 'ON_DEMAND' } }),
      chunk([], STOP, { usageMetadata: { candidatesTokenCount: 2, serviceTier: 'FLEX' } }),
    ]).flatMap((part) => (part.type === 'usage' ? part : []))
    expect(usages).toMatchObject([
      { usage: { inputTokens: 5, outputTokens: 3, reasoningTokens: 3 } },
      { usage: { inputTokens: 5, outputTokens: 5, reasoningTokens: 3 }, serviceTier: 'flex' },
    ])
  })

  it('cites what grounded the text, in UTF-16 units', () => {
    const text = 'Grün 🙂 ist schön.'
    const segment = { startIndex: 6, endIndex: 14, text: '🙂 ist' }
    const web = { uri: 'https://a.test', title: 'A' }
    const { response, warnings } = foldChunks([
      chunk([{ text: text.slice(0, 3) }]),
      chunk([{ text: text.slice(3) }], {
        ...STOP,
        groundingMetadata: {
          searchEntryPoint: { renderedContent: '<p>' },
          groundingChunks: [{ web }, { retrievedContext: { title: 'D', text: 'said' } }],
          groundingSupports: [
            { segment, groundingChunkIndices: [0, 1, 9] },
            { segment: { endIndex: 999, text: 'elsewhere' }, groundingChunkIndices: [0] },
          ],
        },
      }),
    ])
    const at = text.indexOf('🙂')
    expect(response.content[0]).toMatchObject({
      citations: [
        { kind: 'url', url: 'https://a.test', title: 'A', citedText: '🙂 ist', start: at, end: at + 6 },
        { kind: 'document', title: 'D', start: at, end: at + 6 },
        { kind: 'url', citedText: 'elsewhere' },
      ],
    })
    expect(response.content[0]).not.toHaveProperty('citations.2.start')
    expect(warnings.map(inShort)).toEqual(['dropped candidates[0].groundingMetadata.searchEntryPoint'])
  })

  it('cites the sources of an answer that says not where, and those it recited', () => {
    const { response } = foldChunks([
      chunk([{ text: 'abc' }], {
        ...STOP,
        groundingMetadata: { groundingChunks: [{ maps: { uri: 'https://m.test' } }, { other: {} }] },
        citationMetadata: {
          citations: [{ startIndex: 1, endIndex: 3, uri: 'https://b.test' }, { title: 'T' }],
        },
      }),
    ])
    expect(response.content[0]).toMatchObject({
      citations: [
        { kind: 'url', url: 'https://m.test' },
        { kind: 'url', url: 'https://b.test', start: 1, end: 3 },
      ],
    })
    expect(response.content[0]).toHaveProperty('citations.length', 2)
  })

  it('says so when sources come after the text was closed', () => {
    const groundingMetadata = { groundingChunks: [{ web: { uri: 'https://a.test' } }] }
    const { warnings } = foldChunks([
      chunk([{ text: 'abc' }]),
      chunk([call('f', {})], { ...STOP, groundingMetadata }),
    ])
    expect(warnings.map(inShort)).toEqual(['dropped candidates[0].groundingMetadata'])
  })

  it('reads only the first candidate, and says so', () => {
    const second = { index: 1, content: { parts: [{ text: 'other' }] } }
    const { response, warnings } = foldChunks([
      { candidates: [second, { index: 0, content: { parts: [{ text: 'one' }] }, ...STOP }] },
    ])
    expect(response.content).toEqual([{ type: 'text', text: 'one' }])
    expect(warnings.map(inShort)).toEqual(['dropped candidates[1]!'])
  })
})

describe('how a Gemini stream ends', () => {
  it.each([
    ['STOP', 'stop'],
    [1, 'stop'],
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'content-filter'],
    ['RECITATION', 'content-filter'],
    ['LANGUAGE', 'other'],
    ['SOMETHING_NEW', 'other'],
  ])('%s means %s', (finishReason, reason) => {
    expect(foldChunks([chunk([{ text: 'x' }], { finishReason })]).response.finish.reason).toBe(reason)
  })

  it('case 8: a call makes STOP a tool call; case 9: without one it stays a stop', () => {
    expect(foldChunks([chunk([call('f', {})], STOP)]).response.finish.reason).toBe('tool-calls')
    expect(foldChunks([chunk([{ text: 'x' }], STOP)]).response.finish.reason).toBe('stop')
  })

  it('takes CONTINUATION for a cut answer, and says so', () => {
    const { response, warnings } = foldChunks([chunk([{ text: 'x' }], { finishReason: 'CONTINUATION' })])
    expect(response.finish).toEqual({ reason: 'length', raw: 'CONTINUATION' })
    expect(warnings.map(inShort)).toEqual(['dropped candidates[0].finishReason!'])
  })

  it('takes a refused prompt for a content filter', () => {
    const promptFeedback = { blockReason: 'PROHIBITED_CONTENT', blockReasonMessage: 'No.' }
    const { response } = foldChunks([{ promptFeedback, usageMetadata: { promptTokenCount: 4 } }])
    expect(response).toMatchObject({
      content: [],
      finish: { reason: 'content-filter', raw: 'PROHIBITED_CONTENT', explanation: 'No.' },
      usage: { inputTokens: 4 },
    })
  })

  it.each(['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS', 'MALFORMED_RESPONSE'])(
    'takes %s for an error that a retry may mend',
    (finishReason) => {
      const parts = decodeChunks([chunk([{ text: 'x' }], { finishReason, finishMessage: 'Bad call' })])
      expect(parts.at(-1)).toEqual({
        type: 'error',
        error: { kind: 'server', message: 'Bad call', code: finishReason },
      })
    },
  )

  it('takes an answer without content and without a reason for an error', () => {
    expect(foldChunks([chunk([], { finishReason: 'OTHER' })]).error?.kind).toBe('server')
  })

  it('case 43: ends with the error that an event holds, and with nothing after it', () => {
    const parts = decodeChunks([
      chunk([{ text: 'x' }]),
      { error: { code: 503, message: 'busy', status: 'UNAVAILABLE' } },
      chunk([{ text: 'y' }], STOP),
    ])
    expect(parts.at(-1)).toEqual({
      type: 'error',
      error: { kind: 'overloaded', message: 'busy', code: 'UNAVAILABLE' },
    })
  })

  it('case 46c: an end after a finish reason is clean, one without is not', () => {
    expect(foldChunks([chunk([{ text: 'x' }], STOP)]).error).toBeNull()
    expect(foldChunks([chunk([{ text: 'x' }])]).error?.kind).toBe('truncated')
    expect(foldChunks([]).error?.kind).toBe('truncated')
  })

  it('skips one event that is no JSON with a warning, and gives up at the second', () => {
    const good = chunk([{ text: 'x' }], STOP)
    expect(foldChunks(['{"cand', good, '[DONE]']).warnings.map(inShort)).toEqual(['dropped stream!'])
    expect(foldChunks(['{"cand', 'null', good]).error?.kind).toBe('garbage')
  })

  it('never throws, and ends exactly once', () => {
    const part = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          text: fc.jsonValue(),
          thought: fc.boolean(),
          thoughtSignature: fc.string(),
          functionCall: fc.oneof(
            fc.jsonValue(),
            fc.record({ name: fc.string(), partialArgs: fc.jsonValue(), willContinue: fc.boolean() }),
          ),
          inlineData: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
    )
    const event = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          candidates: fc.array(
            fc.record({ content: fc.record({ parts: fc.array(part) }), finishReason: fc.jsonValue() }),
          ),
          usageMetadata: fc.jsonValue(),
          promptFeedback: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 6 }), (events) => {
        const parts = decodeChunks(events)
        const ends = parts.filter(({ type }) => type === 'finish' || type === 'error')
        expect(ends).toHaveLength(1)
        expect(parts.at(-1)).toBe(ends[0])
      }),
    )
  })
})

describe('an event of a Gemini stream', () => {
  it('may be a list, as proxies of streams without SSE have it', () => {
    const decoder = gemini.createStreamDecoder(decodeContext())
    const parts = decoder.push(sse([chunk([{ text: 'x' }], STOP)]))
    expect(parts.map(({ type }) => type)).toEqual(['start', 'open', 'delta'])
  })
})
