import { type IncomingHttpHeaders, type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type GatewayResponse, pathOf, type RequestHeaders } from '../../src/index.js'
import { writeResponse } from './node-response.js'

/** A request to leave HTTP, as a server's `upgrade` event has it. */
export interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Socket
  readonly head: Buffer
}

const RESPONSES = /^(?:.*\/)?responses\/?$/
const RESPONSES_HERE = /^\/(?:v1\/)?responses\/?$/

/**
 * The path with query of the calls on a socket; null for what is no WebSocket of the Responses API. `mount`: where the
 * gateway is; undefined for anywhere.
 */
export function matchUpgrade({ method, url = '/', headers }: IncomingMessage, mount?: string): string | null {
  if (method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket') return null
  const [path = '', query] = pathOf(url).split('?', 2)
  const prefix = mount?.replace(/\/+$/, '') ?? ''
  const matches = mount === undefined ? RESPONSES.test(path) : RESPONSES_HERE.test(pathBelow(path, prefix))
  if (!matches) return null
  return query === undefined ? '/v1/responses' : `/v1/responses?${query}`
}

function pathBelow(path: string, prefix: string): string {
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : ''
}

/** Headers that concern the connection, or would make all its calls one and the same. */
const DROPPED =
  /^(?:connection|upgrade|content-(?:length|type)|transfer-encoding|idempotency-key|sec-websocket-.*)$/

/** The headers of a handshake as those of the calls that come after it. */
export function toCallHeaders(handshake: IncomingHttpHeaders): RequestHeaders {
  const kept = Object.entries(handshake).filter(([name]) => !DROPPED.test(name))
  const headers = { ...Object.fromEntries(kept), 'content-type': 'application/json' }
  const betas = [handshake['openai-beta'] ?? []].flat().join(',').split(',')
  // Vendors are called over HTTP, where this one is none of theirs.
  const others = betas.map((beta) => beta.trim()).filter((beta) => !beta.startsWith('responses_websockets'))
  return { ...headers, 'openai-beta': others.join(', ') || undefined }
}

/** Answers an upgrade with plain HTTP, and ends the connection. */
export function refuseUpgrade({ request, socket }: Omit<Upgrade, 'head'>, answer: GatewayResponse): void {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.on('finish', () => socket.destroySoon())
  response.assignSocket(socket)
  void writeResponse(response, answer)
}

/**
 * Gives a connection back to its server as one without an upgrade. A server without listeners ignores upgrades (the
 * `h2c` of Java's client!); with one that leaves them alone they would wait for ever.
 */
export function passOnUpgrade(
  server: { emit(event: string, socket: Socket): boolean },
  { request, socket, head }: Upgrade,
): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`]
  const { rawHeaders } = request
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    // Without it `upgrade` is but a header, which handlers may still have something to say to (426).
    if (name.toLowerCase() !== 'connection') lines.push(`${name}: ${rawHeaders[at + 1]}`)
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]))
  server.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket)
}
