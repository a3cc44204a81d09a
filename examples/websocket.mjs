// @ts-check
// The WebSocket mode of /v1/responses beside HTTP, on a plain node:http server: `npm install ws`.
import { createServer } from 'node:http'
import { createGateway } from 'crossmodel-gateway'
import { toNode } from 'crossmodel-gateway/node'
import { attachWebSocket } from 'crossmodel-gateway/websocket'

const { ANTHROPIC_API_KEY, UPSTREAM_URL, CROSSMODEL_API_KEY = 'cm-demo-key', PORT = '3000' } = process.env

const gateway = createGateway({
  upstreams: { anthropic: { vendor: 'anthropic', apiKey: ANTHROPIC_API_KEY, baseUrl: UPSTREAM_URL } },
  models: [{ id: 'anthropic/claude-sonnet-4-6', upstream: 'anthropic' }],
  aliases: { fast: 'anthropic/claude-sonnet-4-6' },
  accounts: [{ id: 'acme', balanceMicro: 5_000_000, keys: [{ key: CROSSMODEL_API_KEY }] }],
})

const server = createServer(toNode(gateway))
attachWebSocket(server, gateway)

server.listen(Number(PORT), '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`http://127.0.0.1:${port}`)
})

process.once('SIGTERM', () => server.close()) // a socket ends after the calls that run on it
