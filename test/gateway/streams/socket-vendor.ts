import type { IncomingMessage, ServerResponse } from 'node:http'
import { toNode } from '../../../adapters/http/node.js'
import { createTransport } from '../../../adapters/http/undici-transport.js'
import { startServer } from '../../contracts/http-server.js'
import {
  BASE_CONFIG,
  createTestGateway,
  type Overrides,
  type TestGateway,
} from '../../support/test-gateway.js'

/** Plays the vendor for one call; the body of the request has been read. */
export type Script = (response: ServerResponse, request: IncomingMessage) => void

/** A gateway between real sockets: its vendor listens, and so does it itself. */
export interface SocketGateway extends TestGateway {
  /** Where the gateway listens. */
  readonly url: string
  /** Calls that the vendor has got, and those whose connection is closed. */
  readonly seen: { arrived: number; closed: number }
  close(): Promise<void>
}

/** Starts a vendor that follows `script`, and a gateway on node:http in front of it. */
export async function startSocketGateway(script: Script, overrides: Overrides = {}): Promise<SocketGateway> {
  const seen = { arrived: 0, closed: 0 }
  const vendor = await startServer((request, response) => {
    response.on('close', () => (seen.closed += 1))
    request.on('end', () => {
      seen.arrived += 1
      script(response, request)
    })
    request.resume()
  })
  const upstreams = Object.fromEntries(
    Object.entries(BASE_CONFIG.upstreams).map(([name, upstream]) => [
      name,
      { ...upstream, baseUrl: upstream.protocol === 'anthropic-messages' ? vendor.url : `${vendor.url}/v1` },
    ]),
  )
  const transport = createTransport()
  const test = createTestGateway({ transport, upstreams, now: () => Date.now(), ...overrides })
  const server = await startServer(toNode(test.gateway))
  return {
    ...test,
    url: server.url,
    seen,
    async close() {
      await server.close()
      await vendor.close()
      await transport.close?.()
    },
  }
}

/** Begins a vendor's stream. */
export function writeHead(response: ServerResponse): ServerResponse {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
  return response
}
