import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accumulate, type CanonicalResponse } from '../../src/index.js'
import { adaptRequest } from '../../src/protocols/translate/adapt-request.js'
import { fieldEssence, requestEssence, responseEssence } from './support/essence.js'
import { context, decodeContext, encodeContext, VENDOR_LIST } from './support/protocols.js'
import { plainRequests } from './support/request-arbitraries.js'
import { streams } from './support/stream-arbitraries.js'

/** A cut answer that ends in a call without arguments: Messages cannot say whether the cut came before them. */
function endsInBareCall({ finish, content }: CanonicalResponse): boolean {
  const last = content.at(-1)
  return CUTTING.has(finish.reason) && last?.type === 'tool-call' && last.input === ''
}

const CUTTING: ReadonlySet<string> = new Set(['length', 'context-full'])
const PARTS_THOUGHTS: ReadonlySet<string> = new Set(['openai-responses', 'anthropic-messages'])

// Requests that a vendor cannot say whole are the matter of law 3.
describe('law 2: what is encoded and decoded again is the same, or there are warnings', () => {
  it.each(VENDOR_LIST)('a request that every protocol can say: $protocol.id', ({ protocol, target }) => {
    fc.assert(
      fc.property(plainRequests, (request) => {
        const adapted = adaptRequest(request, { to: protocol, target, context })
        const encoded = protocol.encodeRequest(adapted.request, target, context)
        const decoded = protocol.decodeRequest(encoded.value, context)
        expect([...adapted.warnings, ...encoded.warnings, ...decoded.warnings]).toEqual([])
        // Nothing is ever asked to be stored.
        expect(requestEssence(decoded.value, ['state'])).toEqual(requestEssence(request))
      }),
    )
  })

  // State comes back in an envelope, and sources with the place of their text: both have laws of their own.
  it.each(VENDOR_LIST)('any answer: $protocol.id', (vendor) => {
    const { protocol } = vendor
    // Chat and Gemini do not part thoughts that follow each other.
    const essence = PARTS_THOUGHTS.has(protocol.id) ? responseEssence : fieldEssence
    const options = { custom: protocol.upstream.tools.customTools, refusals: false }
    fc.assert(
      fc.property(streams(options), (parts) => {
        const { response } = accumulate(parts)
        fc.pre(protocol.id !== 'anthropic-messages' || !endsInBareCall(response))
        const encoded = protocol.encodeResponse(response, encodeContext())
        const { value } = protocol.decodeResponse(encoded.value, decodeContext(vendor))
        expect(encoded.warnings.filter(({ path }) => path !== 'annotations')).toEqual([])
        expect(essence(value, ['state', 'citations'])).toEqual(essence(response, ['state', 'citations']))
      }),
    )
  })
})
