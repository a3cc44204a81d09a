import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openStores } from '../../adapters/command/stores.js'
import { createTransport, toNode } from '../../adapters/http/node.js'
import { verifyLedger } from '../../src/balance/audit.js'
import { createGateway, type GatewayConfigData, type UsageRecord } from '../../src/index.js'
import { ACCOUNTS } from './setting.js'

/** How a gateway process stands. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** After a collection of garbage. */
  readonly heapBytes: number
  /** Buffers outside of the heap. */
  readonly externalBytes: number
  readonly rssBytes: number
  /** Open sockets, of clients and vendors. */
  readonly sockets: number
  /** Everything that keeps the process alive. */
  readonly resources: number
  /** Requests whose answer has not ended. */
  readonly inFlight: number
  /** Money that holds have reserved. */
  readonly heldMicro: number
  /** Requests so far, and the CPU time of everything so far. */
  readonly requests: number
  readonly cpuMs: number
}

/** What a gateway leaves behind when it has ended. */
export interface Remains {
  readonly heldMicro: number
  readonly balances: Readonly<Record<string, number>>
  readonly problems: readonly string[]
  readonly records: readonly UsageRecord[]
  /** Sums of the daily totals. */
  readonly totals: { readonly costMicro: number; readonly requests: number }
  /** Sockets and timers that are left when everything is closed. */
  readonly leftovers: readonly string[]
  /** Errors that no call has asked for, by their words. */
  readonly errors: readonly string[]
}

/** A gateway in this process. */
export interface RunningGateway {
  readonly url: string
  readonly sample: () => Promise<Sample>
  readonly stop: () => Promise<Remains>
}

const GRACE_MS = 5000
const KEEP_ALIVE_MS = 120_000
const PAGE = 500

/** Opens the stores that a configuration names and listens on a free port of the loopback address. */
export async function startGateway(config: GatewayConfigData): Promise<RunningGateway> {
  const errors: string[] = []
  const terminal = {
    print: () => undefined,
    printError: (line: string) => void errors.push(line),
    environment: {},
    stop: new AbortController().signal,
  }
  const { stores, close: closeStores } = await openStores(config, terminal)
  const { ledger, usage } = stores
  if (ledger === undefined || usage === undefined) throw new Error('the soak needs stores that stay')
  const { outbox: _memory, ...rest } = config
  const gateway = createGateway({
    ...rest,
    stores,
    transport: createTransport(),
    hooks: {
      onStoreFailure: (event) => void errors.push(`a store has failed: ${JSON.stringify(event)}`),
      onError: ({ error }) => {
        if (error.code === 'internal_error') errors.push(`an error of the gateway: ${String(error.cause)}`)
      },
    },
  })
  await gateway.ready()
  let requests = 0
  let inFlight = 0
  const listener = toNode(gateway)
  const server = createServer((request, response) => {
    requests += 1
    inFlight += 1
    response.once('close', () => (inFlight -= 1))
    listener(request, response)
  })
  // Clients think longer than the few seconds after which a server usually closes a connection under their hands.
  server.keepAliveTimeout = KEEP_ALIVE_MS
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const held = async (): Promise<number> => {
    const wallets = await Promise.all(ACCOUNTS.map(({ id }) => ledger.balance(id)))
    return wallets.reduce((sum, wallet) => sum + (wallet?.heldMicro ?? 0), 0)
  }

  return {
    url: `http://127.0.0.1:${port}`,
    async sample() {
      globalThis.gc?.()
      globalThis.gc?.()
      const { heapUsed, external, rss } = process.memoryUsage()
      const { user, system } = process.cpuUsage()
      const resources = process.getActiveResourcesInfo()
      return {
        at: Date.now(),
        heapBytes: heapUsed,
        externalBytes: external,
        rssBytes: rss,
        sockets: resources.filter((name) => name === 'TCPSocketWrap').length,
        resources: resources.length,
        inFlight,
        heldMicro: await held(),
        requests,
        cpuMs: (user + system) / 1000,
      }
    },
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      const late = setTimeout(() => {
        errors.push('connections were open when the gateway was to end')
        server.closeAllConnections()
      }, GRACE_MS)
      await closed
      clearTimeout(late)
      await gateway.close()
      const { problems } = await verifyLedger(ledger)
      const balances = await Promise.all(
        ACCOUNTS.map(async ({ id }) => [id, (await ledger.balance(id))?.balanceMicro ?? 0] as const),
      )
      const groups = await usage.totals({
        by: 'day',
        since: 0,
        until: 86_400_000 * Math.ceil(Date.now() / 86_400_000 + 1),
      })
      const records: UsageRecord[] = []
      for (;;) {
        const page = await usage.records({ limit: PAGE, after: records.at(-1) })
        if (page.length === 0) break
        records.push(...page)
      }
      const heldMicro = await held()
      await closeStores()
      // Sockets take a turn to be gone.
      await new Promise((resolve) => setTimeout(resolve, 200))
      const leftovers = process.getActiveResourcesInfo().filter((name) => LASTING.has(name))
      return {
        heldMicro,
        balances: Object.fromEntries(balances),
        problems: problems.map(({ accountId, problem }) => `${accountId}: ${problem}`),
        records,
        totals: {
          costMicro: groups.reduce((sum, { totals }) => sum + totals.costMicro, 0),
          requests: groups.reduce((sum, { totals }) => sum + totals.requestCount, 0),
        },
        leftovers,
        errors,
      }
    },
  }
}

/** What must not outlive a gateway; the channel to the process above is a pipe. */
const LASTING: ReadonlySet<string> = new Set(['TCPSocketWrap', 'TCPServerWrap', 'Timeout', 'Immediate'])
