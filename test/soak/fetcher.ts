import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, fetch as fetchByUndici, type RequestInit } from 'undici'

/** The `fetch` of all sessions: it notes heads by the exchange that a header names, and reads slowly where it is told. */
export interface Fetcher {
  readonly fetch: typeof globalThis.fetch
  readonly headersFor: (exchange: string, isSlow: boolean) => Readonly<Record<string, string>>
  /** What the head said; status 0 where none came. */
  readonly seen: (exchange: string) => { readonly status: number; readonly requestId: string | null }
  /** Sends a request with an idempotency key again, as it was. */
  readonly repeat: (exchange: string) => Promise<{ readonly replayed: boolean; readonly text: string }>
  readonly close: () => Promise<void>
}

const EXCHANGE = 'x-soak-exchange'
const SLOW = 'x-soak-slow'
const SLOW_MS = 40
const NOTHING = { status: 0, requestId: null } as const

/** A fetcher with connections of its own. */
export function createFetcher(): Fetcher {
  const dispatcher = new Agent({ connections: 256, pipelining: 1 })
  const heads = new Map<string, { readonly status: number; readonly requestId: string | null }>()
  const kept = new Map<string, { readonly url: string; readonly init: RequestInit; readonly text: string }>()

  const send = async (url: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers as HeadersInit)
    const exchange = headers.get(EXCHANGE) ?? ''
    const isSlow = headers.has(SLOW)
    headers.delete(EXCHANGE)
    headers.delete(SLOW)
    const sent: RequestInit = { ...init, headers: [...headers], dispatcher }
    const response = (await fetchByUndici(url, sent)) as unknown as Response
    heads.set(exchange, { status: response.status, requestId: response.headers.get('x-request-id') })
    if (headers.has('idempotency-key') && response.ok) {
      const { signal: _signal, ...again } = sent
      kept.set(exchange, { url, init: again, text: await response.clone().text() })
    }
    return isSlow && response.body !== null ? new Response(slowDown(response.body), response) : response
  }

  return {
    fetch: (input, init) => send(String(input), (init ?? {}) as RequestInit),
    headersFor: (exchange, isSlow) => ({ [EXCHANGE]: exchange, ...(isSlow ? { [SLOW]: '1' } : {}) }),
    seen(exchange) {
      return heads.get(exchange) ?? NOTHING
    },
    async repeat(exchange) {
      const before = kept.get(exchange)
      kept.delete(exchange)
      if (before === undefined) return { replayed: false, text: 'nothing was kept' }
      const response = await fetchByUndici(before.url, before.init)
      const text = await response.text()
      const replayed = response.headers.get('idempotent-replayed') === 'true'
      return { replayed: replayed && text === before.text, text: replayed ? '' : text.slice(0, 200) }
    },
    close: () => dispatcher.close(),
  }
}

/** Takes a chunk, and its time before the next one. */
function slowDown(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const wait = new TransformStream<Uint8Array, Uint8Array>(
    {
      async transform(chunk, controller) {
        await sleep(SLOW_MS)
        controller.enqueue(chunk)
      },
    },
    undefined,
    { highWaterMark: 0 },
  )
  return body.pipeThrough(wait)
}
