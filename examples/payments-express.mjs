// @ts-check
// Gateway and console in an Express app, with top-ups by Stripe: card and Alipay, credited by webhook.
// Let Stripe send checkout.session.*, refund.*, charge.refunded and charge.dispute.* to
// https://<host>/console/api/v1/webhooks/stripe (on your own machine: `stripe listen --forward-to …`).
import express from 'express'
import { Stripe } from 'stripe'
import { createGateway } from 'crossmodel-gateway'
import { createConsole } from 'crossmodel-gateway/console'
import { toExpress } from 'crossmodel-gateway/express'
import { stripePayments } from 'crossmodel-gateway/stripe'

const { env } = process
const { STRIPE_SECRET_KEY = 'sk_test_…', STRIPE_WEBHOOK_SECRET = 'whsec_…', STRIPE_URL } = env
const { OPENAI_API_KEY, UPSTREAM_URL, OPERATOR_TOKEN = 'change-this-operator-token', PORT = '3000' } = env

const gateway = createGateway({
  upstreams: { openai: { vendor: 'openai', apiKey: OPENAI_API_KEY, baseUrl: UPSTREAM_URL } },
  models: [{ id: 'openai/*', upstream: 'openai' }],
  accounts: [{ id: 'acme' }],
})

const payments = stripePayments({
  client: new Stripe(STRIPE_SECRET_KEY, serverOf(STRIPE_URL)),
  webhookSecret: STRIPE_WEBHOOK_SECRET,
  minimumMicro: 5_000_000, // $5
  methods: ['card', 'alipay'],
  onPayment({ event, result, shortfallMicro, suspended }) {
    console.log(event.type, event.accountId, result, { shortfallMicro, suspended })
  },
})

const app = express()
// Both above express.json(): a webhook is signed over its raw bytes.
app.use('/llm', toExpress(gateway))
app.use(
  '/console',
  toExpress(createConsole({ gateway, operatorToken: OPERATOR_TOKEN, payments, gatewayUrl: '/llm' })),
)
app.use(express.json())

const server = app.listen(Number(PORT), '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`http://127.0.0.1:${port}/console`)
})

/**
 * Another server than Stripe's own, for tests.
 * @param {string | undefined} url
 * @returns {Stripe.StripeConfig}
 */
function serverOf(url) {
  if (url === undefined) return {}
  const { hostname: host, port } = new URL(url)
  return { host, port, protocol: 'http' }
}
