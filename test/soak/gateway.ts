import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStores } from '../../adapters/command/stores.js'
import type { Terminal } from '../../adapters/command/terminal.js'
import { createTransport, toNode } from '../../adapters/http/node.js'
import { createGateway, type GatewayConfigData, type Hooks } from '../../src/index.js'
import { readBooks, type Remains, sumHolds } from './remains.js'

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

/** A gateway in this process. */
export interface RunningGateway {
  readonly url: string
  readonly sample: () => Promise<Sample>
  readonly stop: () => Promise<Remains>
}

const GRACE_MS = 10_000
const KEEP_ALIVE_MS = 120_000

/** Opens the stores that a configuration names and listens on a free port of the loopback address. */
export async function startGateway(config: GatewayConfigData): Promise<RunningGateway> {
  const errors: string[] = []
  const { stores, close: closeStores } = await openStores(config, terminalFor(errors))
  const { ledger, usage } = stores
  if (ledger === undefined || usage === undefined) throw new Error('the soak needs stores that stay')
  const { outbox: _memory, ...rest } = config
  const gateway = createGateway({ ...rest, stores, transport: createTransport(), hooks: hooksFor(errors) })
  await gateway.ready()
  const listening = await listenTo(toNode(gateway))
  return {
    url: listening.url,
    async sample() {
      return { ...sampleProcess(), ...listening.counts(), heldMicro: await sumHolds(ledger) }
    },
    async stop() {
      if (!(await listening.close())) errors.push('connections were open when the gateway was to end')
      await gateway.close()
      const books = await readBooks({ ledger, usage })
      await closeStores()
      return { ...books, leftovers: await readLeftovers(), errors }
    },
  }
}

function terminalFor(errors: string[]): Terminal {
  return {
    print: () => undefined,
    printError: (line) => void errors.push(line),
    environment: {},
    stop: new AbortController().signal,
  }
}

function hooksFor(errors: string[]): Hooks {
  return {
    onStoreFailure: (event) => void errors.push(`a store has failed: ${JSON.stringify(event)}`),
    onError: ({ error }) => {
      if (error.code === 'internal_error') errors.push(`an error of the gateway: ${String(error.cause)}`)
    },
  }
}

interface Listening {
  readonly url: string
  readonly counts: () => Pick<Sample, 'inFlight' | 'requests'>
  /** False when connections had to be broken. */
  readonly close: () => Promise<boolean>
}

async function listenTo(listener: RequestListener): Promise<Listening> {
  let requests = 0
  let inFlight = 0
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
  return {
    url: `http://127.0.0.1:${port}`,
    counts: () => ({ inFlight, requests }),
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      let isClean = true
      const late = setTimeout(() => {
        isClean = false
        server.closeAllConnections()
      }, GRACE_MS)
      await closed
      clearTimeout(late)
      return isClean
    },
  }
}

function sampleProcess(): Omit<Sample, 'inFlight' | 'requests' | 'heldMicro'> {
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
    cpuMs: (user + system) / 1000,
  }
}

/** What must not outlive a gateway; the channel to the process above is a pipe. */
const LASTING: ReadonlySet<string> = new Set(['TCPSocketWrap', 'TCPServerWrap', 'Timeout', 'Immediate'])

const LOOKS = 50
const LOOK_MS = 200

/** Sockets take a turn to be gone, and longer on a busy machine. */
async function readLeftovers(): Promise<readonly string[]> {
  for (let look = 1; ; look += 1) {
    await sleep(LOOK_MS)
    const leftovers = process.getActiveResourcesInfo().filter((resource) => LASTING.has(resource))
    if (leftovers.length === 0 || look === LOOKS) return leftovers
  }
}
