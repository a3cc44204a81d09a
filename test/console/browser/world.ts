import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripePayments } from '../../../adapters/payments/stripe.js'
import { openSqlite, type SqliteStores } from '../../../adapters/stores/sqlite/index.js'
import { type Console, type ConsoleOptions, createConsole } from '../../../src/console/index.js'
import { createGateway, type Gateway, type GatewayConfig } from '../../../src/index.js'
import { type FakeStripe, startFakeStripe } from '../../support/fake-stripe.js'
import { createScriptedVendor, type ScriptedVendor } from '../../support/scripted-vendor.js'
import { BASE_CONFIG, PRICE } from '../../support/test-gateway.js'
import { startExpress, type StartHost } from './hosts.js'

export const TOKEN = 'operator-token-of-the-browser-tests'
export const ACCOUNT = 'acme'
export const BY = { actor: 'test' } as const
const GATEWAY_PATH = '/llm'

/** A gateway on SQLite with the scripted vendor and a fake Stripe, and its console, in one application. */
export interface World {
  readonly gateway: Gateway
  readonly stores: SqliteStores
  /** The file of the stores. */
  readonly file: string
  readonly vendor: ScriptedVendor
  readonly stripe: FakeStripe
  readonly origin: string
  /** Where the page is, without a slash at its end. */
  readonly consoleUrl: string
  readonly gatewayUrl: string
  /** Puts another console in the place of the one that is mounted, as a restart would. */
  readonly replaceConsole: (options: Partial<ConsoleOptions>) => void
  readonly close: () => Promise<void>
}

/** What a test wants otherwise. */
export interface WorldOptions {
  readonly start?: StartHost
  readonly consolePath?: string
  readonly console?: Partial<ConsoleOptions>
  readonly config?: Partial<GatewayConfig>
  /** Stands between the gateway and its stores. */
  readonly wrap?: (stores: SqliteStores) => SqliteStores
}

/** Starts a world with one account, that has a dollar. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const { start = startExpress, consolePath = '/console', config, wrap = (stores) => stores } = options
  const folder = await mkdtemp(join(tmpdir(), 'crossmodel-console-'))
  const file = join(folder, 'gateway.db')
  const opened = await openSqlite({ path: file })
  const stores = wrap(opened)
  const vendor = createScriptedVendor()
  const { accounts: _accounts, ...base } = BASE_CONFIG
  const gateway = createGateway({ ...base, transport: vendor.transport, stores, ...config })
  await gateway.admin.accounts.create({ id: ACCOUNT, name: 'Acme', ...BY })
  await gateway.admin.money.topUp({
    accountId: ACCOUNT,
    amountMicro: 1_000_000,
    externalId: 'welcome',
    ...BY,
  })
  const stripe = await startFakeStripe()
  const payments = stripePayments({ client: stripe.client, webhookSecret: stripe.webhookSecret })
  const createOne = (changes: Partial<ConsoleOptions>): Console =>
    createConsole({ gateway, operatorToken: TOKEN, payments, gatewayUrl: GATEWAY_PATH, ...changes })
  let current = createOne(options.console ?? {})
  const server = await start({
    gateway,
    gatewayPath: GATEWAY_PATH,
    console: { handle: (request) => current.handle(request) },
    consolePath,
  })
  stripe.deliverTo(`${server.url}${consolePath}/api/v1/webhooks/stripe`)
  return {
    gateway,
    stores,
    file,
    vendor,
    stripe,
    origin: server.url,
    consoleUrl: server.url + consolePath,
    gatewayUrl: server.url + GATEWAY_PATH,
    replaceConsole: (changes) => void (current = createOne({ ...options.console, ...changes })),
    async close() {
      await server.close()
      await stripe.close()
      await gateway.close()
      await opened.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** What a call costs whose usage is known: one micro-USD a token in, two a token out. */
export function costMicro({ input, output }: { readonly input: number; readonly output: number }): number {
  return (input * PRICE.inputMicroPer1M + output * PRICE.outputMicroPer1M) / 1_000_000
}

/** Makes a key and calls a model with it, as often as it is told: usage to look at. */
export async function makeUsage(
  { gateway, gatewayUrl }: World,
  { count = 3, accountId = ACCOUNT }: { readonly count?: number; readonly accountId?: string } = {},
): Promise<{ readonly secret: string; readonly keyId: string }> {
  const created = await gateway.admin.keys.create({ accountId, name: 'Production', ...BY })
  if (created === null) throw new Error(`no account ${accountId}`)
  const { secret, key } = created
  for (let made = 0; made < count; made += 1) {
    const answer = await callModel({ gatewayUrl, secret })
    if (answer.status !== 200) throw new Error(`the call was answered ${answer.status}`)
  }
  return { secret, keyId: key.id }
}

/** One call over HTTP. */
export async function callModel({
  gatewayUrl,
  secret,
  body = {},
}: {
  readonly gatewayUrl: string
  readonly secret: string
  readonly body?: object
}): Promise<{ readonly status: number; readonly requestId: string; readonly code: string | undefined }> {
  const response = await fetch(`${gatewayUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'test/chat', messages: [{ role: 'user', content: 'hi' }], ...body }),
  })
  const json = (await response.json()) as { readonly error?: { readonly code?: string } }
  return {
    status: response.status,
    requestId: response.headers.get('x-request-id') ?? '',
    code: json.error?.code,
  }
}
