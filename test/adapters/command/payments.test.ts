import { join } from 'node:path'
import { Stripe } from 'stripe'
import { describe, expect, test } from 'vitest'
import { createConfig, makeFolder, open, writeTemporary, type Session } from './command.js'

const TOKEN = 'token-of-the-operator'
const WEBHOOK_SECRET = 'whsec_ofTheTestsOfTheCommand'
const SECRET_KEY = 'sk_test_of_nobody'
const ENVIRONMENT = {
  CROSSMODEL_CONSOLE_TOKEN: TOKEN,
  STRIPE_SECRET_KEY: SECRET_KEY,
  STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
}

interface Setting {
  readonly environment?: Record<string, string>
  readonly changes?: object
}

/** A server on SQLite that takes payments of the project `mine`, unless said otherwise. */
async function serve({ environment = {}, changes = {} }: Setting = {}): Promise<Session> {
  const config = {
    ...createConfig('http://127.0.0.1:9/v1'),
    store: `sqlite:${join(await makeFolder(), 'gateway.db')}`,
    keySecret: 'key-secret-of-this-test',
    console: { payments: { project: 'mine' } },
    ...changes,
  }
  const path = await writeTemporary(JSON.stringify(config))
  return open(['serve', '--config', path, '--port', '0'], { ...ENVIRONMENT, ...environment })
}

const api = (url: string, path: string): Promise<Response> =>
  fetch(`${url}/console/api/v1/${path}`, { headers: { authorization: `Bearer ${TOKEN}` } })

const linesOf = ({ errors }: Session): readonly unknown[] => errors.map((line) => JSON.parse(line) as unknown)

const { webhooks } = new Stripe(SECRET_KEY)

/** Tells, as Stripe does, that 20 dollars were paid. */
async function tellPaid(
  url: string,
  { project = 'mine', account = 'acme', secret = WEBHOOK_SECRET, id = 'pi_1' },
): Promise<Response> {
  const object = {
    amount_total: 2000,
    currency: 'usd',
    metadata: { crossmodel_project: project, crossmodel_account: account, crossmodel_order: 'order_1' },
    payment_intent: id,
    payment_status: 'paid',
  }
  const body = JSON.stringify({
    id: 'evt_1',
    object: 'event',
    type: 'checkout.session.completed',
    data: { object },
  })
  const signature = await webhooks.generateTestHeaderStringAsync({ payload: body, secret })
  const headers = { 'stripe-signature': signature }
  return await fetch(`${url}/console/api/v1/webhooks/stripe`, { method: 'POST', headers, body })
}

async function balanceOf(url: string): Promise<unknown> {
  const overview = (await (await api(url, 'accounts/acme/overview')).json()) as Record<string, unknown>
  return overview['balance_micro']
}

describe('top-ups of serve', () => {
  test('are taken as the configuration says', async () => {
    const payments = { project: 'mine', methods: ['card'], minimumMicro: 10_000_000 }
    const server = await serve({ changes: { console: { payments } } })
    expect(await (await api(await server.ready, 'session')).json()).toMatchObject({
      payments: { name: 'stripe', methods: ['card'], minimum_micro: 10_000_000 },
    })
  })

  test('are booked for the payments of the own project, with one line for each', async () => {
    const server = await serve()
    const url = await server.ready
    const before = Number(await balanceOf(url))
    expect((await tellPaid(url, { project: 'of-another-deployment' })).status).toBe(200)
    expect(await balanceOf(url)).toBe(before)
    expect(linesOf(server)).toEqual([])
    expect((await tellPaid(url, {})).status).toBe(200)
    expect((await tellPaid(url, {})).status).toBe(200)
    expect(await balanceOf(url)).toBe(before + 20_000_000)
    expect(linesOf(server)).toEqual([
      expect.objectContaining({
        event: 'payment',
        type: 'paid',
        provider: 'stripe',
        accountId: 'acme',
        paymentId: 'pi_1',
        amountMicro: 20_000_000,
        postedMicro: 20_000_000,
      }),
    ])
  })

  test('that cannot be booked are told of, each one', async () => {
    const server = await serve()
    const url = await server.ready
    expect((await tellPaid(url, { account: 'nobody' })).status).toBe(500)
    expect((await tellPaid(url, { account: 'nobody' })).status).toBe(500)
    await tellPaid(url, {})
    expect((await tellPaid(url, { account: 'other' })).status).not.toBe(200)
    const failures = linesOf(server).filter((line) => (line as { event: string }).event === 'console_error')
    expect(failures).toHaveLength(3)
    expect(failures[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/webhooks/stripe',
      status: 500,
      message: expect.stringContaining("'nobody'"),
    })
  })

  test('that nobody has signed are told of, but do not fill the log', async () => {
    const server = await serve()
    const url = await server.ready
    for (let count = 0; count < 5; count += 1)
      expect((await tellPaid(url, { secret: 'whsec_ofSomebodyElseAltogether' })).status).toBe(400)
    expect(linesOf(server)).toEqual([
      expect.objectContaining({ event: 'console_error', status: 400, code: 'invalid_request', times: 1 }),
    ])
    expect(server.errors.join()).not.toMatch(/whsec_|sk_test|token-of-the-operator/)
  })
})

test.each<[string, Setting, RegExp]>([
  [
    'the store is in memory',
    { changes: { store: 'memory' } },
    /STRIPE_SECRET_KEY is set, but the store is in memory/,
  ],
  [
    'there is no store',
    { changes: { store: undefined } },
    /STRIPE_SECRET_KEY is set, but the store is in memory/,
  ],
  [
    'there is no project',
    { changes: { console: undefined } },
    /console\.payments\.project must name this deployment/,
  ],
  ['there is no console', { environment: { CROSSMODEL_CONSOLE_TOKEN: '' } }, /set CROSSMODEL_CONSOLE_TOKEN/],
  [
    'a secret is missing',
    { environment: { STRIPE_WEBHOOK_SECRET: '' } },
    /STRIPE_WEBHOOK_SECRET must be set together/,
  ],
  [
    'a secret is a placeholder',
    { environment: { STRIPE_WEBHOOK_SECRET: 'whsec_…' } },
    /STRIPE_WEBHOOK_SECRET must be .*whsec_ and/,
  ],
])('serve takes no money where %s: it ends with 2 and says why', async (_name, setting, reason) => {
  const server = await serve(setting)
  expect(await server.exitCode).toBe(2)
  expect(server.errors).toEqual([expect.stringMatching(reason)])
  expect(server.errors.join()).not.toContain(SECRET_KEY)
  expect(server.output).toEqual([])
})

describe('start with the secrets of Stripe', () => {
  const environment = { STRIPE_SECRET_KEY: SECRET_KEY, STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET }

  test('takes payments of its own folder only', async () => {
    const server = open(['start', '--port', '0', '--data', await makeFolder()], environment)
    const url = await server.ready
    expect((await tellPaid(url, { project: 'crossmodel-gateway', account: 'demo' })).status).toBe(200)
    expect(server.errors).toEqual([])
  })

  test('takes none where nothing is kept', async () => {
    const server = open(['start', '--port', '0', '--memory'], environment)
    expect(await server.exitCode).toBe(2)
    expect(server.errors.join()).toContain('the store is in memory')
  })
})

test('a wrong token is told of, once, and a missing one is not', async () => {
  const server = await serve({ environment: { STRIPE_SECRET_KEY: '', STRIPE_WEBHOOK_SECRET: '' } })
  const url = await server.ready
  const ask = (headers: Record<string, string>) => fetch(`${url}/console/api/v1/session`, { headers })
  expect((await ask({})).status).toBe(401)
  expect(server.errors).toEqual([])
  for (let count = 0; count < 3; count += 1)
    expect((await ask({ authorization: 'Bearer a-guess-of-somebody' })).status).toBe(401)
  expect(linesOf(server)).toEqual([
    expect.objectContaining({ event: 'console_error', code: 'wrong_token', path: '/api/v1/session' }),
  ])
  expect(server.errors.join()).not.toContain('a-guess-of-somebody')
})
