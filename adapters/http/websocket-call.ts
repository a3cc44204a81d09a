import {
  createCancelSource,
  type GatewayRequest,
  type GatewayResponse,
  type Handler,
  INTERNAL_ANSWER,
  isJsonObject,
  type JsonObject,
  parseJson,
  type RequestHeaders,
  type ResponseStream,
  tooLarge,
} from '../../src/index.js'
import { createSocketMemory } from './websocket-memory.js'
import {
  describeError,
  describePrepared,
  describeRefusal,
  describeStreamError,
} from './websocket-messages.js'
import { type RelayedEvent, relayStream } from './websocket-relay.js'

/** A message of a client and the way back to it. */
export interface Turn {
  /** Null for a text that is no JSON object. */
  readonly message: JsonObject | null
  readonly text: string
  readonly emit: (text: string) => void
}

/** What the calls of a socket have in common. */
export interface CallerOptions {
  readonly handler: Handler
  /** Path with query. */
  readonly path: string
  readonly headers: RequestHeaders
  /** Resolves when the client has caught up; null when it has. */
  readonly drained: () => Promise<void> | null
}

/** Makes calls out of messages. */
export interface Caller {
  /** Resolves when the answer is handed over; never rejects. */
  readonly answer: (turn: Turn) => Promise<void>
  /** The client has left: ends the calls that run. */
  readonly leave: () => void
}

/** Characters of JSON that one prepared response may stand for: what a request may have by default. */
const MOST_PREPARED = 32 * 1024 * 1024

/** Creates what answers the messages of one socket. */
export function createCaller({ handler, path, headers, drained }: CallerOptions): Caller {
  const memory = createSocketMemory()
  const running = new Set<{ end: () => void }>()

  const prepare = (body: JsonObject, emit: Turn['emit']): void => {
    // No handler looks at this one, and each goes on from the one before.
    if (JSON.stringify(body).length > MOST_PREPARED)
      return emit(JSON.stringify(describeError(tooLarge(MOST_PREPARED))))
    for (const event of describePrepared(body)) {
      memory.remember(body, event['response'])
      emit(JSON.stringify(event))
    }
  }
  /** What is stored can be had by its id over HTTP too; what is not, this socket remembers. */
  const keep = (body: JsonObject, { type, data }: RelayedEvent): void => {
    if (body['store'] !== false || (type !== 'response.completed' && type !== 'response.incomplete')) return
    const event = parseJson(data)
    if (isJsonObject(event)) memory.remember(body, event['response'])
  }

  return {
    async answer({ message, text, emit }) {
      const { type: _type, stream_id: _lane, generate, ...given } = message ?? {}
      const body = memory.recall(given)
      if (message !== null && generate === false) return prepare(body, emit)
      const client = createCancelSource()
      const call = { end: client.cancel }
      running.add(call)
      // A text that is no message is refused as the body that it would be.
      const sent = message === null ? text : { json: { ...body, stream: true } }
      const request: GatewayRequest = { method: 'POST', path, headers, body: sent, signal: client.signal }
      const answer = await handler.handle(request).catch(() => INTERNAL_ANSWER)
      if (answer.status === 200) {
        const iterator = streamOf(answer)
        call.end = () => {
          client.cancel()
          iterator.return?.().catch(() => undefined)
        }
        if (client.signal.aborted) call.end()
        await relayStream(iterator, {
          drained,
          deliver(event) {
            keep(body, event)
            emit(event.type === 'error' ? JSON.stringify(describeStreamError(event.data)) : event.data)
          },
        })
      } else emit(JSON.stringify(describeRefusal(answer)))
      running.delete(call)
    },
    leave() {
      for (const call of running) call.end()
    },
  }
}

/** Answers that were kept come whole. */
function streamOf({ body }: GatewayResponse): ReturnType<ResponseStream[typeof Symbol.asyncIterator]> {
  const chunks = typeof body === 'string' || body instanceof Uint8Array ? oneOf(body) : body
  return chunks[Symbol.asyncIterator]()
}

async function* oneOf<T>(chunk: T): AsyncGenerator<T> {
  yield chunk
}
