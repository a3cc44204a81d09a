import { createAdaptorServer } from '@hono/node-server'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import type { RequestListener, Server } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { toExpress } from '../../adapters/http/express.js'
import { toFastify } from '../../adapters/http/fastify.js'
import { toHono } from '../../adapters/http/hono.js'
import { toNode } from '../../adapters/http/node.js'
import type { Principal } from '../../src/console/principal.js'
import { listen, startServer, type TestServer } from '../contracts/http-server.js'
import { createTestConsole, TOKEN } from './support.js'

/** What a login of the host's own puts beside a request: here it believes a header. */
interface User {
  readonly name: string
  readonly team: string
}

const WHO = 'x-who'
const userOf = (name: string | undefined): User | undefined =>
  name === undefined ? undefined : { name, team: 'acme' }

const toPrincipal = (user: User | undefined): Principal | null =>
  user === undefined ? null : { actor: user.name, role: 'owner', accountId: user.team }

let server: TestServer | undefined
afterEach(() => server?.close())

async function consoleFor(authorize: (host: unknown) => User | undefined) {
  const { console } = await createTestConsole({
    operatorToken: undefined,
    authorize: ({ host }) => toPrincipal(authorize(host)),
  })
  return console
}

/** Who the console sees, without a login and with one. */
async function whoIsSeen({ url }: TestServer): Promise<unknown> {
  const ask = async (headers: Readonly<Record<string, string>>): Promise<unknown> => {
    const answer = await fetch(`${url}/console/api/v1/session`, { headers })
    return [answer.status, ((await answer.json()) as { actor?: string }).actor]
  }
  return [await ask({}), await ask({ [WHO]: 'ada' })]
}

const SEEN = [
  [401, undefined],
  [200, 'ada'],
]

describe('the login of a host', () => {
  it('is read from the request of Express', async () => {
    const app = express()
    app.use((request, _response, next) => {
      Object.assign(request, { user: userOf(request.get(WHO)) })
      next()
    })
    app.use('/console', toExpress(await consoleFor((host) => (host as { user?: User }).user)))
    server = await startServer(app as RequestListener)
    expect(await whoIsSeen(server)).toEqual(SEEN)
  })

  it('is read from the request of Fastify', async () => {
    const app = Fastify({ forceCloseConnections: true })
    app.decorateRequest('user')
    app.addHook('onRequest', (request, _reply, next) => {
      Object.assign(request, { user: userOf(request.headers[WHO] as string | undefined) })
      next()
    })
    const handler = await consoleFor((host) => (host as { user?: User }).user)
    await app.register(toFastify(handler), { prefix: '/console' })
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    server = { url, close: () => app.close() }
    expect(await whoIsSeen(server)).toEqual(SEEN)
  })

  it('is read from the context of Hono', async () => {
    const app = new Hono<{ Variables: { user: User | undefined } }>()
    app.use(async (context, next) => {
      context.set('user', userOf(context.req.header(WHO)))
      await next()
    })
    const handler = await consoleFor((host) => (host as { get(name: 'user'): User | undefined }).get('user'))
    app.all('/console/*', toHono(handler))
    server = await listen(createAdaptorServer({ fetch: app.fetch }) as Server)
    expect(await whoIsSeen(server)).toEqual(SEEN)
  })

  it('is read from the request of node:http, and from a Request', async () => {
    const handler = await consoleFor((host) => {
      const { headers } = host as { headers: Headers | Record<string, string | undefined> }
      return userOf(headers instanceof Headers ? (headers.get(WHO) ?? undefined) : headers[WHO])
    })
    server = await startServer((request, response) => {
      request.url = request.url?.replace('/console', '')
      toNode(handler)(request, response)
    })
    expect(await whoIsSeen(server)).toEqual(SEEN)
    const request = new Request('https://host.example/api/v1/session', { headers: { [WHO]: 'ada' } })
    expect((await handler.fetch(request)).status).toBe(200)
  })
})

describe('the address of a caller', () => {
  const tryToken = async ({ url }: TestServer, from: string, token: string): Promise<number> => {
    const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': from }
    return (await fetch(`${url}/console/api/v1/session`, { headers })).status
  }

  it('is what Express says of it: the one that its proxy vouches for', async () => {
    const { console } = await createTestConsole({
      clientAddress: ({ host }) => (host as express.Request).ip,
    })
    const app = express().set('trust proxy', 'loopback')
    app.use('/console', toExpress(console))
    server = await startServer(app as RequestListener)
    for (let attempt = 0; attempt < 31; attempt += 1) await tryToken(server, '192.0.2.1', 'wrong')
    expect(await tryToken(server, '192.0.2.1', TOKEN)).toBe(429)
    // What the caller has written in front of it counts for nothing.
    expect(await tryToken(server, '198.51.100.7, 192.0.2.1', TOKEN)).toBe(429)
    expect(await tryToken(server, '192.0.2.2', TOKEN)).toBe(200)
  })
})
