import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../contracts/http-server.js'
import { startFakeStripe } from '../support/fake-stripe.js'
import { assertBuilt, runModule } from './run-example.js'

const file = fileURLToPath(new URL('../../examples/payments-express.mjs', import.meta.url))
const TOKEN = 'operator-token-of-the-tests'
const stripe = await startFakeStripe()
afterAll(() => stripe.close())
beforeAll(assertBuilt)

const BOOKED = { data: [{ kind: 'top_up', balance_micro: 20_000_000 }] }
const SECRETS = {
  KEY_SECRET: 'key-secret-of-the-tests',
  OPERATOR_TOKEN: TOKEN,
  STRIPE_SECRET_KEY: stripe.secretKey,
  STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
}

/** What the example needs, with a database that lives as long as the test. */
async function createEnvironment(): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'crossmodel-gateway-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const DATABASE = join(folder, 'gateway.db')
  return { PORT: '0', OPENAI_API_KEY: 'k', STRIPE_URL: stripe.url, DATABASE, ...SECRETS }
}

test.each(Object.keys(SECRETS))('payments-express.mjs does not start without %s', async (name) => {
  const example = runModule({ file }, { ...(await createEnvironment()), [name]: '' })
  expect(await example.exited).toBe(1)
  expect(example.errors()).toContain(`The environment variable ${name} is not set.`)
})

test('payments-express.mjs opens a checkout, credits it when Stripe tells that it is paid, and keeps it', async () => {
  const environment = await createEnvironment()
  const example = runModule({ file }, environment)
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
  expect(await ledger.json()).toMatchObject(BOOKED)
  await eventually(() => example.output().includes('paid acme posted'))
  expect(example.errors()).toBe('')
  example.stop()
  await example.exited
  const again = await runModule({ file }, environment).url
  const kept = await fetch(`${again}/api/v1/accounts/acme/ledger`, { headers })
  expect(await kept.json()).toMatchObject(BOOKED)
})
