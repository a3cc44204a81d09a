import type { RequestListener } from 'node:http'
import type { Handler } from '../../src/index.js'
import { loadPackage } from './load-package.js'

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
