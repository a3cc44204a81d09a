import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { secureHeaders } from 'hono/secure-headers'
import type { Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { toHono } from '../../../adapters/http/hono.js'
import type { Handler } from '../../../src/gateway/http/http.js'
import { listen } from '../../contracts/http-server.js'
import { describeMount } from '../../contracts/mount.js'
import { endless, ok, over, readBody } from '../../contracts/mount-support.js'

describeMount({
  name: 'Hono 4 on Node',
  codings: ['gzip', 'deflate'],
  start: async (handler) => {
    const app = new Hono()
    app.all('/llm/*', toHono(handler))
    const server = await listen(createAdaptorServer({ fetch: app.fetch }) as Server)
    return { request: over(`${server.url}/llm`), close: server.close }
  },
})

const logged = vi.spyOn(console, 'error')
beforeAll(() => void logged.mockReturnValue())
afterAll(() => logged.mockRestore())

const still: Handler = { handle: (request) => Promise.resolve(ok(request.path)) }

describe('Hono 4 with a host', () => {
  test('the mount point is taken off the path wherever the route stands', async () => {
    const inner = new Hono().all('/llm/*', toHono(still))
    const app = new Hono()
    app.route('/api', inner)
    app.all('/:tenant/ai/*', toHono(still))
    app.mount('/mounted', (request) => toHonoRoot(request))
    const root = new Hono().all('*', toHono(still))
    const toHonoRoot = (request: Request) => root.fetch(request)
    const path = async (url: string) => await (await app.request(url)).text()
    expect(await path('/api/llm/v1/models?x=1')).toBe('/v1/models?x=1')
    expect(await path('/api/llm')).toBe('/')
    expect(await path('/acme/ai/v1/models/a%2Fb')).toBe('/v1/models/a%2Fb')
    expect(await path('/mounted/v1/models')).toBe('/v1/models')
  })

  test('headers of the host’s middleware go out with whole and streamed answers', async () => {
    const handler: Handler = {
      handle: ({ path }) => {
        const body = path === '/stream' ? endless({ length: 2 }) : '{}'
        return Promise.resolve({ status: 200, headers: { 'x-own': '1' }, body })
      },
    }
    const app = new Hono()
    app.use(cors({ origin: 'https://app.test' }), secureHeaders())
    app.all('/llm/*', toHono(handler))
    for (const path of ['/llm/stream', '/llm/whole']) {
      const response = await app.request(path, { headers: { origin: 'https://app.test' } })
      expect(response.headers.get('access-control-allow-origin')).toBe('https://app.test')
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      expect(response.headers.get('x-own')).toBe('1')
    }
  })

  test('case 71: a body that middleware has read is used again', async () => {
    const app = new Hono()
    app.use(async (context, next) => {
      await context.req.json()
      await next()
    })
    app.all('/llm/*', toHono({ handle: async (request) => ok(await readBody(request)) }))
    const response = await app.request('/llm/v1/call', { method: 'POST', body: '{"a":1}' })
    expect(await response.text()).toBe('{"a":1}')
  })

  test('other routes stay the host’s own', async () => {
    const app = new Hono()
    app.all('/llm/*', toHono(still))
    app.get('/health', (context) => context.text('host'))
    expect(await (await app.request('/health')).text()).toBe('host')
    expect((await app.request('/other')).status).toBe(404)
  })

  test('case 75: a client that left was not logged as an error of the server, a stream that broke was', () => {
    expect(logged.mock.calls.map(([error]) => String(error))).toEqual(['GatewayError: The stream was cut.'])
  })
})
