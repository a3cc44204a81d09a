import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { CommandError, EXIT } from './terminal.js'

/** A server that listens. */
export interface Listening {
  /** `http://host:port`. */
  readonly url: string
  /** Takes no more requests, lets running ones finish for so long, then breaks them. */
  readonly close: (graceMs: number) => Promise<void>
}

/** An address to listen on; `otherwise` is taken when `port` is in use. */
export interface Address {
  readonly host: string
  readonly port: number
  readonly otherwise?: number | undefined
}

/** How a server listens. */
export interface ListenSettings extends Address {
  /** How long a connection may wait for its next request. */
  readonly idleConnectionMs: number
}

/** Node's own for a head and for a whole request; a head may have more than an idle connection, never more than a request. */
const HEAD_MS = 60_000
const REQUEST_MS = 300_000
const SPARE_MS = 1000

/** How often connections are looked at that have gone idle since the server stopped listening. */
const IDLE_CHECK_MS = 50

/** What is attached to a server besides its listener; `close` breaks what it holds open. */
export type Attach = (server: Server) => { readonly close: () => void }

/** Listens. Throws a {@link CommandError} when the address cannot be had. */
export async function listen(
  listener: RequestListener,
  address: ListenSettings,
  attach: Attach | null = null,
): Promise<Listening> {
  const { idleConnectionMs } = address
  const server = createServer({ keepAliveTimeout: idleConnectionMs, requestTimeout: REQUEST_MS }, listener)
  server.headersTimeout = Math.min(Math.max(HEAD_MS, idleConnectionMs) + SPARE_MS, REQUEST_MS)
  const attached = attach?.(server)
  await bind(server, address)
  const { port } = server.address() as AddressInfo
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  return { url: `http://${host}:${port}`, close: (graceMs) => close(server, graceMs, attached) }
}

async function bind(server: Server, { host, port, otherwise }: Address): Promise<void> {
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE' && otherwise !== undefined) return await bind(server, { host, port: otherwise })
    const reason = code === 'EADDRINUSE' ? 'the port is in use' : String(code ?? error)
    throw new CommandError(`crossmodel-gateway: cannot listen on ${host}:${port}: ${reason}`, EXIT.failed)
  }
}

async function close(server: Server, graceMs: number, attached?: ReturnType<Attach>): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  const idleCheck = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
  const giveUp = new AbortController()
  const breakAll = (): void => {
    server.closeAllConnections()
    attached?.close()
  }
  const grace = sleep(graceMs, undefined, { signal: giveUp.signal }).then(breakAll, () => undefined)
  await closed
  clearInterval(idleCheck)
  giveUp.abort()
  await grace
}
