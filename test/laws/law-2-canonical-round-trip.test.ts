import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accumulate, type CanonicalRequest, GatewayError, type StreamPart } from '../../src/index.js'
import { adaptRequest } from '../../src/protocols/translate/adapt-request.js'
import { fieldEssence, responseEssence } from './support/essence.js'
import { factsOf } from './support/facts.js'
import { context, decodeContext, encodeContext, type Vendor, VENDOR_LIST } from './support/protocols.js'
import { requests } from './support/request-arbitraries.js'
import { streams } from './support/stream-arbitraries.js'

/** What a vendor reads of a request; null when it was refused, or something of it was not said as it was meant. */
function readWithoutWarnings(
  request: CanonicalRequest,
  { protocol, target }: Vendor,
): { readonly asked: CanonicalRequest; readonly read: CanonicalRequest } | null {
  try {
    const { request: asked, warnings } = adaptRequest(request, { to: protocol, target, context })
    const encoded = protocol.encodeRequest(asked, target, context)
    const decoded = protocol.decodeRequest(encoded.value, context)
    return warnings.length + encoded.warnings.length + decoded.warnings.length > 0
      ? null
      : { asked, read: decoded.value }
  } catch (error) {
    if (!GatewayError.isInstance(error)) throw error
    return null
  }
}

/** Words of a request in their order. */
function wordsOf(request: CanonicalRequest): readonly string[] {
  return factsOf(request)
    .filter(({ sort }) => sort === 'text' || sort === 'call' || sort === 'result')
    .map(({ value }) => value)
}

describe('law 2: what is encoded and decoded again is the same, or there are warnings', () => {
  it.each(VENDOR_LIST)('any request, word by word: $protocol.id', (vendor) => {
    let whole = 0
    fc.assert(
      fc.property(requests, (request) => {
        const sent = readWithoutWarnings(request, vendor)
        if (sent === null) return
        whole += 1
        expect(wordsOf(sent.read).join('')).toContain(wordsOf(sent.asked).join(''))
      }),
      { numRuns: 150 },
    )
    expect(whole).toBeGreaterThan(5)
  })

  it.each(VENDOR_LIST)('any answer: $protocol.id', (vendor) => {
    const { protocol } = vendor
    const essence = protocol.id === 'openai-chat' ? fieldEssence : responseEssence
    fc.assert(
      fc.property(streams({ custom: protocol.upstream.tools.customTools, refusals: false }), (parts) => {
        const { response } = accumulate(withoutStates(parts))
        const encoded = protocol.encodeResponse(response, encodeContext())
        const { value } = protocol.decodeResponse(encoded.value, decodeContext(vendor))
        if (encoded.warnings.length === 0) {
          expect(withoutStatesIn(essence(value))).toEqual(withoutStatesIn(essence(response)))
        }
      }),
    )
  })
})
