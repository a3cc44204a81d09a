import type { CancelSignal } from '../../src/index.js'
import { describe, expect, test } from 'vitest'
import type { GatewayRequest } from '../../src/gateway/http/http.js'
import { defer, eventually, pause, settles } from './http-server.js'
import { endless, reader, type Stage, STREAM_HEADERS } from './mount-support.js'

/** How a streamed answer reaches the client, and how it ends. */
export function describeStreams(stage: Stage): void {
  describe('a streamed answer', () => {
    test('case 72: brings each chunk before the next one is made', async () => {
      const gates = [defer(), defer(), defer()] as const
      void stage.stream(
        (async function* () {
          yield 'data: ä\n\n'
          await gates[0].promise
          yield new TextEncoder().encode('data: 2\n\n')
          await gates[1].promise
          yield 'data: 3\n\n'
          await gates[2].promise
        })(),
      )
      const response = await stage.post('{}')
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
      void stage.stream(
        (async function* () {
          await gate.promise
          yield 'first'
        })(),
      )
      const response = await stage.post('{}')
      expect(response.status).toBe(200)
      gate.resolve()
      expect(await response.text()).toBe('first')
    })

    test('to HEAD has no body and is not pulled', async () => {
      const source = endless()
      void stage.stream(source)
      const response = await stage.request('/v1/call', { method: 'HEAD' })
      expect(await response.text()).toBe('')
      expect([source.pulls, source.returns]).toEqual([0, 1])
    })

    test('cuts the connection when it breaks, and never looks finished', async () => {
      void stage.stream(
        (async function* () {
          yield 'one'
          await pause(10)
          throw new Error('secret of the vendor')
        })(),
      )
      const error: unknown = await (await stage.post('{}')).text().catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(Error)
      expect(String(error)).not.toContain('secret')
    })

    test('cases 73, 75: ends once when the client leaves while the stream waits', async () => {
      const source = endless({ waitAfter: 1 })
      const asked = stage.stream(source)
      const abort = new AbortController()
      const response = await stage.post('{}', { signal: abort.signal })
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
      const asked = stage.stream(source)
      const response = await stage.post('{}')
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
      stage.script = async (request) => {
        arrived.resolve(request)
        await aborted(request.signal)
        return { status: 200, headers: STREAM_HEADERS, body: source }
      }
      const abort = new AbortController()
      const left = stage.post('{}', { signal: abort.signal }).catch(() => undefined)
      await arrived.promise
      abort.abort()
      await left
      await eventually(() => source.returns > 0)
      expect([source.pulls, source.returns]).toEqual([0, 1])
    })

    test('stops with a client that stops reading, and goes on with it', async () => {
      const chunk = 'x'.repeat(64 * 1024)
      const source = endless({ chunk, length: 2000 })
      void stage.stream(source)
      const body = (await stage.post('{}')).body?.getReader()
      let received = (await body?.read())?.value?.byteLength ?? 0
      await settles(() => source.pulls)
      expect(source.pulls).toBeLessThan(1000)
      for (let step = await body?.read(); step?.done === false; step = await body?.read()) {
        received += step.value.byteLength
      }
      expect(received).toBe(2000 * chunk.length)
    })

    test('runs fifty times at once without mixing', async () => {
      stage.script = ({ path }) => ({
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
      const texts = await Promise.all(paths.map(async (path) => await (await stage.request(path)).text()))
      expect(texts).toEqual(paths.map((path) => [0, 1, 2, 3, 4].map((part) => `${path}:${part};`).join('')))
    })
  })
}

function aborted(signal: CancelSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve()
    else signal?.addEventListener('abort', () => resolve())
  })
}
