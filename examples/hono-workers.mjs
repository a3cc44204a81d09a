// @ts-check
// The gateway in a Worker, below /llm: a module without Node, for workerd, Bun or Deno.
import { Hono } from 'hono'
import { createGateway } from 'crossmodel-gateway'
import { toHono } from 'crossmodel-gateway/hono'

/** @typedef {{ GEMINI_API_KEY: string, CROSSMODEL_API_KEY: string, UPSTREAM_URL?: string }} Env */

/**
 * Secrets come with the first request, and so does the gateway. It lives as long as the isolate: limits and balances
 * of the memory store are those of one isolate.
 * @type {ReturnType<typeof toHono> | undefined}
 */
let gateway

/** @param {Env} env */
function createHandler(env) {
  return toHono(
    createGateway({
      upstreams: { gemini: { vendor: 'gemini', apiKey: env.GEMINI_API_KEY, baseUrl: env.UPSTREAM_URL } },
      models: [{ id: 'gemini/*', upstream: 'gemini' }],
      accounts: [{ id: 'acme', balanceMicro: 5_000_000, keys: [{ key: env.CROSSMODEL_API_KEY }] }],
    }),
  )
}

/** @type {Hono<{ Bindings: Env }>} */
const app = new Hono()
app.all('/llm/*', (context) => (gateway ??= createHandler(context.env))(context))

export default app
