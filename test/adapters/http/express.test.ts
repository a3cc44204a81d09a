import type { RequestListener } from 'node:http'
import express5, { type RequestHandler } from 'express'
import express4 from 'express4'
import { describe, expect, test } from 'vitest'
import { toExpress } from '../../../adapters/http/express.js'
import type { GatewayRequest, Handler, RequestBody } from '../../../src/gateway/http/http.js'
import { defer, startServer } from '../../contracts/http-server.js'
import { describeMount } from '../../contracts/mount.js'
import { endless, type Mounted, ok, over, readBody, reader } from '../../contracts/mount-support.js'
import { compress } from './compress.js'

type Express = typeof express5

const VERSIONS: readonly (readonly [string, Express])[] = [
  ['Express 5', express5],
  ['Express 4', express4],
]
const JSON_POST: RequestInit = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"a":1}',
}

for (const [name, express] of VERSIONS) {
  /** Runs `check` against an app whose middleware stands before the mount. */
  const withApp = async (
    prepare: (app: ReturnType<Express>) => void,
    handler: Handler,
    check: (request: Mounted['request']) => Promise<void>,
  ) => {
    const app = express()
    prepare(app)
    app.use('/llm', toExpress(handler))
    const server = await startServer(app as RequestListener)
    try {
      await check(over(server.url))
    } finally {
      await server.close()
    }
  }
  /** The body that the handler is given when `middleware` stands before it. */
  const bodyBehind = async (middleware: RequestHandler, init: RequestInit = JSON_POST) => {
    const seen = defer<RequestBody | Uint8Array | string>()
    const handle = async (request: GatewayRequest) => {
      seen.resolve(typeof request.body === 'function' ? await readBody(request) : request.body)
      return ok('')
    }
    await withApp(
      (app) => app.use(middleware),
      { handle },
      async (request) => {
        await request('/llm/v1/call', init)
      },
    )
    return await seen.promise
  }

  describeMount({
    name,
    codings: ['gzip', 'deflate', 'br'],
    start: async (handler) => {
      const app = express()
      app.use('/llm', toExpress(handler))
      const server = await startServer(app as RequestListener)
      return { request: over(`${server.url}/llm`), close: server.close }
    },
  })

  describe(`${name} with host middleware`, () => {
    test('case 71: a body that express.json() has parsed is used as it is', async () => {
      expect(await bodyBehind(express.json())).toEqual({ json: { a: 1 } })
    })

    test('case 71: the raw body that a host kept is preferred', async () => {
      const keep = express.json({
        verify: (request, _response, bytes) => Object.assign(request, { rawBody: bytes }),
      })
      expect(await bodyBehind(keep)).toEqual(Buffer.from('{"a":1}'))
    })

    test('case 71: a body that express.raw() or express.text() has read is raw', async () => {
      expect(await bodyBehind(express.raw({ type: '*/*' }))).toEqual(Buffer.from('{"a":1}'))
      expect(await bodyBehind(express.text({ type: '*/*' }))).toBe('{"a":1}')
    })

    test('case 71: a parser that let the body pass leaves it to the gateway', async () => {
      const plain = { ...JSON_POST, headers: { 'content-type': 'text/plain' } }
      expect(await bodyBehind(express.json(), plain)).toEqual(Buffer.from('{"a":1}'))
    })

    test('a body that was thrown away is an error, not a hang', async () => {
      const handle = (request: GatewayRequest) =>
        readBody(request).then(ok, (error: { code?: string }) => ok(String(error.code)))
      const eat = (app: ReturnType<Express>) =>
        app.use((request, _response, next) => void request.resume().on('end', () => next()))
      await withApp(eat, { handle }, async (request) => {
        expect(await (await request('/llm/v1/call', JSON_POST)).text()).toBe('invalid_request')
      })
    })

    test('headers that the host has set go out with the answer', async () => {
      const handler = {
        handle: () => Promise.resolve({ status: 200, headers: {}, body: endless({ length: 1 }) }),
      }
      await withApp(
        (app) => app.use((_request, response, next) => next(void response.set('x-host', '1'))),
        handler,
        async (request) => {
          expect((await request('/llm/v1/call')).headers.get('x-host')).toBe('1')
        },
      )
    })

    test('case 72: compression in front of a stream does not hold its chunks back', async () => {
      const gate = defer()
      const body = (async function* () {
        yield 'first'
        await gate.promise
        yield 'second'
      })()
      const handler = { handle: () => Promise.resolve({ status: 200, headers: {}, body }) }
      await withApp(
        (app) => app.use(compress),
        handler,
        async (request) => {
          const response = await request('/llm/v1/call')
          expect(response.headers.get('content-encoding')).toBe('gzip')
          const read = reader(response)
          expect(await read()).toBe('first')
          gate.resolve()
          expect(await read()).toBe('second')
        },
      )
    })

    test('routes of the host beside the mount stay its own', async () => {
      const own = (app: ReturnType<Express>) =>
        app.get('/health', (_request, response) => void response.send('host'))
      await withApp(own, { handle: () => Promise.resolve(ok('')) }, async (request) => {
        expect(await (await request('/health')).text()).toBe('host')
        expect((await request('/other')).status).toBe(404)
      })
    })
  })
}
