import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import { decode, decodeStream, encode, encodeStream } from './support.js'

/** What a request is refused with; `null` when it is taken. */
function refusalOf(body: JsonObject): unknown {
  try {
    encode(decode(body).request)
    return null
  } catch (error) {
    return error
  }
}

describe('garbage', () => {
  const events = fc.array(
    fc.record({
      event: fc.option(
        fc.constantFrom('message_start', 'content_block_delta', 'message_delta', 'error', 'x'),
        { nil: undefined },
      ),
      data: fc.oneof(
        fc.string(),
        fc
          .record(
            {
              type: fc.constantFrom(
                'message_start',
                'content_block_start',
                'content_block_delta',
                'content_block_stop',
                'message_delta',
                'message_stop',
                'error',
                'ping',
              ),
              index: fc.oneof(fc.nat({ max: 2 }), fc.jsonValue()),
              message: fc.jsonValue(),
              content_block: fc.oneof(
                fc.record({
                  type: fc.constantFrom('text', 'thinking', 'tool_use', 'redacted_thinking', 'x'),
                  input: fc.jsonValue(),
                  text: fc.jsonValue(),
                }),
                fc.jsonValue(),
              ),
              delta: fc.oneof(
                fc.record({
                  type: fc.string(),
                  text: fc.jsonValue(),
                  partial_json: fc.jsonValue(),
                  stop_reason: fc.string(),
                }),
                fc.jsonValue(),
              ),
              usage: fc.oneof(
                fc.dictionary(fc.constantFrom('input_tokens', 'output_tokens'), fc.jsonValue()),
                fc.jsonValue(),
              ),
              error: fc.jsonValue(),
            },
            { requiredKeys: ['type'] },
          )
          .map((data) => JSON.stringify(data)),
      ),
    }),
    { maxLength: 20 },
  )

  test('of a vendor never throws and always ends once, with every block closed once', () => {
    fc.assert(
      fc.property(events, (list) => {
        const parts = decodeStream(list)
        const opened = new Set<number>()
        const isInOrder = parts.every((one) => {
          if (one.type === 'open') return opened.add(one.key)
          if (one.type === 'close') return opened.delete(one.key)
          return 'key' in one ? opened.has(one.key) : true
        })
        expect(isInOrder).toBe(true)
        expect(opened.size).toBe(0)
        expect(parts.filter(({ type }) => type === 'finish' || type === 'error')).toEqual(parts.slice(-1))
        encodeStream(parts)
      }),
      { numRuns: 400 },
    )
  })

  test('of a client is decoded or refused with a field', () => {
    const block = fc.oneof(
      fc.jsonValue(),
      fc.record({
        type: fc.constantFrom(
          'text',
          'image',
          'document',
          'tool_result',
          'tool_use',
          'thinking',
          'search_result',
        ),
        source: fc.jsonValue(),
        content: fc.jsonValue(),
        text: fc.jsonValue(),
      }),
    )
    const body = fc.record({
      model: fc.jsonValue(),
      messages: fc.oneof(
        fc.array(
          fc.record({
            role: fc.constantFrom('user', 'assistant', 'system', 'x'),
            content: fc.oneof(fc.array(block), fc.string(), fc.jsonValue()),
          }),
        ),
        fc.jsonValue(),
      ),
      system: fc.jsonValue(),
      tools: fc.oneof(
        fc.array(fc.record({ name: fc.string(), type: fc.jsonValue(), input_schema: fc.jsonValue() })),
        fc.jsonValue(),
      ),
      tool_choice: fc.jsonValue(),
      thinking: fc.jsonValue(),
      output_config: fc.jsonValue(),
      metadata: fc.jsonValue(),
      max_tokens: fc.jsonValue(),
    })
    fc.assert(
      fc.property(body, (wire) => {
        const refusal = refusalOf(wire)
        if (refusal === null) return
        expect(refusal).toMatchObject({ status: 400, param: expect.any(String) })
      }),
      { numRuns: 300 },
    )
  })
})
