// @ts-check
// Gateway and console in an Express app, with top-ups by Stripe: card and Alipay, credited by webhook.
// Let Stripe send checkout.session.*, refund.*, charge.refunded and charge.dispute.* to
// https://<host>/console/api/v1/webhooks/stripe (on your own machine: `stripe listen --forward-to …`).
import express from 'express'
import { Stripe } from 'stripe'
import { createGateway } from 'crossmodel-gateway'
import { createConsole } from 'crossmodel-gateway/console'
import { toExpress } from 'crossmodel-gateway/express'
import { openSqlite } from 'crossmodel-gateway/sqlite'
import { stripePayments } from 'crossmodel-gateway/stripe'

const { OPENAI_API_KEY, UPSTREAM_URL, STRIPE_URL, DATABASE = './gateway.db', PORT = '3000' } = process.env

/** No secret has a default: who knows it mints balance. @param {string} name */
function secret(name) {
  const value = process.env[name]
  if (!value) throw new Error(`The environment variable ${name} is not set.`)
  return value
}

const gateway = createGateway({
  stores: await openSqlite({ path: DATABASE }), // what was paid must outlive the process
  keySecret: secret('KEY_SECRET'),
  upstreams: { openai: { vendor: 'openai', apiKey: OPENAI_API_KEY, baseUrl: UPSTREAM_URL } },
  models: [{ id: 'openai/*', upstream: 'openai' }],
  accounts: [{ id: 'acme' }],
})
const { hostname, port } = new URL(STRIPE_URL ?? 'https://api.stripe.com') // another one in tests
const payments = stripePayments({
  client: new Stripe(
    secret('STRIPE_SECRET_KEY'),
    STRIPE_URL ? { host: hostname, port, protocol: 'http' } : {},
  ),
  webhookSecret: secret('STRIPE_WEBHOOK_SECRET'),
  project: 'payments-example', // a name that nothing else on your Stripe account has
  minimumMicro: 5_000_000, // $5
  methods: ['card', 'alipay'],
  onPayment: ({ event, result, shortfallMicro, suspended }) =>
    console.log(event.type, event.accountId, result, { shortfallMicro, suspended }),
})
const adminConsole = createConsole({
  gateway,
  payments,
  operatorToken: secret('OPERATOR_TOKEN'),
  clientAddress: ({ host }) => /** @type {express.Request} */ (host).ip, // as `trust proxy` says
  gatewayUrl: '/llm',
  onError: ({ path, error, cause }) => console.error(path, error.status, error.code, cause),
})

const app = express()
app.use('/llm', toExpress(gateway)) // both above express.json(): a webhook is signed over its raw bytes
app.use('/console', toExpress(adminConsole))
app.use(express.json())

const server = app.listen(Number(PORT), '127.0.0.1', () => {
  const address = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`http://127.0.0.1:${address.port}/console`)
})
