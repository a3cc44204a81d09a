import type { RequestListener } from 'node:http'
import type { Handler } from '../../src/index.js'
import type { Attach } from './listen.js'
import { loadIfInstalled, loadPackage } from './load-package.js'

/** What the gateway can be mounted in; all but `node` are optional peers of this package. */
export const FRAMEWORKS = ['node', 'express', 'fastify', 'hono'] as const

export type Framework = (typeof FRAMEWORKS)[number]

const PACKAGES: Readonly<Record<Framework, string>> = {
  node: '',
  express: 'express',
  fastify: 'fastify',
  hono: 'hono @hono/node-server',
}

const MOUNTS: Readonly<Record<Framework, (handler: Handler) => Promise<RequestListener>>> = {
  node: async (handler) => {
    const { toNode } = await import('../http/node.js')
    return toNode(handler)
  },
  express: async (handler) => {
    const { default: express } = await import('express')
    const { toExpress } = await import('../http/express.js')
    return express().disable('x-powered-by').use(toExpress(handler))
  },
  fastify: async (handler) => {
    const { fastify } = await import('fastify')
    const { toFastify } = await import('../http/fastify.js')
    const app = fastify()
    await app.register(toFastify(handler))
    await app.ready()
    return (request, response) => app.routing(request, response)
  },
  hono: async (handler) => {
    const [{ Hono }, { getRequestListener }] = await Promise.all([
      import('hono'),
      import('@hono/node-server'),
    ])
    const { toHono } = await import('../http/hono.js')
    return getRequestListener(new Hono().all('/*', toHono(handler)).fetch)
  },
}

/** Mounts a handler in a framework, which is loaded only now. Throws a `CommandError` when it is not installed. */
export function mount(framework: Framework, handler: Handler): Promise<RequestListener> {
  return loadPackage(() => MOUNTS[framework](handler), {
    neededBy: framework,
    install: PACKAGES[framework],
  })
}

/** The WebSocket mode of a handler; null without the optional package `ws`, and such requests are answered with 426. */
export async function mountWebSocket(handler: Handler, maxMessageBytes?: number): Promise<Attach | null> {
  const loaded = await loadIfInstalled(() => import('../http/websocket.js'))
  return loaded === null ? null : (server) => loaded.attachWebSocket(server, handler, { maxMessageBytes })
}
