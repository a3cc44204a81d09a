import Fastify, { type FastifyInstance } from 'fastify'
import { describe, expect, test } from 'vitest'
import { toFastify } from '../../../adapters/http/fastify.js'
import type { Handler } from '../../../src/gateway/http/http.js'
import { defer, eventually } from '../../contracts/http-server.js'
import { describeMount } from '../../contracts/mount.js'
import { endless, type Mounted, ok, over, readBody, reader } from '../../contracts/mount-support.js'

describeMount({
  name: 'Fastify 5',
  codings: ['gzip', 'deflate', 'br'],
  start: async (handler) => {
    const app = Fastify({ forceCloseConnections: true })
    await app.register(toFastify(handler), { prefix: '/llm' })
    const base = await app.listen({ host: '127.0.0.1', port: 0 })
    return { request: over(`${base}/llm`), close: async () => await app.close() }
  },
})

/** Runs `check` against an app that `prepare` has set up, with the handler under /llm. */
async function withApp(
  prepare: (app: FastifyInstance) => void,
  handler: Handler,
  check: (request: Mounted['request'], app: FastifyInstance) => Promise<void>,
): Promise<void> {
  const app = Fastify({ bodyLimit: 1000 })
  prepare(app)
  await app.register(toFastify(handler), { prefix: '/llm' })
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  try {
    await check(over(base), app)
  } finally {
    app.server.closeAllConnections()
    await app.close()
  }
}

const still: Handler = { handle: (request) => Promise.resolve(ok(request.path)) }
const JSON_HEADERS = { 'content-type': 'application/json' }

describe('Fastify 5 with a host', () => {
  test('case 71: the body limit and the parsers of the host do not concern the mount', async () => {
    const handler: Handler = { handle: async (request) => ok(await readBody(request)) }
    const prepare = (app: FastifyInstance) => {
      app.addContentTypeParser('application/x-own', (_request, _payload, parsed) => parsed(new Error('host')))
      app.post('/own', (request, reply) => reply.send(request.body))
    }
    await withApp(prepare, handler, async (request) => {
      const body = JSON.stringify({ long: 'x'.repeat(5000) })
      for (const type of ['application/json', 'application/x-own']) {
        const response = await request('/llm/v1/call', {
          method: 'POST',
          body,
          headers: { 'content-type': type },
        })
        expect(await response.text()).toBe(body)
      }
      const own = await request('/own', { method: 'POST', body: '{"a":1}', headers: JSON_HEADERS })
      expect(await own.json()).toEqual({ a: 1 })
      expect((await request('/own', { method: 'POST', body, headers: JSON_HEADERS })).status).toBe(413)
    })
  })

  test('a stream that a preParsing hook of the host has put in place is the body', async () => {
    const handler: Handler = { handle: async (request) => ok(await readBody(request)) }
    const { Readable } = await import('node:stream')
    const prepare = (app: FastifyInstance) => {
      app.addHook('preParsing', (_request, _reply, payload, next) => {
        payload.resume()
        next(null, Readable.from([Buffer.from('replaced')], { objectMode: false }) as typeof payload)
      })
    }
    await withApp(prepare, handler, async (request) => {
      expect(await (await request('/llm/v1/call', { method: 'POST', body: 'original' })).text()).toBe(
        'replaced',
      )
    })
  })

  test('case 74: headers that hooks of the host have set survive the hijacked reply', async () => {
    const handler: Handler = {
      handle: () => Promise.resolve({ status: 200, headers: { vary: 'x' }, body: endless({ length: 1 }) }),
    }
    const prepare = (app: FastifyInstance) => {
      app.addHook('onRequest', async (_request, reply) => {
        reply.header('access-control-allow-origin', 'https://app.test').header('set-cookie', ['a=1', 'b=2'])
      })
    }
    await withApp(prepare, handler, async (request) => {
      const response = await request('/llm/v1/call')
      expect(response.headers.get('access-control-allow-origin')).toBe('https://app.test')
      expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
      expect(response.headers.get('vary')).toBe('x')
    })
  })

  test('hooks of the host may refuse, and hear of every answer', async () => {
    const heard: number[] = []
    const prepare = (app: FastifyInstance) => {
      app.addHook('onRequest', async (request, reply) => {
        if (request.headers['x-blocked'] !== undefined) return await reply.code(403).send({ host: 'no' })
      })
      app.addHook('onResponse', async (_request, reply) => void heard.push(reply.raw.statusCode))
    }
    await withApp(prepare, still, async (request) => {
      const refused = await request('/llm/v1/call', { headers: { 'x-blocked': '1' } })
      expect([refused.status, await refused.json()]).toEqual([403, { host: 'no' }])
      expect((await request('/llm/v1/call')).status).toBe(200)
    })
    expect(heard).toEqual([403, 200])
  })

  test('errors of the host’s hooks stay with its own error handler', async () => {
    const prepare = (app: FastifyInstance) => {
      app.setErrorHandler((_error, _request, reply) => reply.code(418).send('host'))
      app.addHook('onRequest', async () => await Promise.reject(new Error('host')))
    }
    await withApp(prepare, still, async (request) => {
      expect((await request('/llm/v1/call')).status).toBe(418)
    })
  })

  test('OPTIONS belongs to the host when it has claimed it', async () => {
    const claim = (app: FastifyInstance) => app.options('*', (_request, reply) => reply.code(204).send())
    await withApp(claim, still, async (request) => {
      expect((await request('/llm/v1/call', { method: 'OPTIONS' })).status).toBe(204)
    })
    await withApp(
      () => undefined,
      still,
      async (request) => {
        expect(await (await request('/llm/v1/call', { method: 'OPTIONS' })).text()).toBe('/v1/call')
      },
    )
  })

  test('outside the prefix the host answers 404 itself', async () => {
    const prepare = (app: FastifyInstance) =>
      app.setNotFoundHandler((_request, reply) => reply.code(404).send('host'))
    await withApp(prepare, still, async (request) => {
      expect(await (await request('/other')).text()).toBe('host')
      expect(await (await request('/llm/other')).text()).toBe('/other')
    })
  })

  test('a prefix with parameters is taken off the path', async () => {
    const app = Fastify()
    await app.register(toFastify(still), { prefix: '/:tenant/llm' })
    const base = await app.listen({ host: '127.0.0.1', port: 0 })
    expect(await (await over(base)('/acme/llm/v1/models?x=1')).text()).toBe('/v1/models?x=1')
    await app.close()
  })

  test('two handlers under two prefixes keep apart', async () => {
    const other: Handler = { handle: () => Promise.resolve(ok('other')) }
    const prepare = (app: FastifyInstance) => app.register(toFastify(other), { prefix: '/console' })
    await withApp(
      (app) => void prepare(app),
      still,
      async (request) => {
        expect(await (await request('/console/a')).text()).toBe('other')
        expect(await (await request('/llm/a')).text()).toBe('/a')
      },
    )
  })

  test('close waits for a running stream, then ends with it', async () => {
    const gate = defer()
    const body = (async function* () {
      yield 'first'
      await gate.promise
      yield 'last'
    })()
    const handler: Handler = { handle: () => Promise.resolve({ status: 200, headers: {}, body }) }
    const app = Fastify()
    await app.register(toFastify(handler), { prefix: '/llm' })
    const base = await app.listen({ host: '127.0.0.1', port: 0 })
    const read = reader(await fetch(`${base}/llm/v1/call`))
    expect(await read()).toBe('first')
    const closed = app.close()
    gate.resolve()
    expect([await read(), await read()]).toEqual(['last', undefined])
    await closed
  })

  test('close ends after a client has left a stream', async () => {
    const source = endless({ waitAfter: 1 })
    const handler: Handler = { handle: () => Promise.resolve({ status: 200, headers: {}, body: source }) }
    const app = Fastify()
    await app.register(toFastify(handler), { prefix: '/llm' })
    const base = await app.listen({ host: '127.0.0.1', port: 0 })
    const abort = new AbortController()
    await reader(await fetch(`${base}/llm/v1/call`, { signal: abort.signal }))()
    abort.abort()
    await app.close()
    await eventually(() => source.returns > 0)
    expect(source.returns).toBe(1)
  })
})
