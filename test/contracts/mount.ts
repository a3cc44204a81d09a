import { randomBytes } from 'node:crypto'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { GatewayError } from '../../src/errors.js'
import type { GatewayRequest, GatewayResponse, Handler, ResponseStream } from '../../src/gateway/http.js'
import { defer, eventually, pause } from './http-server.js'

/** A handler that stands mounted somewhere. */
export interface Mounted {
  /** Sends a request to a path below the mount point. */
  request(path: string, init?: RequestInit): Promise<Response>
  close(): Promise<void>
}

/** One way to mount a handler. */
export interface MountTarget {
  readonly name: string
  /** Request content codings that this mount can undo. */
  readonly codings: readonly ('gzip' | 'deflate' | 'br')[]
  start(handler: Handler): Promise<Mounted>
}

type Script = (request: GatewayRequest) => Promise<GatewayResponse> | GatewayResponse

const LIMIT = 100_000
const ENCODERS = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }

/** What every mount owes a handler and its clients. */
export function describeMount(target: MountTarget): void {
  describe(`mount ${target.name}`, () => {
    let mounted: Mounted
    let script: Script

    beforeEach(async () => {
      mounted = await target.start({ handle: async (request) => await script(request) })
    })
    afterEach(async () => {
      await mounted.close()
    })

    const post = (body: BodyInit, init: RequestInit = {}) =>
      mounted.request('/v1/call', { method: 'POST', body, ...init })
    /** Streams `body`; resolves with what the handler was given. */
    const streaming = (body: ResponseStream): Promise<GatewayRequest> => {
      const asked = defer<GatewayRequest>()
      script = (request) => {
        asked.resolve(request)
        return { status: 200, headers: STREAM_HEADERS, body }
      }
      return asked.promise
    }

    describe('the request', () => {
      test('reaches the handler as plain data, its path relative to the mount point', async () => {
        const seen: unknown[] = []
        script = ({ method, path, headers }) => {
          seen.push([method, path, headers['x-one']])
          return ok('')
        }
        for (const path of PATHS) await mounted.request(path, { headers: { 'X-One': '1' } })
        expect(seen).toEqual(PATHS.map((path) => ['GET', path, '1']))
      })

      test('at the mount point itself has the path /', async () => {
        script = ({ path }) => ok(path)
        expect(await (await mounted.request('')).text()).toBe('/')
        expect(await (await mounted.request('?x=1')).text()).toBe('/?x=1')
      })

      test('may have any common method', async () => {
        script = ({ method }) => ok(method)
        for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
          expect(await (await mounted.request('/v1/call', { method })).text()).toBe(method)
        }
      })

      test('has its raw bytes, whatever its content type says', async () => {
        const bytes = randomBytes(1000)
        script = async (request) => ok(await readBody(request))
        for (const type of [
          'application/json',
          'text/plain',
          'application/x-www-form-urlencoded',
          ';;garbage',
        ]) {
          const response = await post(bytes, { headers: { 'content-type': type } })
          expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
        }
      })

      test('case 78: has a body of 5 MB whole', async () => {
        const bytes = randomBytes(5_000_000)
        script = async (request) => ok(await readBody(request, 6_000_000))
        expect(Buffer.from(await (await post(bytes)).arrayBuffer()).equals(bytes)).toBe(true)
      })

      test('has a body of unknown length whole', async () => {
        script = async (request) => ok(await readBody(request))
        expect(await (await post(chunked(['one', 'two']), HALF_DUPLEX)).text()).toBe('onetwo')
      })

      test('may have no body', async () => {
        script = async (request) => ok(await readBody(request))
        expect(await (await mounted.request('/v1/call', { method: 'POST' })).text()).toBe('')
        expect(await (await mounted.request('/v1/models')).text()).toBe('')
      })

      test('is answered when the handler does not read its body', async () => {
        script = () => ({ status: 401, headers: JSON_HEADERS, body: '{"no":1}' })
        const response = await post('x'.repeat(LIMIT))
        expect([response.status, await response.text()]).toEqual([401, '{"no":1}'])
      })

      test('case 71: is refused by the limit of the handler, by its declared length', async () => {
        script = answerErrors(async (request) => ok(await readBody(request)))
        const response = await post('x'.repeat(2_000_000))
        expect([response.status, await response.text()]).toEqual([413, 'request_too_large'])
      })

      test('case 71: is refused by the limit of the handler, by what was received', async () => {
        script = answerErrors(async (request) => ok(await readBody(request)))
        const parts = Array.from({ length: 20 }, () => 'x'.repeat(LIMIT / 10))
        const response = await post(chunked(parts), HALF_DUPLEX)
        expect([response.status, await response.text()]).toEqual([413, 'request_too_large'])
        expect((await post('after')).status).toBe(200)
      })

      test('may be compressed', async () => {
        script = async (request) => ok(await readBody(request))
        for (const coding of target.codings) {
          const response = await post(ENCODERS[coding]('{"a":"ä"}'), {
            headers: { 'content-encoding': coding },
          })
          expect(await response.text()).toBe('{"a":"ä"}')
        }
      })

      test('is refused when it grows over the limit on decompression, is corrupt or in an unknown coding', async () => {
        script = answerErrors(async (request) => ok(await readBody(request)))
        const send = async (coding: string, bytes: BodyInit) => {
          const response = await post(bytes, { headers: { 'content-encoding': coding } })
          return [response.status, await response.text()]
        }
        expect(await send('gzip', gzipSync('x'.repeat(LIMIT * 20)))).toEqual([413, 'request_too_large'])
        expect(await send('gzip', 'not gzip')).toEqual([400, 'invalid_request'])
        expect(await send('rot13', 'abc')).toEqual([400, 'invalid_request'])
      })
    })

    describe('a whole answer', () => {
      test('case 77: has status, headers and body of the handler', async () => {
        for (const body of ['{"grün":true}', Buffer.from('{"grün":true}')]) {
          script = () => ({
            status: 402,
            headers: { ...JSON_HEADERS, 'cache-control': 'private, no-store' },
            body,
          })
          const response = await mounted.request('/v1/credits')
          expect(response.status).toBe(402)
          expect(response.headers.get('content-type')).toBe('application/json')
          expect(response.headers.get('cache-control')).toBe('private, no-store')
          expect(response.headers.get('content-length') ?? '14').toBe('14')
          expect(response.headers.get('transfer-encoding')).toBeNull()
          expect(await response.text()).toBe('{"grün":true}')
        }
      })

      test('to an unknown path is the handler’s own 404', async () => {
        script = () => ({ status: 404, headers: JSON_HEADERS, body: '{"error":"mine"}' })
        for (const method of ['GET', 'POST', 'DELETE']) {
          const response = await mounted.request('/no/such/path', { method })
          expect([response.status, await response.text()]).toEqual([404, '{"error":"mine"}'])
        }
      })

      test('to HEAD has no body', async () => {
        script = ({ method }) => ({ status: 200, headers: { 'x-method': method }, body: 'hidden' })
        const response = await mounted.request('/v1/models', { method: 'HEAD' })
        expect([response.headers.get('x-method'), await response.text()]).toEqual(['HEAD', ''])
      })

      test('may be a bare status', async () => {
        script = () => ({ status: 204, headers: { allow: 'POST' }, body: '' })
        const response = await mounted.request('/v1/call', { method: 'OPTIONS' })
        expect([response.status, response.headers.get('allow'), await response.text()]).toEqual([
          204,
          'POST',
          '',
        ])
      })

      test('is 500 in JSON when the handler breaks its promise not to reject', async () => {
        script = () => Promise.reject(new Error('secret of the vendor'))
        const response = await mounted.request('/v1/models')
        expect(response.status).toBe(500)
        expect(await response.json()).toMatchObject({ error: { code: 'internal_error' } })
      })

      test('case 73: leaves the signal of a request whose body was read alone', async () => {
        let during: boolean | undefined
        let signal: AbortSignal | undefined
        script = async (request) => {
          await readBody(request)
          await pause(30)
          ;({ signal } = request)
          during = signal?.aborted
          return ok('late')
        }
        expect(await (await post('{}')).text()).toBe('late')
        await pause(30)
        expect([during, signal?.aborted]).toEqual([false, false])
      })
    })

    describe('a streamed answer', () => {
      test('case 72: brings each chunk before the next one is made', async () => {
        const gates = [defer(), defer(), defer()] as const
        void streaming(
          (async function* () {
            yield 'data: ä\n\n'
            await gates[0].promise
            yield new TextEncoder().encode('data: 2\n\n')
            await gates[1].promise
            yield 'data: 3\n\n'
            await gates[2].promise
          })(),
        )
        const response = await post('{}')
        expect(response.headers.get('content-type')).toBe('text/event-stream')
        const read = reader(response)
        expect(await read()).toBe('data: ä\n\n')
        gates[0].resolve()
        expect(await read()).toBe('data: 2\n\n')
        gates[1].resolve()
        expect(await read()).toBe('data: 3\n\n')
        gates[2].resolve()
        expect(await read()).toBeUndefined()
      })

      test('case 74: sends its head before the first chunk', async () => {
        const gate = defer()
        void streaming(
          (async function* () {
            await gate.promise
            yield 'first'
          })(),
        )
        const response = await post('{}')
        expect(response.status).toBe(200)
        gate.resolve()
        expect(await response.text()).toBe('first')
      })

      test('to HEAD has no body and is not pulled', async () => {
        const source = endless()
        void streaming(source)
        const response = await mounted.request('/v1/call', { method: 'HEAD' })
        expect(await response.text()).toBe('')
        expect([source.pulls, source.returns]).toEqual([0, 1])
      })

      test('cuts the connection when it breaks, and never looks finished', async () => {
        void streaming(
          (async function* () {
            yield 'one'
            await pause(10)
            throw new Error('secret of the vendor')
          })(),
        )
        const error: unknown = await (await post('{}')).text().catch((caught: unknown) => caught)
        expect(error).toBeInstanceOf(Error)
        expect(String(error)).not.toContain('secret')
      })

      test('cases 73, 75: ends once when the client leaves while the stream waits', async () => {
        const source = endless({ waitAfter: 1 })
        const asked = streaming(source)
        const abort = new AbortController()
        const response = await post('{}', { signal: abort.signal })
        const read = reader(response)
        await read()
        const { signal } = await asked
        expect(signal?.aborted).toBe(false)
        abort.abort()
        await expect(read()).rejects.toThrow(/abort/)
        await eventually(() => source.returns > 0 && signal?.aborted === true)
        await pause(20)
        expect(source.returns).toBe(1)
      })

      test('case 75: ends once when the client cancels the body', async () => {
        const source = endless()
        const asked = streaming(source)
        const response = await post('{}')
        const body = response.body?.getReader()
        await body?.read()
        await body?.cancel()
        const { signal } = await asked
        await eventually(() => source.returns > 0 && signal?.aborted === true)
        await pause(20)
        expect(source.returns).toBe(1)
      })

      test('is ended unread when the client left before it began', async () => {
        const source = endless()
        const arrived = defer<GatewayRequest>()
        script = async (request) => {
          arrived.resolve(request)
          await aborted(request.signal)
          return { status: 200, headers: STREAM_HEADERS, body: source }
        }
        const abort = new AbortController()
        const left = post('{}', { signal: abort.signal }).catch(() => undefined)
        await arrived.promise
        abort.abort()
        await left
        await eventually(() => source.returns > 0)
        expect([source.pulls, source.returns]).toEqual([0, 1])
      })

      test('stops with a client that stops reading, and goes on with it', async () => {
        const chunk = 'x'.repeat(64 * 1024)
        const source = endless({ chunk, length: 2000 })
        void streaming(source)
        const body = (await post('{}')).body?.getReader()
        let received = (await body?.read())?.value?.byteLength ?? 0
        await settles(() => source.pulls)
        expect(source.pulls).toBeLessThan(1000)
        for (let step = await body?.read(); step?.done === false; step = await body?.read()) {
          received += step.value.byteLength
        }
        expect(received).toBe(2000 * chunk.length)
      })

      test('runs fifty times at once without mixing', async () => {
        script = ({ path }) => ({
          status: 200,
          headers: STREAM_HEADERS,
          body: (async function* () {
            for (let part = 0; part < 5; part += 1) {
              await pause(2)
              yield `${path}:${part};`
            }
          })(),
        })
        const paths = Array.from({ length: 50 }, (_, index) => `/v1/call/${index}`)
        const texts = await Promise.all(paths.map(async (path) => await (await mounted.request(path)).text()))
        expect(texts).toEqual(paths.map((path) => [0, 1, 2, 3, 4].map((part) => `${path}:${part};`).join('')))
      })
    })
  })
}

const PATHS = [
  '/v1/models',
  '/v1/models/',
  '/models?limit=2&x=%20',
  '/v1/models/a%2Fb',
  '/v1/models/a/b?after=%2F',
]
const JSON_HEADERS = { 'content-type': 'application/json' }
const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}
const HALF_DUPLEX: RequestInit & { readonly duplex: 'half' } = { duplex: 'half' }

/** A plain 200. */
export function ok(body: string | Uint8Array): GatewayResponse {
  return { status: 200, headers: JSON_HEADERS, body }
}

/** The raw bytes of a request; a body that came parsed is a failure of the mount here. */
export async function readBody(
  { body }: GatewayRequest,
  maxBytes: number = LIMIT,
): Promise<Uint8Array | string> {
  const raw = typeof body === 'function' ? await body(maxBytes) : body
  if (raw !== null && typeof raw === 'object' && 'json' in raw) throw new TypeError('parsed')
  return raw ?? ''
}

/** Answers with the code of a thrown GatewayError, as the gateway does at its one place. */
function answerErrors(script: Script): Script {
  return async (request) => {
    try {
      return await script(request)
    } catch (error) {
      if (!GatewayError.isInstance(error)) throw error
      return { status: error.status, headers: { 'content-type': 'text/plain' }, body: error.code }
    }
  }
}

/** Reads a response chunk by chunk as text; undefined at its end. */
export function reader(response: Response): () => Promise<string | undefined> {
  const body = response.body?.getReader()
  const decoder = new TextDecoder()
  return async () => {
    const step = await body?.read()
    return step === undefined || step.done ? undefined : decoder.decode(step.value, { stream: true })
  }
}

function chunked(parts: readonly string[]): ReadableStream<Uint8Array> {
  const left = [...parts]
  return new ReadableStream({
    pull(controller) {
      const part = left.shift()
      if (part === undefined) controller.close()
      else controller.enqueue(new TextEncoder().encode(part))
    },
  })
}

/** A stream that counts what is asked of it. */
export interface CountedStream extends ResponseStream {
  readonly pulls: number
  readonly returns: number
}

export interface CountedStreamOptions {
  readonly chunk?: string
  /** Chunks before its end; default never. */
  readonly length?: number
  /** Chunks after which it waits until it is ended. */
  readonly waitAfter?: number
}

export function endless(options: CountedStreamOptions = {}): CountedStream {
  const { chunk = 'data: x\n\n', length = Infinity, waitAfter = Infinity } = options
  const ended = defer()
  const stream = {
    pulls: 0,
    returns: 0,
    [Symbol.asyncIterator]: (): AsyncIterator<string, undefined> => ({
      async next() {
        if (stream.pulls >= waitAfter) await ended.promise
        if (stream.pulls >= length || stream.returns > 0) return { done: true, value: undefined }
        stream.pulls += 1
        return { done: false, value: chunk }
      },
      return() {
        stream.returns += 1
        ended.resolve()
        return Promise.resolve({ done: true, value: undefined })
      },
    }),
  }
  return stream
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve()
    else signal?.addEventListener('abort', () => resolve())
  })
}

/** Waits until a count has stopped rising. */
async function settles(count: () => number): Promise<void> {
  let last = -1
  await eventually(() => count() > 0)
  while (last !== count()) {
    last = count()
    await pause(50)
  }
}

/** The request function of a mount that listens somewhere. */
export function over(base: string): Mounted['request'] {
  return (path, init) => fetch(base + path, init)
}
