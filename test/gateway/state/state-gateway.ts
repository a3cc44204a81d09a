import OpenAI from 'openai'
import type { Response, ResponseOutputItem } from 'openai/resources/responses/responses'
import { createMemoryStore, type StateStore } from '../../../src/index.js'
import { useSqliteFiles } from '../../adapters/stores/sqlite/files.js'
import { BALANCE_OF_PAIRS, createPairGateway, type PairGateway } from '../../pairs/pair.js'
import { replaceMethods } from '../../support/replace-methods.js'
import { KEY, type Overrides } from '../../support/test-gateway.js'

export const RIVAL_KEY = 'cm-key-of-the-rival'

/** A gateway with two accounts, in front of simulated vendors of every protocol. */
export interface StateGateway extends PairGateway {
  /** The official SDK with a key of one of the accounts. */
  readonly openai: (key?: string) => OpenAI
}

/** `state`: where it is kept; by default in a memory of its own. */
export function createStateGateway(overrides: Overrides = {}, state?: StateStore): StateGateway {
  const tested = createPairGateway({
    now: () => Date.now(),
    accounts: [
      { id: 'acme', balanceMicro: BALANCE_OF_PAIRS, keys: [{ key: KEY }] },
      { id: 'rival', balanceMicro: BALANCE_OF_PAIRS, keys: [{ key: RIVAL_KEY }] },
    ],
    ...overrides,
  })
  if (state !== undefined) replaceMethods(tested.stores.state as StateStore, state)
  const openai = (apiKey = KEY): OpenAI =>
    new OpenAI({ apiKey, baseURL: 'http://gateway/v1', maxRetries: 0, fetch: tested.fetch })
  return { ...tested, openai }
}

/** Where state can live. Each call gives a store of its own. */
export function useStateStores(): Readonly<Record<string, () => Promise<StateStore>>> {
  const { open } = useSqliteFiles()
  return {
    memory: () =>
      Promise.resolve(createMemoryStore({ now: () => Date.now(), secret: 'pepper', accounts: [] }).state),
    sqlite: async () => (await open()).state,
  }
}

/** Models of vendors that speak another protocol than Responses. */
export const FOREIGN_MODELS = ['pair/chat', 'pair/messages', 'pair/gemini', 'pair/deepseek'] as const

/** The last request that a vendor got, as text. */
export const asked = ({ vendor }: StateGateway): string => vendor.last().text

/** Ids of output items. */
export const idsOf = ({ output }: Pick<Response, 'output'>): readonly (string | undefined)[] =>
  output.map((item: ResponseOutputItem) => item.id ?? undefined)

/** Fetches a background response until it has ended. */
export async function waitForEnd(openai: OpenAI, id: string): Promise<Response> {
  for (;;) {
    const response = await openai.responses.retrieve(id)
    if (response.status !== 'queued' && response.status !== 'in_progress') return response
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Everything of a list, page by page. */
export async function allOf<T>(pages: AsyncIterable<T>): Promise<readonly T[]> {
  const items: T[] = []
  for await (const item of pages) items.push(item)
  return items
}
