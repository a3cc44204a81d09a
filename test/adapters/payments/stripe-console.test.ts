import { afterAll, describe, expect, test } from 'vitest'
import express, { type RequestHandler } from 'express'
import type { IncomingMessage, RequestListener } from 'node:http'
import { toExpress } from '../../../adapters/http/express.js'
import { toNode } from '../../../adapters/http/node.js'
import { type StripeOptions, stripePayments } from '../../../adapters/payments/stripe.js'
import { createConsoleWith } from '../../../src/console/console-handler.js'
import type { ConsoleErrorEvent } from '../../../src/console/options.js'
import type { Handler } from '../../../src/index.js'
import { startServer, type TestServer } from '../../contracts/http-server.js'
import { SECRET_KEY, startFakeStripe, WEBHOOK_SECRET } from '../../support/fake-stripe.js'
import { MOUNTS } from '../../support/mounts.js'
import { ACCOUNT, openBooks, payByCard } from '../../support/payment-world.js'

const TOKEN = 'operator-token-of-the-tests'
const startNode = (handler: Handler) => startServer(toNode(handler))
const stripe = await startFakeStripe()
afterAll(() => stripe.close())

/** A console with a till, and what it was asked and answered. */
async function openConsole(options: Partial<StripeOptions> = {}) {
  const books = await openBooks()
  const errors: ConsoleErrorEvent[] = []
  const payments = stripePayments({ client: stripe.client, webhookSecret: WEBHOOK_SECRET, ...options })
  const { gateway } = books
  const page = { script: '', style: '' }
  const onError = (event: ConsoleErrorEvent): void => void errors.push(event)
  return {
    ...books,
    errors,
    handler: createConsoleWith({ gateway, operatorToken: TOKEN, payments, onError }, page),
  }
}

interface CheckoutAnswer {
  readonly status: number
  readonly json: { readonly url: string; readonly error: { readonly code: string; readonly param: string } }
}

async function askCheckout(base: string, body: object): Promise<CheckoutAnswer> {
  const { origin } = new URL(base)
  const response = await fetch(`${base}/api/v1/accounts/${ACCOUNT}/checkouts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', origin },
    body: JSON.stringify(body),
  })
  return { status: response.status, json: (await response.json()) as CheckoutAnswer['json'] }
}

/** Pushes a button of the checkout page, as a browser does: where it leads. */
async function pay(url: string, method: 'card' | 'alipay'): Promise<string | null> {
  expect(await (await fetch(url)).text()).toContain('Pay $12.50')
  const body = new URLSearchParams({ method })
  const response = await fetch(url, { method: 'POST', body, redirect: 'manual' })
  return response.headers.get('location')
}

const sendWebhook = async (server: TestServer, body: string, headers: Readonly<Record<string, string>>) => {
  const response = await fetch(`${server.url}/api/v1/webhooks/stripe`, { method: 'POST', body, headers })
  return { status: response.status, text: await response.text() }
}

describe.each(MOUNTS)('a top-up on %s', (name, start) => {
  const isParsed = name.endsWith('express.json()')

  test.each(['card', 'alipay'] as const)(
    'by %s is ordered, paid, credited once, and leads back',
    async (method) => {
      const { handler, lines, balance } = await openConsole()
      const server = await start(handler)
      stripe.deliverTo(`${server.url}/api/v1/webhooks/stripe`)
      const returnUrl = `${server.url}/#/billing`
      const { status, json } = await askCheckout(server.url, {
        amount_micro: 12_500_000,
        return_url: returnUrl,
      })
      expect(status).toBe(201)
      const before = stripe.deliveries.length
      expect(await pay(json.url, method)).toBe(`${returnUrl}?checkout=paid`)
      expect(await pay(json.url, method)).toBe(`${returnUrl}?checkout=paid`)
      const answers = stripe.deliveries.slice(before)
      if (isParsed) {
        expect(answers.map((answer) => answer.status)).toEqual(method === 'card' ? [400] : [400, 400])
        expect(answers[0]?.body).toMatch(/before express\.json\(\)/)
        expect(await balance()).toBeNull()
      } else {
        expect(answers.every((answer) => answer.status === 200)).toBe(true)
        expect(await lines()).toEqual([['top_up', 12_500_000, 0]])
      }
      await server.close()
    },
  )
})

describe('webhooks over a mount', () => {
  const keepRaw: RequestHandler = express.json({
    verify: (request: IncomingMessage & { rawBody?: unknown }, _response, bytes) => {
      request.rawBody = bytes
    },
  })
  const mount = async (handlers: readonly RequestHandler[], options: Partial<StripeOptions> = {}) => {
    const opened = await openConsole(options)
    const app = express()
    for (const handler of handlers) app.use(handler)
    app.use('/console', toExpress(opened.handler))
    const server = await startServer(app as RequestListener)
    return { ...opened, server: { ...server, url: `${server.url}/console` } }
  }

  test.each([
    ['keeps the bytes beside what it has parsed', keepRaw],
    ['leaves them as they are', express.raw({ type: () => true })],
    ['reads them as text', express.text({ type: () => true })],
  ])('are verified behind a host that %s', async (_name, middleware) => {
    const { server, balance } = await mount([middleware])
    const { body, headers } = await stripe.sign(payByCard(stripe, 500).event)
    expect(await sendWebhook(server, body, headers)).toMatchObject({ status: 200 })
    expect(await balance()).toBe(5_000_000)
    await server.close()
  })

  test('that are tampered with, old, or not signed are a 400 that names no secret', async () => {
    const { server, balance, errors } = await mount([])
    const event = payByCard(stripe, 500).event
    const { body, headers } = await stripe.sign(event)
    const old = await stripe.sign(event, { timestamp: Math.floor(Date.now() / 1000) - 1000 })
    const wrong = await stripe.sign(event, { secret: 'whsec_other' })
    const answers = [
      await sendWebhook(server, body.replace('500', '900'), headers),
      await sendWebhook(server, old.body, old.headers),
      await sendWebhook(server, wrong.body, wrong.headers),
      await sendWebhook(server, body, { 'content-type': 'application/json' }),
      await sendWebhook(server, '', headers),
    ]
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400])
    const shown = [
      ...answers.map(({ text }) => text),
      ...errors.map(({ error, cause }) => `${error.stack} ${String(cause)} ${JSON.stringify(cause)}`),
    ]
    expect(shown.join()).not.toMatch(new RegExp(`${WEBHOOK_SECRET}|${SECRET_KEY}|whsec_`))
    expect(await balance()).toBeNull()
    await server.close()
  })

  test('of another provider are not found, and too large ones refused', async () => {
    const { server } = await mount([])
    const other = await fetch(`${server.url}/api/v1/webhooks/paypal`, { method: 'POST', body: '{}' })
    expect(other.status).toBe(404)
    const huge = JSON.stringify({ text: 'x'.repeat(1024 * 1024) })
    expect((await sendWebhook(server, huge, { 'stripe-signature': 't=1,v1=a' })).status).toBe(413)
    // A dispute tells of all its evidence.
    const evidence = { uncategorized_text: 'é'.repeat(150_000) }
    const told = {
      type: 'charge.dispute.updated',
      data: { object: { evidence }, previous_attributes: { evidence } },
    }
    const { body, headers } = await stripe.sign({ ...payByCard(stripe, 500).event, ...told })
    expect((await sendWebhook(server, body, headers)).status).toBe(200)
    await server.close()
  })

  test('for an account that nobody has are a 500, so that Stripe sends them again', async () => {
    const { server } = await mount([])
    const { body, headers } = await stripe.sign(payByCard(stripe, 500, { accountId: 'nobody' }).event)
    const { status, text } = await sendWebhook(server, body, headers)
    expect([status, text.includes("Nobody has the account 'nobody'")]).toEqual([500, true])
    await server.close()
  })
})

describe('a checkout over a mount', () => {
  test.each([
    [{ amount_micro: 4_990_000 }, 'amount_micro'],
    [{ amount_micro: 5_000_001 }, 'amount_micro'],
    [{ amount_micro: 1_000_000_000_000 }, 'amount_micro'],
    [{ amount_micro: '5000000' }, 'amount_micro'],
    [{ return_url: 'https://evil.example/#/billing' }, 'return_url'],
    [{ coupon: 'x' }, 'coupon'],
  ])('with %j is refused', async (fields, param) => {
    const { handler } = await openConsole()
    const server = await startNode(handler)
    const body = { amount_micro: 5_000_000, return_url: `${server.url}/#/billing`, ...fields }
    const { status, json } = await askCheckout(server.url, body)
    expect([status, json.error.code, json.error.param]).toEqual([400, 'invalid_value', param])
    await server.close()
  })

  test('that Stripe refuses is a 502 without its words', async () => {
    const { handler, errors } = await openConsole()
    const server = await startNode(handler)
    stripe.fail(500)
    const { status, json } = await askCheckout(server.url, {
      amount_micro: 5_000_000,
      return_url: `${server.url}/#/billing`,
    })
    stripe.fail(null)
    expect([status, json.error.code]).toEqual([502, 'provider_error'])
    const shown = `${JSON.stringify(json)} ${errors.map(({ cause }) => `${String(cause)} ${(cause as Error).stack} ${String((cause as Error).cause)}`).join()}`
    expect(shown).not.toContain(SECRET_KEY)
    await server.close()
  })
})
