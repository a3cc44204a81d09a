import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import { type Handler, relativePath } from '../../src/index.js'
import { answerNode } from './node.js'
import { nodeBody } from './node-body.js'

/**
 * Mounts a handler in Fastify 5: `app.register(toFastify(gateway), { prefix: '/llm' })`. An encapsulated plugin: its
 * content-type parser and its error handler concern the prefix only; the host's hooks run before it.
 */
export function toFastify(handler: Handler): FastifyPluginCallback {
  return (instance, _options, done) => {
    const route = `${instance.prefix}/*`
    let closing = false
    const answer = (request: FastifyRequest, reply: FastifyReply): void => {
      reply.hijack()
      copyHeaders(reply)
      reply.raw.on('finish', () => {
        // A connection that goes idle now would hold the host's `close()` until its keep-alive ends.
        if (closing) request.raw.socket.destroySoon()
      })
      const { headers, body } = request
      void answerNode(handler, {
        request: request.raw,
        response: reply.raw,
        path: relativePath(request.url, route),
        headers,
        body: nodeBody(body instanceof Readable ? body : request.raw, headers),
        host: request,
      })
    }
    // The gateway reads the stream itself, under its own limit.
    instance.removeAllContentTypeParsers()
    instance.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload))
    instance.setErrorHandler((error: { code?: string }, request, reply) => {
      if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return answer(request, reply)
      throw error
    })
    instance.addHook('preClose', (ready) => {
      closing = true
      ready()
    })
    const method = methodsFor(instance, route)
    for (const url of ['/', '/*']) instance.route({ method, url, handler: answer })
    done()
  }
}

/** All methods, but OPTIONS only when the host has not claimed it (a CORS plugin does). */
function methodsFor(instance: FastifyInstance, route: string): string[] {
  const claimed = [route, '*', '/*'].some((url) => instance.hasRoute({ method: 'OPTIONS', url }))
  return instance.supportedMethods.filter((method) => !claimed || method !== 'OPTIONS')
}

/** What hooks have put on the reply (CORS!) would be lost with it. */
function copyHeaders(reply: FastifyReply): void {
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value)
  }
}
