import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chunk, stream, whole } from '../../support/calls.js'
import type { Reply } from '../../support/scripted-vendor.js'
import { BALANCE } from '../../support/test-gateway.js'
import { answer, COST, createRoutedGateway, failure } from './routed-gateway.js'

const REPLIES: readonly (Reply | null)[] = [
  null,
  failure(500),
  failure(529),
  failure(429),
  failure(429, { 'retry-after-ms': '1' }),
  failure(401),
  failure(400),
  failure(404, {}, 'model_not_found'),
  { steps: [], fault: 'connect' },
  { steps: [], fault: 'timeout' },
  whole('<html>'),
  stream(),
  stream({ fault: 'reset' }),
  stream(chunk({ role: 'assistant', content: 'hel' }), { fault: 'reset' }),
]

const scripts = fc.array(fc.constantFrom(...REPLIES), { minLength: 1, maxLength: 4 })
const cases = fc.record({
  a: scripts,
  b: scripts,
  attempts: fc.integer({ min: 0, max: 2 }),
  routing: fc.constantFrom('order', 'weighted', 'least-latency'),
  streamed: fc.boolean(),
})

describe('whatever vendors do', () => {
  it('a request is answered once, recorded once, and paid for once or not at all', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ a, b, attempts, routing, streamed }) => {
        const tested = createRoutedGateway({ retries: { attempts, baseMs: 0, maxMs: 2 } }, { routing })
        for (const [name, replies] of Object.entries({ a, b })) {
          let at = 0
          tested.script(name, (call) => replies[at++ % replies.length] ?? answer(call))
        }
        const { status, text } = await tested.ask('hi', { stream: streamed })
        const [record, ...others] = tested.records
        expect(others).toEqual([])
        const isWhole = record?.status === 'completed'
        expect(tested.wallet()).toEqual({ balanceMicro: BALANCE - (isWhole ? COST : 0), heldMicro: 0 })
        expect(record?.costMicro).toBe(isWhole ? COST : 0)
        expect(isWhole).toBe(status === 200 && !text.includes('error'))
        expect(text.split('"hel"').length).toBeLessThanOrEqual(2)
        const visits = tested.visits().length
        expect(visits).toBeLessThanOrEqual(2 * (1 + attempts))
        expect(record?.attempts?.length ?? 1).toBe(visits)
      }),
      { numRuns: 60 },
    )
  })
})
