import { describe, expect, it } from 'vitest'
import { gemini } from '../../../src/protocols/gemini/index.js'
import { chunk, sse } from './helpers.js'

const { upstream } = gemini

const NAMES = { responseId: 'resp-1', model: 'gemini-test-001' }

describe('the upstream face of Gemini', () => {
  it('is no client protocol', () => expect(gemini.client).toBeNull())

  it.each([
    ['gemini-test', false, '/v1beta/models/gemini-test:generateContent'],
    ['gemini-test', true, '/v1beta/models/gemini-test:streamGenerateContent?alt=sse'],
    ['tunedModels/my one', false, '/v1beta/tunedModels/my%20one:generateContent'],
  ])('asks for %s (stream: %s) at %s', (model, stream, path) => {
    expect(upstream.endpoint(model, stream)).toBe(path)
  })

  it.each([
    ['Az0_.:-', true],
    ['a b', false],
    ['ü', false],
  ])('takes the name %s as it is: %s', (name, legal) => expect(upstream.tools.name.test(name)).toBe(legal))

  it('cases 60, 63: counts thoughts as output, and cached and tool-use tokens as input', () => {
    const usageMetadata = {
      promptTokenCount: 1000,
      cachedContentTokenCount: 900,
      toolUsePromptTokenCount: 40,
      candidatesTokenCount: 30,
      thoughtsTokenCount: 20,
      totalTokenCount: 1090,
    }
    expect(upstream.observeEvent(sse(chunk([{ text: 'x' }], {}, { usageMetadata })))).toEqual({
      ...NAMES,
      usage: {
        inputTokens: 1040,
        cacheReadTokens: 900,
        outputTokens: 50,
        reasoningTokens: 20,
        raw: usageMetadata,
      },
    })
  })

  it.each([
    ['an answer goes on', chunk([{ text: 'x' }]), NAMES],
    ['a finish', chunk([], { finishReason: 'STOP' }), { ...NAMES, finished: true, finishReasons: ['STOP'] }],
    [
      'a refused prompt',
      { promptFeedback: { blockReason: 'SAFETY' } },
      { finished: true, finishReasons: ['SAFETY'] },
    ],
    ['nothing', {}, { idle: true }],
    ['no JSON', 'oops', { idle: true }],
  ])('observes %s', (_, event, seen) => expect(upstream.observeEvent(sse(event))).toEqual(seen))

  it('case 43: sees an error in an event', () => {
    const error = { code: 503, message: 'busy', status: 'UNAVAILABLE' }
    expect(upstream.observeEvent(sse({ error })).error).toEqual({
      kind: 'overloaded',
      message: 'busy',
      code: 'UNAVAILABLE',
    })
  })

  it.each([
    ['garbage', {}, 'garbage'],
    ['a malformed call', chunk([], { finishReason: 'MALFORMED_FUNCTION_CALL' }), 'server'],
    ['an empty answer for no stated reason', chunk([], { finishReason: 'OTHER' }), 'server'],
    ['an error', { error: { code: 429, message: 'slow', status: 'RESOURCE_EXHAUSTED' } }, 'rate-limit'],
  ])('takes a 200 with %s for an error', (_, body, kind) => {
    expect(upstream.observeResponse(body).error?.kind).toBe(kind)
  })

  it('takes an answer for one', () => {
    expect(upstream.observeResponse(chunk([{ text: 'x' }], { finishReason: 'STOP' }))).toEqual({
      ...NAMES,
      finished: true,
      finishReasons: ['STOP'],
    })
  })

  it('reads what the model wrote, for estimates', () => {
    const body = chunk([{ text: 'a' }, { functionCall: { name: 'f', args: { x: 1 } } }])
    expect(upstream.responseText(body)).toBe('a{"x":1}')
    const text = JSON.stringify(chunk([{ text: 'a "b"' }]))
    expect([...text.matchAll(upstream.outputText)].map((match) => match[1])).toEqual(['a \\"b\\"'])
  })

  it.each(['{"usageMetadata":{}}', '{"finishReason":"STOP"}', '{"error":{}}', '{"promptFeedback":{}}'])(
    'finds %s worth parsing',
    (text) => expect(upstream.notable.test(text)).toBe(true),
  )
})
