import { GatewayError } from '../errors.js'
import type { JsonObject } from '../canonical/json.js'
import type { ClientWire, Protocol, ProtocolId } from '../protocols/protocol.js'
import { getProtocol } from './config/protocols.js'
import { clientOf } from './http/dialect.js'
import type { Leg } from './send/resolve.js'
import { openCompactState, type OpenState } from './state/open-state.js'

/** A client protocol's face together with its codec. */
export interface ClientProtocol {
  /** Decodes requests and encodes answers. */
  readonly protocol: Protocol
  readonly client: ClientWire
  /** Whose words requests are in; another protocol's than the answers' for clients that borrow them. */
  readonly words: ProtocolId
  /** Absent: any leg serves. Otherwise the leg as this endpoint needs it; throws for a model that has no such endpoint. */
  readonly serve?: ((leg: Leg) => Leg) | undefined
  /** Absent: nothing is kept between the requests of this endpoint. */
  readonly openState?: OpenState | undefined
}

/** The client protocol of an endpoint. */
export function clientFor(id: ProtocolId): ClientProtocol {
  const protocol = getProtocol(id)
  return { protocol, client: clientOf(protocol), words: id }
}

/** The same for a protocol's embeddings, which are passed through or not served. */
export function embeddingsFor(id: ProtocolId): ClientProtocol {
  const protocol = getProtocol(id)
  const { embeddings } = protocol
  if (embeddings === undefined) throw new TypeError(`${id} has no embeddings`)
  return { protocol, client: embeddings.client, words: id, serve: serveEmbeddings }
}

function serveEmbeddings(leg: Leg): Leg {
  const { protocol, model } = leg
  if (protocol.embeddings === undefined) {
    const message = `Model '${model.id}' has no embeddings.`
    throw new GatewayError('invalid_request', message, { param: 'model' })
  }
  return { ...leg, protocol: { ...protocol, upstream: protocol.embeddings.upstream } }
}

/** The same for the endpoint that makes conversations shorter: vendors of the protocol have one, too. */
export function compactFor(id: ProtocolId): ClientProtocol {
  const serve = (leg: Leg): Leg => (leg.protocol.id === id ? serveCompaction(leg) : leg)
  return { ...clientFor(id), serve, openState: openCompactState }
}

function serveCompaction(leg: Leg): Leg {
  const { protocol } = leg
  const endpoint = (model: string, stream: boolean): string =>
    `${protocol.upstream.endpoint(model, stream)}/compact`
  return { ...leg, protocol: { ...protocol, upstream: { ...protocol.upstream, endpoint } } }
}

/** The client protocol that fits a body: a client that borrows another protocol's words is decoded by that one. */
export function readWords(spoken: ClientProtocol, body: JsonObject): ClientProtocol {
  const { borrowed } = spoken.client
  const words = borrowed === undefined ? null : borrowed.wordsOf(body)
  if (borrowed === undefined || words === null) return spoken
  const lender = getProtocol(words)
  const lent = clientOf(lender)
  const client: ClientWire = {
    ...spoken.client,
    fieldNames: lent.fieldNames,
    fallbackFields: lent.fallbackFields,
    inspectRequest: (json) => lent.inspectRequest(borrowed.toBody(json)),
  }
  const decodeRequest: Protocol['decodeRequest'] = (json, context) => {
    const { value, warnings } = lender.decodeRequest(borrowed.toBody(json), context)
    return { value: borrowed.complete(value, json), warnings }
  }
  return { protocol: { ...spoken.protocol, client, decodeRequest }, client, words }
}
