// @ts-check
// The gateway in a Fastify app, below /llm: Anthropic's models, an alias, and a key with limits of its own.
import { fastify } from 'fastify'
import { createGateway } from 'crossmodel-gateway'
import { toFastify } from 'crossmodel-gateway/fastify'

const { ANTHROPIC_API_KEY, UPSTREAM_URL, CROSSMODEL_API_KEY = 'cm-demo-key', PORT = '3000' } = process.env

const gateway = createGateway({
  upstreams: { anthropic: { vendor: 'anthropic', apiKey: ANTHROPIC_API_KEY, baseUrl: UPSTREAM_URL } },
  models: [{ id: 'anthropic/claude-sonnet-4-6', upstream: 'anthropic' }],
  aliases: { fast: 'anthropic/claude-sonnet-4-6' },
  accounts: [
    {
      id: 'acme',
      balanceMicro: 5_000_000,
      keys: [{ key: CROSSMODEL_API_KEY, rpm: 600, tpm: 1_000_000, concurrency: 20 }],
    },
  ],
})

const app = fastify()
await app.register(toFastify(gateway), { prefix: '/llm' })
app.get('/', () => 'The host app goes on as before.')

console.log(`${await app.listen({ port: Number(PORT), host: '127.0.0.1' })}/llm`)
