import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bundle } from '../support/bundle.js'
import { startPostgres } from '../support/postgres-server.js'
import { checkCalls } from './check-calls.js'
import { checkMoney } from './check-money.js'
import { checkProcess, checkSockets } from './check-process.js'
import type { ClientCall, CrowdOptions } from './clients.js'
import type { Sample } from './gateway.js'
import { startWorker, type Worker } from './messages.js'
import type { Observed, Verdict } from './observed.js'
import type { Remains } from './remains.js'
import { createConfig, PATIENCE } from './setting.js'
import type { VendorCall } from './vendor.js'

export interface SoakOptions {
  /** Where the project is. */
  readonly root: URL
  readonly seconds: number
  readonly sessions: number
  readonly store: 'sqlite' | 'postgres'
  readonly seed: number
  /** Seconds between two samples under load, and between two pauses in which one is taken at rest. */
  readonly sampleSeconds: number
  readonly restSeconds: number
  /** Least and most milliseconds that an agent lets pass before each call. */
  readonly thinkMs: readonly [number, number]
  /** The longest silence of a vendor that the gateway bears. */
  readonly silenceMs: number
  /** See {@link Observed}. */
  readonly maxBytesPerRequest: number | null
  readonly isThorough: boolean
  /** Told how it goes. */
  readonly report: (line: string) => void
}

/** Sessions begin one after the other: code that has never run is slow. */
const BEGIN_MS = 100

const ENTRIES = ['gateway-process', 'vendor-process', 'clients-process'] as const
const SOURCES = Object.fromEntries(ENTRIES.map((entry) => [entry, `test/soak/${entry}.ts`]))

/** A gateway, a vendor that fails in every way, and a crowd of agents, each in a process of its own; what became of it. */
export async function runSoak(options: SoakOptions): Promise<Verdict> {
  const cleanups: (() => Promise<unknown>)[] = []
  try {
    const folder = await bundle('soak', { root: options.root, entryPoints: SOURCES })
    cleanups.push(() => rm(folder, { recursive: true, force: true }))
    const database = options.store === 'postgres' ? await startPostgres() : null
    cleanups.push(async () => database?.stop())
    const [gateway, vendor, clients] = ENTRIES.map((entry) => {
      const worker = startWorker(folder, entry)
      cleanups.push(worker.kill)
      return worker
    })
    if (gateway === undefined || vendor === undefined || clients === undefined)
      throw new Error('no processes')
    const vendorUrl = await vendor.ask<string>('start', options.seed)
    const store = database?.url ?? `sqlite:${join(folder, 'soak.db')}`
    const url = await gateway.ask<string>(
      'start',
      createConfig({ vendor: vendorUrl, store, silenceMs: options.silenceMs }),
    )
    const { sessions, seed, silenceMs, thinkMs } = options
    const crowd: CrowdOptions = {
      url,
      sessions,
      seed,
      thinkMs,
      callMs: silenceMs * PATIENCE.call,
      beginMs: sessions * BEGIN_MS,
    }
    await clients.ask('start', crowd)
    const samples = await watch({ gateway, vendor, clients }, options)
    const observed = await conclude({ gateway, vendor, clients }, folder, options)
    return judge({ ...observed, ...samples }, options.sessions)
  } finally {
    for (const cleanup of cleanups.toReversed()) await cleanup()
  }
}

/** Puts together what is wrong and what can be said. */
export function judge(observed: Observed, sessions: number): Verdict {
  const parts = [
    checkCalls(observed),
    checkMoney(observed),
    checkProcess(observed),
    checkSockets(observed, sessions),
  ]
  return {
    violations: parts.flatMap(({ violations }) => violations),
    figures: parts.flatMap(({ figures }) => figures),
  }
}

type Watched = Pick<Observed, 'samples' | 'quiet' | 'longestDelayMs' | 'maxDelayMs'>
type Processes = Readonly<Record<'gateway' | 'vendor' | 'clients', Worker>>

/** Samples until the time is over; at the end of it no client has a call under way. */
async function watch(
  processes: Processes,
  { seconds, sampleSeconds, restSeconds, silenceMs, report }: SoakOptions,
): Promise<Watched> {
  const { gateway, clients } = processes
  const samples: Sample[] = []
  const quiet: Sample[] = []
  let longestDelayMs = 0
  const maxDelayMs = silenceMs / 2
  const startedAt = Date.now()
  const endsAt = startedAt + seconds * 1000
  let restsAt = startedAt + restSeconds * 1000
  while (Date.now() < endsAt) {
    await sleep(Math.min(sampleSeconds * 1000, Math.max(0, endsAt - Date.now())))
    const sample = await gateway.ask<Sample>('sample')
    samples.push(sample)
    const delays = await Promise.all(Object.values(processes).map((worker) => worker.ask<number>('delay')))
    const delayMs = Math.max(...delays)
    longestDelayMs = Math.max(longestDelayMs, delayMs)
    report(`${describe(startedAt, sample, 'under load')}, longest delay ${Math.round(delayMs)} ms`)
    if (Date.now() < restsAt && Date.now() < endsAt) continue
    const rest = await sampleAtRest(gateway, clients, maxDelayMs)
    quiet.push(rest)
    report(describe(startedAt, rest, 'at rest'))
    restsAt = Date.now() + restSeconds * 1000
  }
  return { samples, quiet, longestDelayMs, maxDelayMs }
}

/** What clients that have left set off may take a little longer than they did. */
const REST_MS = 1000

async function sampleAtRest(gateway: Worker, clients: Worker, longestMs: number): Promise<Sample> {
  await clients.ask('pause')
  const startedAt = Date.now()
  for (;;) {
    await sleep(REST_MS)
    const sample = await gateway.ask<Sample>('sample')
    const isBusy = sample.inFlight > 0 || sample.heldMicro > 0
    if (isBusy && Date.now() - startedAt < longestMs) continue
    await clients.ask('resume')
    return sample
  }
}

function describe(startedAt: number, sample: Sample, how: string): string {
  const { at, heapBytes, rssBytes, sockets, inFlight, heldMicro, requests } = sample
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
  const seconds = Math.round((at - startedAt) / 1000)
  return `${seconds} s ${how}: heap ${megabytes(heapBytes)}, resident ${megabytes(rssBytes)}, ${sockets} sockets, ${inFlight} under way, ${heldMicro} held, ${requests} requests`
}

async function conclude(
  { gateway, vendor, clients }: Processes,
  folder: string,
  { seed, maxBytesPerRequest, isThorough }: SoakOptions,
): Promise<Omit<Observed, keyof Watched>> {
  const path = (name: string): string => join(folder, `${name}.json`)
  const stop = async (name: string, worker: Worker): Promise<readonly string[]> => {
    const complaints = await worker.ask<readonly string[]>('stop', path(name))
    return complaints.map((complaint) => `${name}: ${complaint}`)
  }
  // Clients first: what they have left open would keep the others.
  const complaints = [
    ...(await stop('clients', clients)),
    ...(await stop('gateway', gateway)),
    ...(await stop('vendor', vendor)),
  ]
  const exitCodes = { clients: await clients.end(), gateway: await gateway.end(), vendor: await vendor.end() }
  return {
    seed,
    clientCalls: await readLines<ClientCall>(path('clients')),
    vendorCalls: await readLines<VendorCall>(path('vendor')),
    remains: JSON.parse(await readFile(path('gateway'), 'utf8')) as Remains,
    complaints,
    exitCodes,
    maxBytesPerRequest,
    isThorough,
  }
}

async function readLines<T>(path: string): Promise<readonly T[]> {
  const lines = (await readFile(path, 'utf8')).split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T)
}
