import type { Context } from 'hono'
import { answerFetch, type Handler, relativePath } from '../../src/index.js'

/**
 * Mounts a handler in Hono 4, on Node, Workers, Bun or Deno: `app.all('/llm/*', toHono(gateway))`. The path of the
 * route is its mount point; a body that the host has already read is used again.
 */
export function toHono(handler: Handler): (context: Context) => Promise<Response> {
  return (context) => {
    const { req } = context
    return answerFetch(handler, req.raw, {
      host: context,
      path: relativePath(req.url, req.routePath),
      body: req.raw.bodyUsed ? async () => new Uint8Array(await req.arrayBuffer()) : undefined,
    })
  }
}
