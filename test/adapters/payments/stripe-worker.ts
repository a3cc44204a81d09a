import { Stripe } from 'stripe'
import { stripePayments } from '../../../adapters/payments/stripe.js'
import { createConsoleWith } from '../../../src/console/console-handler.js'
import { createGateway } from '../../../src/index.js'

/** Where the fake Stripe listens, and its secrets: put in by the bundler. */
declare const FAKE: {
  readonly host: string
  readonly port: number
  readonly secretKey: string
  readonly webhookSecret: string
  readonly token: string
}

/** The console that stripe-edge.test.ts serves on Bun, Deno and workerd. */
const { host, port, secretKey, webhookSecret, token } = FAKE
const gateway = createGateway({
  upstreams: {},
  models: [],
  accounts: [{ id: 'acme' }],
  keySecret: 'pepper of the tests',
})
const client = new Stripe(secretKey, { host, port, protocol: 'http', maxNetworkRetries: 0 })
const payments = stripePayments({ client, webhookSecret })
const console = createConsoleWith({ gateway, operatorToken: token, payments }, { script: '', style: '' })

export default console
