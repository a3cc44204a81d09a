import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cuts, splitAt, splitEverywhere } from '../sse/splits.js'
import { answers } from './support/answer-arbitraries.js'
import { PAIRS, VENDOR_LIST, VENDORS } from './support/protocols.js'
import { STREAMS } from './support/scenarios.js'
import { decodeEvents, readPieces, replyOf, translateEvents } from './support/streams.js'
import { WRITE_ANSWER } from './support/vendor-answers.js'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('law 5: where the bytes are split does not matter', () => {
  it.each(STREAMS)('byte for byte: $name', ({ protocol, stream }) => {
    const vendor = VENDORS[protocol]
    const bytes = bytesOf(stream)
    expect(decodeEvents(vendor, readPieces(splitEverywhere(bytes)))).toEqual(
      decodeEvents(vendor, readPieces([bytes])),
    )
  })

  it.each(STREAMS)('nor how lines end: $name', ({ protocol, stream }) => {
    const vendor = VENDORS[protocol]
    const whole = decodeEvents(vendor, readPieces([bytesOf(stream)]))
    for (const end of ['\r\n', '\r']) {
      const bytes = bytesOf(stream.replaceAll('\n', end))
      expect(decodeEvents(vendor, readPieces(splitEverywhere(bytes)))).toEqual(whole)
    }
  })

  it.each(VENDOR_LIST)('for any stream of $protocol.id', (vendor) => {
    fc.assert(
      fc.property(answers, cuts, (said, places) => {
        const bytes = bytesOf(WRITE_ANSWER[vendor.protocol.id](said).events.join(''))
        expect(decodeEvents(vendor, readPieces(splitAt(bytes, places)))).toEqual(
          decodeEvents(vendor, readPieces([bytes])),
        )
      }),
    )
  })

  it.each(PAIRS)('for what the client gets: $name', (pair) => {
    const reply = replyOf(pair)
    for (const { stream } of STREAMS.filter(({ protocol }) => protocol === pair.protocol.id)) {
      const bytes = bytesOf(stream)
      expect(translateEvents(reply, readPieces(splitEverywhere(bytes)))).toBe(
        translateEvents(reply, readPieces([bytes])),
      )
    }
  })
})
