import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStreamTranslator, parseSse, type ReplyRoute, type SseEvent } from '../../src/index.js'
import { answers } from './support/answer-arbitraries.js'
import { FACTS, type Pair, PAIRS } from './support/protocols.js'
import { STREAMS } from './support/scenarios.js'
import { endingsOf, readPieces, replyOf, translateEvents } from './support/streams.js'
import { WRITE_ANSWER } from './support/vendor-answers.js'

/** True once the vendor has said how its answer ends: what is cut off after that is missing nothing. */
function saysEnd({ protocol }: Pair, events: readonly SseEvent[]): boolean {
  return events.some((event) => protocol.upstream.observeEvent(event).finished === true)
}

const streamsOf = ({ protocol }: Pair): readonly string[] =>
  STREAMS.filter((wire) => wire.protocol === protocol.id).map(({ stream }) => stream)

function checkCut(pair: Pair, events: readonly SseEvent[], reply = replyOf(pair)): void {
  const endings = endingsOf(pair.client, translateEvents(reply, events))
  const expected = saysEnd(pair, events) ? 'finished' : 'failed'
  expect(new Set(endings)).toEqual(new Set([expected]))
}

describe.each(PAIRS)('law 6: a stream that was cut off ends with an error: $name', (pair) => {
  it('after every event', () => {
    for (const stream of streamsOf(pair)) {
      const events = parseSse(stream)
      for (let length = 0; length <= events.length; length++) checkCut(pair, events.slice(0, length))
    }
  })

  it('within every event', () => {
    const [longest = ''] = streamsOf(pair)
      .toSorted((one, other) => one.length - other.length)
      .slice(-3)
    const bytes = new TextEncoder().encode(longest)
    const reply = replyOf(pair)
    for (let length = 0; length < bytes.length; length += 7) {
      checkCut(pair, readPieces([bytes.subarray(0, length)]), reply)
    }
  })

  it('wherever any answer is cut', () => {
    fc.assert(
      fc.property(answers, fc.double({ min: 0, max: 1, noNaN: true }), (said, share) => {
        const { events } = WRITE_ANSWER[pair.protocol.id](said)
        const bytes = new TextEncoder().encode(events.join(''))
        checkCut(pair, readPieces([bytes.subarray(0, Math.floor(share * bytes.length))]))
      }),
      { numRuns: 60 },
    )
  })

  it('when the connection breaks in the middle', () => {
    for (const stream of streamsOf(pair)) {
      const events = parseSse(stream)
      const half = events.slice(0, Math.floor(events.length / 2))
      if (saysEnd(pair, half)) continue
      const endings = endingsOf(pair.client, breakOff(replyOf(pair), half))
      expect(new Set(endings)).toEqual(new Set(['failed']))
    }
  })
})

function breakOff(reply: ReplyRoute, events: readonly SseEvent[]): string {
  const translator = createStreamTranslator(reply, FACTS)
  const text = events.map((event) => translator.push(event)).join('')
  return text + translator.fail({ kind: 'truncated', message: 'gone' })
}
