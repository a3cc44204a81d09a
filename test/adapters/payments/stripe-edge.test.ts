import { build, type BuildOptions } from 'esbuild'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestServer } from '../../contracts/http-server.js'
import { startFakeStripe } from '../../support/fake-stripe.js'
import { payByCard } from '../../support/payment-world.js'
import { findRuntime, RUNTIMES, startRuntime } from '../../support/runtimes.js'

const WORKER = fileURLToPath(new URL('stripe-worker.ts', import.meta.url))
const ADAPTER = fileURLToPath(new URL('../../../adapters/payments/stripe.ts', import.meta.url))
const TOKEN = 'operator-token-of-the-tests'

const stripe = await startFakeStripe()
afterAll(() => stripe.close())

/** What the bundlers of Workers ask for. */
const EDGE: BuildOptions = {
  platform: 'neutral',
  format: 'esm',
  target: 'es2022',
  conditions: ['workerd', 'worker'],
}

async function bundle(entry: string) {
  const { hostname: host, port } = new URL(stripe.url)
  const { secretKey, webhookSecret } = stripe
  const facts = { host, port: Number(port), secretKey, webhookSecret, token: TOKEN }
  const define = { FAKE: JSON.stringify(facts) }
  const { outputFiles, metafile } = await build({
    ...EDGE,
    define,
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports)
  return { text: outputFiles[0]?.text ?? '', inputs: Object.keys(metafile.inputs), imports }
}

test('the adapter needs nothing of Node, and not the SDK either: the client is given', async () => {
  const { imports, inputs, text } = await bundle(ADAPTER)
  expect(imports.filter(({ kind }) => kind !== 'dynamic-import')).toEqual([])
  expect(inputs.filter((path) => /node_modules\/stripe|console-page|undici/.test(path))).toEqual([])
  expect(text).not.toMatch(/["']node:|\brequire\(|\bBuffer\./)
})

for (const runtime of RUNTIMES) {
  describe.skipIf(findRuntime(runtime) === null)(`payments on ${runtime.name}`, () => {
    let server: TestServer
    beforeAll(async () => {
      server = await startRuntime(runtime, (await bundle(WORKER)).text)
    })
    afterAll(async () => {
      await server?.close()
    })
    const call = async (path: string, init: RequestInit = {}) => {
      const { origin } = new URL(server.url)
      const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', origin }
      const response = await fetch(`${server.url}/api/v1/${path}`, { headers, ...init })
      return { status: response.status, json: (await response.json()) as { url?: string; data?: object[] } }
    }
    const deliver = async ({ body, headers }: Awaited<ReturnType<typeof stripe.sign>>) =>
      (await call('webhooks/stripe', { method: 'POST', body, headers })).status

    test('open a checkout, and verify and book what Stripe tells', async () => {
      const body = JSON.stringify({ amount_micro: 5_000_000, return_url: `${server.url}/#/billing` })
      const checkout = await call('accounts/acme/checkouts', { method: 'POST', body })
      expect([checkout.status, checkout.json.url]).toEqual([
        201,
        expect.stringContaining(`${stripe.url}/pay/`),
      ])
      const { event, paymentId } = payByCard(stripe, 500)
      const signed = await stripe.sign(event)
      expect(await deliver({ ...signed, body: signed.body.replace('500', '900') })).toBe(400)
      expect(await deliver(signed)).toBe(200)
      expect(await deliver(await stripe.sign(stripe.refund(paymentId, 200)))).toBe(200)
      expect((await call('accounts/acme/ledger')).json.data).toMatchObject([
        { kind: 'refund', balance_micro: -2_000_000, balance_after_micro: 3_000_000 },
        { kind: 'top_up', balance_micro: 5_000_000 },
      ])
    })
  })
}
