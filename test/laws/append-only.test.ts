import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type JsonObject, translateRequest } from '../../src/index.js'
import { type Loop, toolLoops } from './support/answer-arbitraries.js'
import { type Pair, PAIRS, routeOf, type Vendor } from './support/protocols.js'
import { playLoop } from './support/play-loop.js'
import { historyOf } from './support/simulated-clients.js'

/** The bytes of the vendor's list, without its end. */
function bytesOf(vendor: Vendor, body: JsonObject): string {
  return JSON.stringify(historyOf(vendor.protocol, body)).slice(0, -1)
}

/** The state that the vendor sealed, in the order in which it comes back. */
function sealsIn(body: JsonObject): readonly string[] {
  return [
    ...JSON.stringify(body).matchAll(/"(?:signature|encrypted_content|thoughtSignature)":"([^"]*)"/g),
  ].map(([, seal = '']) => JSON.parse(`"${seal}"`) as string)
}

describe.each(PAIRS)('a conversation that goes on: $name', (pair) => {
  it.each([false, true])(
    'begins with the same bytes, and carries its reasoning (streamed: %s)',
    async (streamed) => {
      await fc.assert(
        fc.asyncProperty(toolLoops, async (loop) => {
          const turns = await playLoop(pair, loop, streamed)
          for (const [at, { body }] of turns.entries()) {
            const next = turns[at + 1]
            if (next === undefined) break
            expect(bytesOf(pair, next.body).startsWith(bytesOf(pair, body))).toBe(true)
            expect(JSON.stringify(next.body['tools'])).toBe(JSON.stringify(body['tools']))
          }
          expect(sealsIn(turns.at(-1)?.body ?? {})).toEqual(expectedSeals(pair, loop))
        }),
        { numRuns: streamed ? 12 : 25 },
      )
    },
  )

  it('is translated the same each time', async () => {
    await fc.assert(
      fc.asyncProperty(toolLoops, async (loop) => {
        for (const { request, body } of await playLoop(pair, loop, false)) {
          const again = translateRequest(JSON.parse(JSON.stringify(request)) as JsonObject, routeOf(pair))
          expect(JSON.stringify(again.value)).toBe(JSON.stringify(body))
        }
      }),
      { numRuns: 10 },
    )
  })
})

/** The seals that the vendor must get back: those that its wire has a place for. */
function expectedSeals({ protocol }: Pair, { steps }: Loop): readonly string[] {
  const sealed = steps.flatMap(({ answer }) => (answer.thought === null ? [] : [answer]))
  // Gemini signs calls, and Chat vendors seal nothing: their reasoning is plain.
  if (protocol.id === 'openai-chat') return []
  const signed = protocol.id === 'gemini' ? sealed.filter(({ calls }) => calls.length > 0) : sealed
  return signed.map(({ thought }) => thought?.seal ?? '')
}
