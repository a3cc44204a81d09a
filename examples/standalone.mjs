// @ts-check
// The gateway alone on node:http: a generated key, a line for what each call cost, and a clean end.
import { createServer } from 'node:http'
import { createApiKey, createGateway, formatUsd } from 'crossmodel-gateway'
import { toNode } from 'crossmodel-gateway/node'

const { MISTRAL_API_KEY, UPSTREAM_URL, PORT = '3000' } = process.env
const key =
  process.env.CROSSMODEL_API_KEY ?? createApiKey((count) => crypto.getRandomValues(new Uint8Array(count)))

const gateway = createGateway({
  upstreams: { mistral: { vendor: 'mistral', apiKey: MISTRAL_API_KEY, baseUrl: UPSTREAM_URL } },
  models: [{ id: 'mistral/*', upstream: 'mistral' }],
  accounts: [{ id: 'me', balanceMicro: 5_000_000, keys: [{ key }] }],
  hooks: {
    onUsage: ({ model, status, usage, costMicro }) => {
      const tokens = `${usage.inputTokens} + ${usage.outputTokens} tokens`
      console.log(`${model} ${status}: ${tokens}, $${formatUsd(costMicro)}`)
    },
    onError: ({ requestId, error }) => console.error(`${requestId} ${error.code}: ${error.message}`),
  },
})

const server = createServer(toNode(gateway))
server.listen(Number(PORT), '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`http://127.0.0.1:${port} key ${key}`)
})

/** Takes no more requests, lets running streams finish for ten seconds, then gives up the connections to vendors. */
process.once('SIGTERM', () => {
  setTimeout(() => server.closeAllConnections(), 10_000).unref()
  server.close(() => void gateway.close())
})
