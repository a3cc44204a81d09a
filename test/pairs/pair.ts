import { createTestGateway, KEY, type Overrides, type TestGateway } from '../support/test-gateway.js'
import { createChatClient } from './chat-client.js'
import type { Client, Fetch } from './client.js'
import { createMessagesClient } from './messages-client.js'
import { createResponsesClient } from './responses-client.js'
import { DEEPSEEK, modelOf, type Vendor, VENDORS } from './vendors.js'

export const CLIENTS = {
  chat: createChatClient,
  responses: createResponsesClient,
  messages: createMessagesClient,
} as const

export type ClientName = keyof typeof CLIENTS

/** Every client protocol with every vendor's. */
export const PAIRS = pairWith(VENDORS)

/** The same, with a Chat vendor that reasons. */
export const REASONING_PAIRS = pairWith({
  deepseek: DEEPSEEK,
  responses: VENDORS.responses,
  messages: VENDORS.messages,
  gemini: VENDORS.gemini,
})

interface Pair {
  readonly client: ClientName
  readonly vendorName: string
  readonly vendor: Vendor
}

function pairWith(vendors: Readonly<Record<string, Vendor>>): readonly Pair[] {
  return (Object.keys(CLIENTS) as readonly ClientName[]).flatMap((client) =>
    Object.entries(vendors).map(([vendorName, vendor]) => ({ client, vendorName, vendor })),
  )
}

/** Every pair, streamed and whole: `client → vendor (streamed: …)`. */
export const inBothModes = <Row extends object>(
  pairs: readonly Row[],
): readonly (Row & { readonly streamed: boolean })[] =>
  [false, true].flatMap((streamed) => pairs.map((pair) => Object.assign({ streamed }, pair)))

/** Micro-USD that the account of a pair gateway has. */
export const BALANCE_OF_PAIRS = 10_000_000

export interface PairGateway extends TestGateway {
  readonly fetch: Fetch
  readonly client: (name: ClientName) => Client
}

/** A gateway in front of simulated vendors of every protocol, with limits that do not matter here. */
export function createPairGateway(overrides: Overrides = {}): PairGateway {
  const vendors: Readonly<Record<string, Vendor>> = { ...VENDORS, deepseek: DEEPSEEK }
  const tested = createTestGateway({
    upstreams: Object.fromEntries(Object.entries(vendors).map(([name, { upstream }]) => [name, upstream])),
    models: Object.entries(vendors).map(([name, vendor]) => modelOf(name, vendor)),
    accounts: [{ id: 'acme', balanceMicro: BALANCE_OF_PAIRS, keys: [{ key: KEY, rpm: null, tpm: null }] }],
    ...overrides,
  })
  const fetch: Fetch = (input, init) => tested.gateway.fetch(new Request(input, init))
  return { ...tested, fetch, client: (name) => CLIENTS[name](fetch) }
}
