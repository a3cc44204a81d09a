import { createAccumulator } from '../../canonical/accumulate.js'
import type { JsonObject } from '../../canonical/json.js'
import type { CanonicalResponse } from '../../canonical/response.js'
import type { StreamPart } from '../../canonical/stream.js'
import { unfoldResponse } from '../../canonical/unfold.js'
import type { StreamDecoder, Translated } from '../protocol.js'
import type { ReplyRoute, TranslationRoute } from './index.js'
import { createHopJoiner } from './join-hops.js'

/** Decodes the streams of an answer that a vendor gave in several. */
export interface HopDecoder extends StreamDecoder {
  /** Body of the request for the rest of the answer; null when there is none. */
  nextRequest(): JsonObject | null
  /** Goes over to the answer to that request. */
  next(request: JsonObject): readonly StreamPart[]
}

/** Creates the decoder of an answer; one that comes in one stream is decoded as it is. */
export function createHopDecoder({ route, sent }: Pick<ReplyRoute, 'route' | 'sent'>): HopDecoder {
  const { to, context, target } = route
  const { continuation } = to.upstream
  const createDecoder = (): StreamDecoder => to.createStreamDecoder({ ...context, target })
  let decoder = createDecoder()
  if (continuation === undefined) {
    return {
      push: (event) => decoder.push(event),
      end: () => decoder.end(),
      nextRequest: () => null,
      next: () => [],
    }
  }
  const joiner = createHopJoiner(continuation)
  let request = sent
  let collector = continuation.createCollector(sent)
  return {
    push(event) {
      collector?.push(event)
      return joiner.push(decoder.push(event))
    },
    end: () => joiner.end(decoder.end()),
    nextRequest: () =>
      collector === null ? null : continuation.continueRequest(request, collector.answer()),
    next(body) {
      const parts = joiner.next(decoder.end())
      decoder = createDecoder()
      request = body
      collector = continuation.createCollector(body)
      return parts
    },
  }
}

/** The same for whole answers. */
export function decodeHops(
  bodies: readonly JsonObject[],
  { to, context, target }: TranslationRoute,
): Translated<CanonicalResponse> {
  const decoded = bodies.map((body) => to.decodeResponse(body, { ...context, target }))
  const { continuation } = to.upstream
  const last = decoded.at(-1)
  if (last === undefined) throw new TypeError('an answer has at least one body')
  const isOne = decoded.length === 1 && last.value.finish.reason !== 'pause'
  if (continuation === undefined || isOne) return last
  const joiner = createHopJoiner(continuation)
  const accumulator = createAccumulator()
  for (const hop of decoded) {
    const parts = [...unfoldResponse(hop.value)]
    const warnings = hop.warnings.map((warning): StreamPart => ({ type: 'warning', warning }))
    const tail = [...warnings, ...parts]
    for (const part of hop === last ? joiner.end(tail) : joiner.next(tail)) accumulator.push(part)
  }
  const { response, warnings } = accumulator.result()
  const { extensions } = last.value
  return { value: extensions === undefined ? response : { ...response, extensions }, warnings }
}
