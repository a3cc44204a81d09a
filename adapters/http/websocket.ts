import type { IncomingMessage, Server } from 'node:http'
import type { Server as SecureServer } from 'node:https'
import type { Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import { type Handler, INTERNAL_ANSWER } from '../../src/index.js'
import { describeBadHandshake } from './websocket-messages.js'
import { createPulse } from './websocket-pulse.js'
import { openSession } from './websocket-session.js'
import {
  matchUpgrade,
  passOnUpgrade,
  refuseUpgrade,
  toCallHeaders,
  type Upgrade,
} from './websocket-upgrade.js'

/** How sockets are taken. */
export interface WebSocketOptions {
  /** Where the gateway is mounted, such as `/llm`. Default: anywhere. */
  readonly path?: string | undefined
  /** Longest message in bytes; a longer one closes its socket. Default 32 MiB, as `maxBodyBytes` has it. */
  readonly maxMessageBytes?: number | undefined
  /** How often a silent client is asked whether it is there, in milliseconds. Default 30,000. */
  readonly pingMs?: number | undefined
}

/** The sockets of a server. */
export interface AttachedWebSocket {
  /** Takes no more sockets and breaks the open ones, with the calls that run. */
  close(): void
}

const DEFAULT_MAX_MESSAGE_BYTES = 32 * 1024 * 1024
const DEFAULT_PING_MS = 30_000

/** Without a context for each connection: memory stays with the messages that are being packed. */
const DEFLATE = { threshold: 1024, serverNoContextTakeover: true, clientNoContextTakeover: true }

/**
 * Adds the WebSocket mode of `/v1/responses` to a server: `attachWebSocket(server, gateway)`. Other upgrades stay with
 * the server and its other listeners. When the server closes, each socket closes after its running calls.
 */
export function attachWebSocket(
  server: Server | SecureServer,
  handler: Handler,
  options: WebSocketOptions = {},
): AttachedWebSocket {
  const { path: mount, maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES, pingMs = DEFAULT_PING_MS } = options
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: DEFLATE,
  })
  sockets.on('wsClientError', (error, socket, request) => {
    refuseUpgrade({ request, socket: socket as Socket }, describeBadHandshake(error))
  })
  const pulse = createPulse({ pingMs, isClosing: () => !server.listening })

  const take = async (path: string, { request, socket, head }: Upgrade): Promise<void> => {
    socket.on('error', ignore)
    const headers = toCallHeaders(request.headers)
    // Any query that asks for a key tells whether this one is good.
    const query = { method: 'GET', path: '/v1/models', headers, body: null }
    const answer = await handler.handle(query).catch(() => INTERNAL_ANSWER)
    if (answer.status !== 200) return refuseUpgrade({ request, socket }, answer)
    socket.off('error', ignore)
    sockets.handleUpgrade(request, socket, head, (opened) => {
      // What breaks a socket closes it, and that is heard.
      opened.on('error', ignore)
      pulse.watch(opened, openSession(opened, { handler, path, headers }))
    })
  }

  const onUpgrade = (request: IncomingMessage, socket: Socket, head: Buffer): void => {
    const upgrade = { request, socket, head }
    const path = matchUpgrade(request, mount)
    if (path !== null) void take(path, upgrade)
    else if (server.listenerCount('upgrade') === 1) passOnUpgrade(server, upgrade)
  }
  server.on('upgrade', onUpgrade)
  return {
    close() {
      server.off('upgrade', onUpgrade)
      // What is still shaking hands gets 503.
      sockets.close()
      for (const socket of sockets.clients) socket.terminate()
    },
  }
}

function ignore(): void {
  // A connection that breaks needs no answer.
}
