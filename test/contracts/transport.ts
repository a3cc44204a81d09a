import type { IncomingMessage, ServerResponse } from 'node:http'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Transport, UpstreamRequest } from '../../src/gateway/send/transport.js'
import { defer, pause, settles, startServer, type TestServer } from './http-server.js'

type Listener = (request: IncomingMessage, response: ServerResponse) => void

/** What every transport owes the gateway; run against a vendor that each test scripts. */
export function describeTransport(name: string, createTransport: () => Transport): void {
  describe(`transport ${name}`, () => {
    let vendor: TestServer
    let transport: Transport
    let listener: Listener

    beforeEach(async () => {
      vendor = await startServer((request, response) => listener(request, response))
      transport = createTransport()
    })
    afterEach(async () => {
      await vendor.close()
      await transport.close?.()
    })

    const call = (overrides: Partial<UpstreamRequest> = {}) =>
      transport(upstreamRequest(vendor.url, overrides))
    const reply = (act: (response: ServerResponse) => void) => {
      listener = (request, response) => {
        request.resume()
        act(response)
      }
    }

    test('sends method, path with query, headers and body', async () => {
      const seen: unknown[] = []
      listener = (request, response) => {
        const chunks: Buffer[] = []
        request.on('data', (chunk: Buffer) => chunks.push(chunk))
        request.on('end', () => {
          const { 'x-one': one, 'accept-encoding': coding } = request.headers
          seen.push(request.method, request.url, one, coding, Buffer.concat(chunks).toString())
          response.end()
        })
      }
      const request = { url: `${vendor.url}/v1/a%2Fb?x=1`, headers: { 'x-one': '1' }, body: 'käse' }
      expect(await (await call(request)).text(10)).toBe('')
      expect(await (await call({ ...request, body: Buffer.from([0x6b]) })).text(10)).toBe('')
      const head = ['POST', '/v1/a%2Fb?x=1', '1', 'identity']
      expect(seen).toEqual([...head, 'käse', ...head, 'k'])
    })

    test('sends a GET without a body', async () => {
      listener = (request, response) => response.end(`${request.method} ${request.headers['content-length']}`)
      expect(await (await call({ method: 'GET', body: null })).text(100)).toBe('GET undefined')
    })

    test('gives status and headers, names in lower case, repeated ones joined', async () => {
      reply((response) => response.writeHead(429, ['X-A', '1', 'X-A', '2', 'Retry-After', '7']).end('no'))
      const response = await call()
      expect(response.status).toBe(429)
      expect(response.headers).toMatchObject({ 'x-a': '1, 2', 'retry-after': '7' })
      expect(await response.text(2)).toBe('no')
    })

    test('gives a redirect as it is and does not follow it', async () => {
      let calls = 0
      reply((response) => {
        calls += 1
        response.writeHead(307, { location: '/elsewhere' }).end()
      })
      const response = await call()
      expect([response.status, await response.text(10), calls]).toEqual([307, '', 1])
    })

    test('ignores informational responses', async () => {
      reply((response) => {
        response.writeEarlyHints({ link: '</a>; rel=preload' })
        response.end('real')
      })
      const response = await call()
      expect([response.status, await response.text(10)]).toEqual([200, 'real'])
    })

    test('gives the bytes of a stream in order, each as soon as it was sent', async () => {
      const next = [defer(), defer()] as const
      reply((response) => {
        response.write('one')
        void next[0].promise.then(() => response.write('two'))
        void next[1].promise.then(() => response.end('three'))
      })
      const body = (await call()).body[Symbol.asyncIterator]()
      const read = async () => new TextDecoder().decode((await body.next()).value)
      expect(await read()).toBe('one')
      next[0].resolve()
      expect(await read()).toBe('two')
      next[1].resolve()
      expect(await read()).toBe('three')
      expect((await body.next()).done).toBe(true)
      expect((await body.next()).done).toBe(true)
    })

    test('gives every byte of a large body, streamed and as text', async () => {
      const large = Buffer.alloc(3_000_000, 'abcdefghij')
      reply((response) => response.end(large))
      const chunks: Uint8Array[] = []
      for await (const chunk of (await call()).body) chunks.push(chunk)
      expect(Buffer.concat(chunks).equals(large)).toBe(true)
      expect(await (await call()).text(large.length)).toBe(large.toString())
    })

    test('decodes text across the edges of network reads', async () => {
      const bytes = Buffer.from('grün 🧀')
      reply((response) => {
        response.write(bytes.subarray(0, 3))
        setTimeout(() => response.end(bytes.subarray(3)), 10)
      })
      expect(await (await call()).text(100)).toBe('grün 🧀')
    })

    test('the text of a body over the limit is a fault and ends the call', async () => {
      const closed = defer()
      reply((response) => {
        response.on('close', closed.resolve)
        response.write('x'.repeat(1000))
      })
      await expect((await call()).text(999)).rejects.toMatchObject(fault('too_large'))
      await closed.promise
    })

    test('an abort before the head reaches the vendor', async () => {
      const arrived = defer()
      const closed = defer()
      reply((response) => {
        response.on('close', closed.resolve)
        arrived.resolve()
      })
      const abort = new AbortController()
      const pending = failureOf(call({ signal: abort.signal }))
      await arrived.promise
      abort.abort()
      expect(await pending).toMatchObject(fault('aborted'))
      await closed.promise
    })

    test('a signal that is already aborted sends nothing', async () => {
      let calls = 0
      reply((response) => {
        calls += 1
        response.end()
      })
      await expect(call({ signal: AbortSignal.abort() })).rejects.toMatchObject(fault('aborted'))
      await (await call()).text(10)
      expect(calls).toBe(1)
    })

    test('an abort in the middle of a body reaches the vendor and the reader', async () => {
      const closed = defer()
      reply((response) => {
        response.on('close', closed.resolve)
        response.write('one')
      })
      const abort = new AbortController()
      const body = (await call({ signal: abort.signal })).body[Symbol.asyncIterator]()
      await body.next()
      const pending = failureOf(body.next())
      abort.abort()
      expect(await pending).toMatchObject(fault('aborted'))
      await closed.promise
    })

    test('an abort after the end does nothing', async () => {
      reply((response) => response.end('all'))
      const abort = new AbortController()
      const response = await call({ signal: abort.signal })
      const text = await response.text(10)
      abort.abort()
      expect(text).toBe('all')
    })

    test('a reader that returns early ends the call', async () => {
      const closed = defer()
      reply((response) => {
        response.on('close', closed.resolve)
        response.write('one')
      })
      for await (const chunk of (await call()).body) {
        expect(Buffer.from(chunk).toString()).toBe('one')
        break
      }
      await closed.promise
    })

    test('a reader that returns while it waits ends the call and its wait', async () => {
      reply((response) => void response.write('one'))
      const body = (await call()).body[Symbol.asyncIterator]()
      await body.next()
      const waiting = body.next()
      expect(await body.return?.()).toEqual({ done: true, value: undefined })
      expect(await waiting).toEqual({ done: true, value: undefined })
    })

    test('a reader that stops makes the vendor stop', async () => {
      let sent = 0
      let stopped = 0
      reply((response) => {
        const chunk = Buffer.alloc(64 * 1024)
        const fill = () => {
          while (sent < 2000) {
            sent += 1
            if (!response.write(chunk)) {
              stopped = sent
              response.once('drain', fill)
              return
            }
          }
          response.end()
        }
        fill()
      })
      const body = (await call()).body[Symbol.asyncIterator]()
      let received = (await body.next()).value?.byteLength ?? 0
      await settles(() => sent)
      expect(stopped).toBe(sent)
      expect(sent).toBeLessThan(1000)
      for (let step = await body.next(); step.done !== true; step = await body.next())
        received += step.value.byteLength
      expect(received).toBe(2000 * 64 * 1024)
    })

    test('a head that does not come in time is a fault and ends the call', async () => {
      const closed = defer()
      reply((response) => void response.on('close', closed.resolve))
      await expect(call({ headTimeoutMs: 300 })).rejects.toMatchObject(fault('timeout'))
      await closed.promise
    })

    test('silence in the middle of a body is a fault and ends the call', async () => {
      const closed = defer()
      reply((response) => {
        response.on('close', closed.resolve)
        response.write('one')
      })
      const body = (await call({ idleTimeoutMs: 300 })).body[Symbol.asyncIterator]()
      await body.next()
      await expect(body.next()).rejects.toMatchObject(fault('timeout'))
      await closed.promise
    })

    test('silence ends the reading of a text too', async () => {
      reply((response) => void response.write('one'))
      await expect((await call({ idleTimeoutMs: 300 })).text(100)).rejects.toMatchObject(fault('timeout'))
    })

    test('a slow reader is not taken for a silent vendor', async () => {
      const more = [defer(), defer()] as const
      reply((response) => {
        response.write('one')
        void more[0].promise.then(() => response.write('two'))
        void more[1].promise.then(() => response.end())
      })
      const body = (await call({ idleTimeoutMs: 500 })).body[Symbol.asyncIterator]()
      await body.next()
      more[0].resolve()
      await pause(700)
      expect(Buffer.from((await body.next()).value ?? []).toString()).toBe('two')
      more[1].resolve()
      expect((await body.next()).done).toBe(true)
    })

    test('many short silences do not add up to a long one', async () => {
      reply((response) => {
        for (let part = 1; part <= 8; part += 1) setTimeout(() => response.write('.'), part * 150)
        setTimeout(() => response.end(), 1350)
      })
      const response = await call({ idleTimeoutMs: 1000 })
      expect(await response.text(100)).toBe('........')
    })

    test('a connection that breaks before the head is a fault', async () => {
      reply((response) => response.destroy())
      await expect(call()).rejects.toMatchObject(fault('reset'))
    })

    test('a connection that breaks in the middle of a body is a fault after the bytes that came', async () => {
      reply((response) => {
        response.write('one')
        setTimeout(() => response.destroy(), 20)
      })
      const body = (await call()).body[Symbol.asyncIterator]()
      expect(Buffer.from((await body.next()).value ?? []).toString()).toBe('one')
      await expect(body.next()).rejects.toMatchObject(fault('reset'))
      await expect((await call()).text(100)).rejects.toMatchObject(fault('reset'))
    })

    test('a body shorter than its content-length is a fault', async () => {
      reply((response) => {
        response.writeHead(200, { 'content-length': '10' })
        response.write('short')
        setTimeout(() => response.socket?.end(), 20)
      })
      await expect((await call()).text(100)).rejects.toMatchObject(fault('reset'))
    })

    test('a refused connection is a fault that names no host', async () => {
      const gone = await startServer(() => undefined)
      await gone.close()
      const error = await failureOf(call({ url: `${gone.url}/v1` }))
      expect(error).toMatchObject(fault('connect'))
      expect(String(error)).not.toContain('127.0.0.1')
    })

    test('case 76: a coding that was not asked for is undone and its headers go', async () => {
      const plain = 'data: {"a":1}\n\n'.repeat(100)
      const codings = { gzip: gzipSync(plain), deflate: deflateSync(plain), br: brotliCompressSync(plain) }
      for (const [coding, bytes] of Object.entries(codings)) {
        reply((response) => {
          response.writeHead(200, { 'content-encoding': coding, 'content-length': bytes.length }).end(bytes)
        })
        const response = await call()
        expect(response.headers['content-encoding']).toBeUndefined()
        expect(response.headers['content-length']).toBeUndefined()
        expect(await response.text(plain.length)).toBe(plain)
        let streamed = ''
        for await (const chunk of (await call()).body) streamed += Buffer.from(chunk).toString()
        expect(streamed).toBe(plain)
      }
    })

    test('a coded text over the limit is a fault', async () => {
      reply((response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(5000))),
      )
      await expect((await call()).text(4999)).rejects.toMatchObject(fault('too_large'))
    })

    test('fifty streams at once keep apart', async () => {
      listener = (request, response) => {
        const path = request.url ?? ''
        request.resume()
        response.write(path)
        setTimeout(() => response.end(path), 5)
      }
      const urls = Array.from({ length: 50 }, (_, index) => `/call/${index}`)
      const texts = await Promise.all(
        urls.map(async (path) => await (await call({ url: vendor.url + path })).text(100)),
      )
      expect(texts).toEqual(urls.map((path) => path + path))
    })

    test('works again after close', async () => {
      reply((response) => response.end('ok'))
      expect(await (await call()).text(10)).toBe('ok')
      await transport.close?.()
      expect(await (await call()).text(10)).toBe('ok')
    })
  })
}

function upstreamRequest(url: string, overrides: Partial<UpstreamRequest>): UpstreamRequest {
  return {
    method: 'POST',
    url: `${url}/v1/call`,
    headers: { 'content-type': 'application/json' },
    body: '{}',
    signal: new AbortController().signal,
    headTimeoutMs: 5000,
    idleTimeoutMs: 5000,
    ...overrides,
  }
}

function fault(kind: string): object {
  return { name: 'UpstreamFault', kind, message: `upstream ${kind}` }
}

/** What a promise rejects with; taken at once, so that it is never unhandled. */
async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise.then(() => 'no failure')
  } catch (error) {
    return error
  }
}
