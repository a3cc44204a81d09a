import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CanonicalRequest, GatewayError, type Target, type Warning } from '../../src/index.js'
import { adaptRequest } from '../../src/protocols/translate/adapt-request.js'
import { type Fact, factsOf, missing, untold } from './support/facts.js'
import { context, REAL_VENDORS, type Vendor, VENDOR_LIST } from './support/protocols.js'
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

/** What is said in other words than the decoder knows, or goes without saying, for a model with these traits. */
const GOES_WITHOUT_SAYING: Readonly<Record<string, (target: Target, protocol: string) => boolean>> = {
  // Gemini has one resolution for all images of a request, and one mode for all calls.
  'detail of an image': (_target, protocol) => protocol === 'gemini',
  'strict of a tool': (_target, protocol) => protocol === 'gemini',
  // OpenAI's older models cache every prompt by themselves and take no breakpoints.
  'cache marker': ({ traits }, protocol) =>
    protocol === 'openai-responses' && traits.cacheBreakpoints !== true,
  // A model that cannot reason has nothing to switch off, and one that always does nothing to switch on.
  'reasoning.off': ({ traits }) => traits.reasoning === 'none',
  'reasoning.on': ({ traits }) => traits.reasoningOff === false,
}

function isSilent({ sort }: Fact, { protocol, target }: Vendor): boolean {
  return GOES_WITHOUT_SAYING[sort]?.(target, protocol.id) ?? false
}

function lossesIn(request: CanonicalRequest, vendor: Vendor): readonly Fact[] {
  const sent = send(request, vendor)
  if (sent === null) return []
  const lost = missing(factsOf(sent.asked), factsOf(sent.read))
  return untold(
    lost.filter((fact) => !isSilent(fact, vendor)),
    sent.warnings,
  )
}

describe('law 3: what a vendor does not get, a warning names', () => {
  it.each(VENDOR_LIST)('for any request: $protocol.id', (vendor) => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(lossesIn(request, vendor)).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  it.each(REAL_VENDORS)('for any request: $name', (vendor) => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(lossesIn(request, vendor)).toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  it.each(VENDOR_LIST)(
    'state of another vendor, when tool calls are adapted: $protocol.id',
    ({ protocol, target }) => {
      fc.assert(
        fc.property(requests, (request) => {
          const { request: adapted, warnings } = adaptRequest(
            { ...request, candidateCount: 1 },
            { to: protocol, target, context },
          )
          const isState = ({ sort }: Fact): boolean => sort === 'state' || sort === 'reasoning'
          const lost = missing(factsOf(request).filter(isState), factsOf(adapted).filter(isState))
          expect(untold(lost, warnings)).toEqual([])
        }),
      )
    },
  )
})
