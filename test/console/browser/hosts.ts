import { createAdaptorServer } from '@hono/node-server'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import type { RequestListener, Server } from 'node:http'
import { mountPaths } from '../../../adapters/command/mount-paths.js'
import { toExpress } from '../../../adapters/http/express.js'
import { toFastify } from '../../../adapters/http/fastify.js'
import { toHono } from '../../../adapters/http/hono.js'
import { toNode } from '../../../adapters/http/node.js'
import type { Handler } from '../../../src/index.js'
import { listen, startServer, type TestServer } from '../../contracts/http-server.js'

/** Two handlers of one application, each below its path. */
export interface Mounted {
  readonly gateway: Handler
  readonly gatewayPath: string
  readonly console: Handler
  readonly consolePath: string
}

/** Starts an application; `url` is its origin. */
export type StartHost = (mounted: Mounted) => Promise<TestServer>

/** Headers that a careful application puts on all that it answers. */
const CAREFUL = {
  'content-security-policy': "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  'referrer-policy': 'no-referrer',
} as const

/** Express with security headers in front of everything. */
export const startExpress: StartHost = async ({ gateway, gatewayPath, console, consolePath }) => {
  const app = express()
  app.use((_request, response, next) => {
    for (const [name, value] of Object.entries(CAREFUL)) response.setHeader(name, value)
    next()
  })
  app.use(consolePath, toExpress(console))
  app.use(gatewayPath, toExpress(gateway))
  return await startServer(app as RequestListener)
}

const startFastify: StartHost = async ({ gateway, gatewayPath, console, consolePath }) => {
  const app = Fastify({ forceCloseConnections: true })
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(CAREFUL)
    done()
  })
  await app.register(toFastify(console), { prefix: consolePath })
  await app.register(toFastify(gateway), { prefix: gatewayPath })
  return { url: await app.listen({ host: '127.0.0.1', port: 0 }), close: () => app.close() }
}

const startHono: StartHost = async ({ gateway, gatewayPath, console, consolePath }) => {
  const app = new Hono()
  app.all(`${consolePath}/*`, toHono(console))
  app.all(`${gatewayPath}/*`, toHono(gateway))
  return await listen(createAdaptorServer({ fetch: app.fetch }) as Server)
}

const startNode: StartHost = ({ gateway, gatewayPath, console, consolePath }) => {
  const nothing: Handler = { handle: () => Promise.resolve({ status: 404, headers: {}, body: '' }) }
  return startServer(toNode(mountPaths({ [consolePath]: console, [gatewayPath]: gateway }, nothing)))
}

/** Every framework, each with a prefix of its own. */
export const HOSTS: readonly (readonly [name: string, consolePath: string, start: StartHost])[] = [
  ['Express', '/console', startExpress],
  ['Fastify', '/a/b/console', startFastify],
  ['Hono', '/a/b/console', startHono],
  ['node:http', '/console', startNode],
]
