import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CanonicalRequest, GatewayError, type Warning } from '../../src/index.js'
import { adaptRequest } from '../../src/protocols/translate/adapt-request.js'
import { factsOf, missing, untold } from './support/facts.js'
import { context, type Vendor, VENDOR_LIST } from './support/protocols.js'
import { requests } from './support/request-arbitraries.js'

interface Sent {
  /** As the codec got it. */
  readonly asked: CanonicalRequest
  /** As the vendor reads it. */
  readonly read: CanonicalRequest
  readonly warnings: readonly Warning[]
}

/** Sends a request to a vendor, which reads it; null when it was refused, naming the field. */
function send(request: CanonicalRequest, { protocol, target }: Vendor): Sent | null {
  try {
    const adapted = adaptRequest(request, { to: protocol, target, context })
    const encoded = protocol.encodeRequest(adapted.request, target, context)
    return {
      asked: adapted.request,
      read: protocol.decodeRequest(encoded.value, context).value,
      warnings: [...adapted.warnings, ...encoded.warnings],
    }
  } catch (error) {
    if (!GatewayError.isInstance(error)) throw error
    expect(error.param).toMatch(/./)
    return null
  }
}

describe('law 3: what a vendor does not get, a warning names', () => {
  it.each(VENDOR_LIST)('for any request: $protocol.id', (vendor) => {
    fc.assert(
      fc.property(requests, (request) => {
        const sent = send(request, vendor)
        if (sent === null) return
        const lost = missing(factsOf(sent.asked), factsOf(sent.read))
        expect(untold(lost, sent.warnings)).toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})
