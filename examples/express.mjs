// @ts-check
// The gateway in an Express app, below /llm: every OpenAI model at its list price.
import express from 'express'
import { createGateway } from 'crossmodel-gateway'
import { toExpress } from 'crossmodel-gateway/express'

const { OPENAI_API_KEY, UPSTREAM_URL, CROSSMODEL_API_KEY = 'cm-demo-key', PORT = '3000' } = process.env

const gateway = createGateway({
  upstreams: { openai: { vendor: 'openai', apiKey: OPENAI_API_KEY, baseUrl: UPSTREAM_URL } },
  models: [{ id: 'openai/*', upstream: 'openai' }],
  accounts: [{ id: 'acme', balanceMicro: 5_000_000, keys: [{ key: CROSSMODEL_API_KEY }] }],
})

const app = express()
app.use('/llm', toExpress(gateway)) // above express.json(): its limit of 100 kB is not the gateway's
app.get('/', (_request, response) => void response.send('The host app goes on as before.'))

const server = app.listen(Number(PORT), '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`http://127.0.0.1:${port}/llm`)
})
