import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../contracts/http-server.js'
import { startFakeStripe } from '../support/fake-stripe.js'
import { assertBuilt, runModule } from './run-example.js'

const file = fileURLToPath(new URL('../../examples/payments-express.mjs', import.meta.url))
const TOKEN = 'operator-token-of-the-tests'
const stripe = await startFakeStripe()
afterAll(() => stripe.close())
beforeAll(assertBuilt)

test('payments-express.mjs opens a checkout, and credits it when Stripe tells that it is paid', async () => {
  const example = runModule(
    { file },
    {
      PORT: '0',
      OPENAI_API_KEY: 'k',
      OPERATOR_TOKEN: TOKEN,
      STRIPE_SECRET_KEY: stripe.secretKey,
      STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
      STRIPE_URL: stripe.url,
    },
  )
  const url = await example.url
  stripe.deliverTo(`${url}/api/v1/webhooks/stripe`)
  const account = `${url}/api/v1/accounts/acme`
  const headers = {
    authorization: `Bearer ${TOKEN}`,
    'content-type': 'application/json',
    origin: new URL(url).origin,
  }
  const body = JSON.stringify({ amount_micro: 20_000_000, return_url: `${url}/#/billing` })
  const checkout = await fetch(`${account}/checkouts`, { method: 'POST', headers, body })
  expect(checkout.status).toBe(201)
  const { url: page } = (await checkout.json()) as { readonly url: string }
  const paid = await fetch(page, {
    method: 'POST',
    body: new URLSearchParams({ method: 'alipay' }),
    redirect: 'manual',
  })
  expect(paid.headers.get('location')).toBe(`${url}/#/billing?checkout=paid`)
  expect(stripe.deliveries.map(({ status }) => status)).toEqual([200, 200])
  const ledger = await fetch(`${account}/ledger`, { headers })
  expect(await ledger.json()).toMatchObject({ data: [{ kind: 'top_up', balance_micro: 20_000_000 }] })
  await eventually(() => example.output().includes('paid acme posted'))
  expect(example.errors()).toBe('')
})
