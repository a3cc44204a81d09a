// @ts-check
// The gateway in a Hono app on Node, below /llm: a server of one's own, with a price of one's own.
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { createGateway } from 'crossmodel-gateway'
import { toHono } from 'crossmodel-gateway/hono'

const {
  UPSTREAM_URL = 'http://localhost:8000/v1',
  CROSSMODEL_API_KEY = 'cm-demo-key',
  PORT = '3000',
} = process.env

const gateway = createGateway({
  upstreams: { local: { vendor: 'vllm', protocol: 'openai-chat', baseUrl: UPSTREAM_URL } },
  models: [
    {
      id: 'local/llama',
      upstream: 'local',
      model: 'meta-llama/Llama-4-Maverick',
      contextWindowTokens: 131_072,
      maxOutputTokens: 8192,
      price: { inputMicroPer1M: 100_000, outputMicroPer1M: 300_000 },
    },
  ],
  accounts: [{ id: 'acme', balanceMicro: 5_000_000, keys: [{ key: CROSSMODEL_API_KEY }] }],
})

const app = new Hono()
app.all('/llm/*', toHono(gateway))
app.get('/', (context) => context.text('The host app goes on as before.'))

serve({ fetch: app.fetch, port: Number(PORT), hostname: '127.0.0.1' }, ({ port }) => {
  console.log(`http://127.0.0.1:${port}/llm`)
})
