import { GatewayError } from '../../../src/errors.js'
import { toFetch } from '../../../src/gateway/http/fetch.js'
import type { GatewayRequest, GatewayResponse, ResponseStream } from '../../../src/gateway/http/http.js'

/** The handler that runtimes.test.ts serves on Bun, Deno and workerd; it counts what happens to its streams. */
const counts = { returns: 0, aborts: 0 }
/** How many further chunks of `/stream` the client has asked for by `/next`. */
const wanted = { chunks: 0 }

async function handle(request: GatewayRequest): Promise<GatewayResponse> {
  const [path = ''] = request.path.split('?')
  switch (path) {
    case '/echo':
      return await echo(request)
    case '/counts':
      return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(counts) }
    case '/stream':
      return stream(chunks(3, 3, (made) => wanted.chunks >= made))
    case '/next':
      wanted.chunks += 1
      return { status: 204, headers: {}, body: '' }
    case '/endless':
      request.signal?.addEventListener('abort', () => (counts.aborts += 1))
      return stream(chunks(Infinity, Infinity))
    case '/broken':
      return stream(chunks(2, 1))
    default:
      return { status: 404, headers: { 'x-path': request.path }, body: '{"error":"mine"}' }
  }
}

async function echo({ body }: GatewayRequest): Promise<GatewayResponse> {
  try {
    const raw = typeof body === 'function' ? await body(1_000_000) : ''
    return { status: 200, headers: {}, body: raw }
  } catch (error) {
    if (!GatewayError.isInstance(error)) throw error
    return { status: error.status, headers: {}, body: error.code }
  }
}

function stream(body: ResponseStream): GatewayResponse {
  return { status: 200, headers: { 'content-type': 'text/event-stream' }, body }
}

function silence(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20))
}

/** Chunks with a silence between them, each when it may be made; after `good` of them the stream breaks. */
function chunks(length: number, good: number, mayMake = (_made: number) => true): ResponseStream {
  let made = 0
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        if (made === length) return { done: true, value: undefined }
        if (made > 0) await silence()
        while (!mayMake(made)) await silence()
        if (made === good) throw new Error('broken on purpose')
        made += 1
        return { done: false, value: `data: ${made}\n\n` }
      },
      return() {
        counts.returns += 1
        return Promise.resolve({ done: true, value: undefined })
      },
    }),
  }
}

export default { fetch: toFetch({ handle }) }
