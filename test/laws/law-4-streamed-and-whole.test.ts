import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accumulate,
  type CanonicalResponse,
  parseSse,
  type StreamPart,
  unfoldResponse,
} from '../../src/index.js'
import { answers } from './support/answer-arbitraries.js'
import { streams } from './support/stream-arbitraries.js'
import { fieldEssence, responseEssence } from './support/essence.js'
import { decodeContext, encodeContext, type Vendor, VENDOR_LIST, VENDORS } from './support/protocols.js'
import { ANSWERS, STREAMS } from './support/scenarios.js'
import { decodeEvents } from './support/streams.js'
import { WRITE_ANSWER } from './support/vendor-answers.js'

function fold(vendor: Vendor, text: string): CanonicalResponse {
  const { response, error } = accumulate(decodeEvents(vendor, parseSse(text)))
  expect(error).toBeNull()
  return response
}

/**
 * An answer without what only one of its forms has: the vendor's raw usage object, which a stream reports in pieces,
 * and fields of the whole body without a shared meaning.
 */
function plain({ usage, extensions: _extensions, ...response }: CanonicalResponse): unknown {
  if (usage === null) return { ...response, usage }
  const { raw: _, ...counts } = usage
  return { ...response, usage: counts }
}

describe('law 4: a stream folds to the answer that the vendor would have given whole', () => {
  it.each(ANSWERS)('$name', ({ protocol, response, stream }) => {
    const vendor = VENDORS[protocol]
    const whole = vendor.protocol.decodeResponse(response, decodeContext(vendor)).value
    expect(plain(fold(vendor, stream))).toEqual(plain(whole))
  })

  it.each(STREAMS)('means what the scenario says: $name', ({ protocol, stream, scenario, differs }) => {
    expect(responseEssence(fold(VENDORS[protocol], stream), differs)).toEqual(
      responseEssence(scenario.response, differs),
    )
  })

  it.each(VENDOR_LIST)('for any answer of $protocol.id', (vendor) => {
    fc.assert(
      fc.property(answers, (answer) => {
        const { body, events } = WRITE_ANSWER[vendor.protocol.id](answer)
        const whole = vendor.protocol.decodeResponse(body, decodeContext(vendor)).value
        expect(plain(fold(vendor, events.join('')))).toEqual(plain(whole))
      }),
    )
  })

  it.each(VENDOR_LIST)('for any answer that we write as $protocol.id', (vendor) => {
    fc.assert(
      fc.property(streams(), (parts) => {
        const { response } = accumulate(parts)
        const whole = vendor.protocol.encodeResponse(response, encodeContext()).value
        const read = vendor.protocol.decodeResponse(whole, decodeContext(vendor)).value
        const unfolded = fold(vendor, write(vendor, unfoldResponse(response)))
        const essence = vendor.protocol.id === 'openai-chat' ? fieldEssence : responseEssence
        expect(essence(unfolded)).toEqual(essence(read))
      }),
    )
  })
})

function write({ protocol }: Vendor, parts: readonly StreamPart[]): string {
  const encoder = protocol.createStreamEncoder(encodeContext())
  return parts.map((part) => encoder.push(part)).join('')
}
