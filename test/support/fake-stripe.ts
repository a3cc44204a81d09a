import { createHmac } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Stripe } from 'stripe'
import { startServer } from '../contracts/http-server.js'
import { createFakeAccount, type FakeAccount, type FakeEvent } from './fake-stripe-account.js'

export type { FakeEvent } from './fake-stripe-account.js'

/** A call that the fake has got from the SDK. */
export interface FakeCall {
  readonly method: string
  readonly path: string
  readonly idempotencyKey: string | undefined
  readonly parameters: Readonly<Record<string, string>>
}

/** How a webhook is signed, if not rightly. */
export interface Signing {
  readonly secret?: string
  /** Seconds since the epoch. */
  readonly timestamp?: number
}

export interface SignedWebhook {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/** A Stripe of this test on the loopback address: an API for the real SDK, a checkout page, and signed webhooks. */
export interface FakeStripe extends FakeAccount {
  readonly url: string
  /** The real SDK, pointed at this server. */
  readonly client: Stripe
  readonly secretKey: string
  readonly webhookSecret: string
  readonly calls: readonly FakeCall[]
  /** Answers of the console to the webhooks that the checkout page has sent. */
  readonly deliveries: readonly { readonly type: string; readonly status: number; readonly body: string }[]
  /** Where the checkout page sends its webhooks. */
  deliverTo(webhookUrl: string): void
  /** Lets the next calls of the API fail with this status; null: no more. */
  fail(status: number | null): void
  sign(event: FakeEvent | string, signing?: Signing): Promise<SignedWebhook>
  close(): Promise<void>
}

export const SECRET_KEY = 'sk_test_51SecretOfTheFakeStripe'
export const WEBHOOK_SECRET = 'whsec_secretOfTheFakeWebhook'
/** Stripe refuses less: 50 cents. */
const LEAST_CENTS = 50
const PAGE_SIZE = 100

export async function startFakeStripe(): Promise<FakeStripe> {
  const account = createFakeAccount()
  const calls: FakeCall[] = []
  const deliveries: { type: string; status: number; body: string }[] = []
  const byKey = new Map<string, string>()
  let webhookUrl: string | null = null
  let failure: number | null = null
  let client: Stripe | undefined

  const sign = async (event: FakeEvent | string, signing: Signing = {}): Promise<SignedWebhook> => {
    const payload = typeof event === 'string' ? event : JSON.stringify(event, null, 2)
    const signature = await sdk().webhooks.generateTestHeaderStringAsync({
      payload,
      secret: WEBHOOK_SECRET,
      ...signing,
    })
    return {
      body: payload,
      headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature },
    }
  }
  const sdk = (): Stripe => {
    if (client === undefined) throw new Error('the fake Stripe has not started')
    return client
  }
  const deliver = async (event: FakeEvent): Promise<void> => {
    if (webhookUrl === null) throw new Error('deliverTo was not called')
    const { body, headers } = await sign(event)
    const response = await fetch(webhookUrl, { method: 'POST', body, headers })
    deliveries.push({ type: event.type, status: response.status, body: await response.text() })
  }

  const answerApi = (call: FakeCall): ApiAnswer => {
    if (failure !== null)
      return apiError(failure, { type: 'api_error', message: `broken, with ${SECRET_KEY}` })
    const { method, path, parameters, idempotencyKey } = call
    if (method === 'POST' && path === '/v1/checkout/sessions') {
      const known = byKey.get(idempotencyKey ?? '')
      if (known !== undefined) return { status: 200, json: account.session(known) }
      const answer = createSession(account, parameters, server.url)
      if (idempotencyKey !== undefined && 'id' in answer.json)
        byKey.set(idempotencyKey, String(answer.json.id))
      return answer
    }
    const intentId = /^\/v1\/payment_intents\/(\w+)$/.exec(path)?.[1]
    const intent = account.intent(intentId ?? '')
    if (intent !== undefined) return { status: 200, json: intent }
    const { payment_intent: paymentId = '' } = parameters
    if (path === '/v1/refunds') return page(account.refundsOf(paymentId), parameters)
    if (path === '/v1/disputes') return page(account.disputesOf(paymentId), parameters)
    return apiError(404, {
      type: 'invalid_request_error',
      code: 'resource_missing',
      message: `No such ${path}`,
    })
  }

  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake')
    const form = new URLSearchParams(await readText(request))
    const sessionId = /^\/pay\/(\w+)$/.exec(pathname)?.[1]
    if (sessionId !== undefined) {
      const session = account.session(sessionId)
      if (request.method === 'POST' && session.status === 'open') {
        const method = form.get('method') === 'alipay' ? 'alipay' : 'card'
        await deliver(account.pay(sessionId, method))
        if (method === 'alipay') await deliver(account.settle(sessionId, true))
      }
      if (request.method === 'POST')
        return void response.writeHead(303, { location: session.success_url }).end()
      return void response.writeHead(200, { 'content-type': 'text/html' }).end(toPage(session))
    }
    const call: FakeCall = {
      method: request.method ?? 'GET',
      path: pathname,
      idempotencyKey: request.headers['idempotency-key'] as string | undefined,
      parameters: Object.fromEntries([...searchParams, ...form]),
    }
    calls.push(call)
    const isOurs = request.headers.authorization === `Bearer ${SECRET_KEY}`
    const { status, json } = isOurs ? answerApi(call) : apiError(401, wrongKey(request.headers.authorization))
    response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_fake' })
    response.end(JSON.stringify(json))
  }
  const server = await startServer((request, response) => {
    void listener(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  const fakeClient = connectStripe(server.url, SECRET_KEY)
  client = fakeClient

  return {
    ...account,
    url: server.url,
    client: fakeClient,
    secretKey: SECRET_KEY,
    webhookSecret: WEBHOOK_SECRET,
    calls,
    deliveries,
    deliverTo: (url) => void (webhookUrl = url),
    fail: (status) => void (failure = status),
    sign,
    close: () => server.close(),
  }
}

/** The real SDK on a server of the loopback address. */
export function connectStripe(url: string, secretKey: string): Stripe {
  const { hostname, port } = new URL(url)
  return new Stripe(secretKey, { host: hostname, port: Number(port), protocol: 'http', maxNetworkRetries: 0 })
}

/** A header as Stripe makes it, by hand: that the SDK's own helper and its check do not merely agree with each other. */
export function signByHand(body: string, timestamp: number): string {
  const signature = createHmac('sha256', WEBHOOK_SECRET).update(`${timestamp}.${body}`).digest('hex')
  return `t=${timestamp},v1=${signature}`
}

interface ApiAnswer {
  readonly status: number
  readonly json: object
}

function createSession(
  account: FakeAccount,
  parameters: Readonly<Record<string, string>>,
  url: string,
): ApiAnswer {
  const price = 'line_items[0][price_data]'
  const cents = Number(parameters[`${price}[unit_amount]`])
  const quantity = Number(parameters['line_items[0][quantity]'])
  if (!Number.isSafeInteger(cents))
    return apiError(400, refusal('parameter_invalid_integer', `${price}[unit_amount]`))
  if (cents < LEAST_CENTS) return apiError(400, refusal('amount_too_small', `${price}[unit_amount]`))
  const session = account.createSession(
    {
      mode: parameters['mode'] ?? '',
      client_reference_id: parameters['client_reference_id'] ?? null,
      amount_total: cents * quantity,
      currency: parameters[`${price}[currency]`] ?? '',
      metadata: mapOf(parameters, 'metadata'),
      intentMetadata: mapOf(parameters, 'payment_intent_data[metadata]'),
      success_url: parameters['success_url'] ?? '',
      cancel_url: parameters['cancel_url'] ?? '',
      payment_method_types: Object.values(mapOf(parameters, 'payment_method_types')),
    },
    (id) => `${url}/pay/${id}`,
  )
  return { status: 200, json: session }
}

/** The fields of a form below a name: `metadata[order]=1` is `{ order: '1' }` of `metadata`. */
function mapOf(parameters: Readonly<Record<string, string>>, name: string): Record<string, string> {
  const own = Object.entries(parameters).filter(([key]) => key.startsWith(`${name}[`))
  return Object.fromEntries(own.map(([key, value]) => [key.slice(name.length + 1, -1), value]))
}

function page(
  objects: readonly { readonly id: string }[],
  { starting_after: after, limit = '10' }: Readonly<Record<string, string>>,
): ApiAnswer {
  const from = after === undefined ? 0 : objects.findIndex(({ id }) => id === after) + 1
  const size = Math.min(PAGE_SIZE, Number(limit))
  const data = objects.slice(from, from + size)
  return { status: 200, json: { object: 'list', data, has_more: objects.length > from + size } }
}

function apiError(status: number, error: object): ApiAnswer {
  return { status, json: { error } }
}

function refusal(code: string, param: string): object {
  return { type: 'invalid_request_error', code, param, message: `${param}: ${code}` }
}

/** Stripe quotes a part of the key that it refuses. */
function wrongKey(authorization = ''): object {
  const key = authorization.replace('Bearer ', '')
  return { type: 'invalid_request_error', message: `Invalid API Key provided: ${key}` }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function toPage(session: ReturnType<FakeAccount['session']>): string {
  const buttons = session.payment_method_types.map(
    (method) =>
      `<button name="method" value="${method}">Pay ${method === 'card' ? 'by card' : 'with Alipay'}</button>`,
  )
  return `<!doctype html><html lang="en"><title>Fake Stripe</title>
    <h1>Pay $${(session.amount_total / 100).toFixed(2)}</h1>
    <form method="post">${buttons.join(' ')}</form>
    <a href="${encodeURI(session.cancel_url)}">Back</a>`
}
