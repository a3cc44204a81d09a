import { createAdaptorServer } from '@hono/node-server'
import express5, { type RequestHandler } from 'express'
import express4 from 'express4'
import Fastify from 'fastify'
import { Hono } from 'hono'
import type { RequestListener, Server } from 'node:http'
import { toExpress } from '../../adapters/http/express.js'
import { toFastify } from '../../adapters/http/fastify.js'
import { toHono } from '../../adapters/http/hono.js'
import { toNode } from '../../adapters/http/node.js'
import type { Handler } from '../../src/index.js'
import { listen, startServer, type TestServer } from '../contracts/http-server.js'

/** A handler that listens somewhere; `url` is its mount point. */
export type StartMount = (handler: Handler) => Promise<TestServer>

const PREFIX = '/llm'

/** Every way to mount a handler on Node, under a prefix wherever the framework has one. */
export const MOUNTS: readonly (readonly [name: string, start: StartMount])[] = [
  ['node:http', (handler) => startServer(toNode(handler))],
  ['Express 5', onExpress(express5)],
  ['Express 5 behind express.json()', onExpress(express5, express5.json())],
  ['Express 4', onExpress(express4)],
  ['Express 4 behind express.json()', onExpress(express4, express4.json())],
  ['Fastify 5', onFastify],
  ['Hono 4 on Node', onHono],
]

function onExpress(express: typeof express5, ...middleware: readonly RequestHandler[]): StartMount {
  return async (handler) => {
    const app = express()
    for (const each of middleware) app.use(each)
    app.use(PREFIX, toExpress(handler))
    return below(await startServer(app as RequestListener))
  }
}

async function onFastify(handler: Handler): Promise<TestServer> {
  const app = Fastify({ forceCloseConnections: true })
  await app.register(toFastify(handler), { prefix: PREFIX })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { url: url + PREFIX, close: () => app.close() }
}

async function onHono(handler: Handler): Promise<TestServer> {
  const app = new Hono()
  app.all(`${PREFIX}/*`, toHono(handler))
  return below(await listen(createAdaptorServer({ fetch: app.fetch }) as Server))
}

function below({ url, close }: TestServer): TestServer {
  return { url: url + PREFIX, close }
}
