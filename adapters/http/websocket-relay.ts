import { createSseParser, isJsonObject, parseJson, type ResponseStream } from '../../src/index.js'

/** An event of a stream. */
export interface RelayedEvent {
  readonly type: unknown
  readonly data: string
}

/** Where events go. */
export interface RelayTarget {
  readonly deliver: (event: RelayedEvent) => void
  readonly drained: () => Promise<void> | null
}

/** After one of these nothing belongs to the response any more: what followed would be taken for the next one's. */
const TERMINAL: ReadonlySet<unknown> = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
  'error',
])

const CUT: RelayedEvent = {
  type: 'error',
  data: '{"code":"upstream_stream_truncated","message":"The stream was cut.","param":null,"status":502}',
}

/** Delivers the events of a stream, the last of which is terminal however the stream ends; never rejects. */
export async function relayStream(
  iterator: ReturnType<ResponseStream[typeof Symbol.asyncIterator]>,
  { deliver, drained }: RelayTarget,
): Promise<void> {
  const decoder = new TextDecoder()
  let ended = false
  const parser = createSseParser({
    onEvent({ event, data }) {
      if (ended || data === '[DONE]') return
      const type = event ?? typeOf(data)
      ended = TERMINAL.has(type)
      deliver({ type, data })
    },
  })
  try {
    for (;;) {
      const step = await iterator.next()
      if (step.done === true) break
      parser.push(typeof step.value === 'string' ? step.value : decoder.decode(step.value, { stream: true }))
      const waiting = drained()
      if (waiting !== null) await waiting
    }
    parser.end()
  } catch {
    iterator.return?.().catch(() => undefined)
  }
  if (!ended) deliver(CUT)
}

/** Vendors that leave the `event:` line out have the type in the data. */
function typeOf(data: string): unknown {
  const json = parseJson(data)
  return isJsonObject(json) ? json['type'] : undefined
}
