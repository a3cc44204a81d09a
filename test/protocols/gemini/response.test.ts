import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import { gemini } from '../../../src/protocols/gemini/index.js'
import { chunk, context, decodeContext, foldChunks } from './helpers.js'

const STOP = { finishReason: 'STOP' }

describe('the response decoder of Gemini', () => {
  it('law 4: gives the same as the stream of the same answer', () => {
    const parts = fc.array(
      fc.oneof(
        fc.record({ text: fc.string() }),
        fc.record({ text: fc.string(), thought: fc.constant(true), thoughtSignature: fc.base64String() }),
        fc.record({
          functionCall: fc.record({
            name: fc.constant('f'),
            args: fc.dictionary(fc.string(), fc.jsonValue()),
          }),
        }),
        fc.record({ executableCode: fc.record({ code: fc.string() }) }),
      ),
      { minLength: 1, maxLength: 8 },
    ) as fc.Arbitrary<JsonObject[]>
    fc.assert(
      fc.property(parts, (all) => {
        const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 4 }
        const whole = gemini.decodeResponse(chunk(all, STOP, { usageMetadata }), decodeContext()).value
        const pieces = all.map((part) => chunk([part]))
        const streamed = foldChunks([...pieces, chunk([], STOP, { usageMetadata })])
        expect(streamed.response).toEqual(whole)
      }),
    )
  })

  it('law 6: no beginning of a stream looks finished', () => {
    const events = [
      chunk([{ text: 'a', thought: true }]),
      chunk([{ text: 'b' }]),
      chunk([{ functionCall: { name: 'f' } }]),
    ]
    for (let length = 0; length <= events.length; length++) {
      expect(foldChunks(events.slice(0, length)).error?.kind).toBe('truncated')
    }
  })

  it('keeps what the candidate holds beside its content', () => {
    const body = chunk([{ text: 'x' }], { ...STOP, avgLogprobs: -0.5, safetyRatings: [] })
    expect(gemini.decodeResponse(body, decodeContext()).value.extensions).toEqual({
      gemini: { avgLogprobs: -0.5, safetyRatings: [] },
    })
  })

  it('makes an id where the vendor sent none, and knows when it answered', () => {
    const { responseId: _, ...body } = chunk([{ text: 'x' }], STOP, { createTime: '2026-01-02T03:04:05.6Z' })
    const { id, created } = gemini.decodeResponse(body, decodeContext()).value
    expect(id).toBe(context.hash(JSON.stringify(body), 24))
    expect(created).toBe(1_767_323_045)
  })

  it('does not take a fault for a finish', () => {
    const body = chunk([], { finishReason: 'MALFORMED_FUNCTION_CALL' })
    expect(gemini.decodeResponse(body, decodeContext()).value.finish).toEqual({
      reason: 'other',
      raw: 'MALFORMED_FUNCTION_CALL',
    })
  })
})
