import { combineHooks, type Gateway, type Hooks } from '../../src/index.js'
import { loadPackage } from './load-package.js'
import type { PathHandlers } from './mount-paths.js'
import type { Terminal } from './terminal.js'

/** What is watched of the calls. */
export interface ObserveOptions {
  /** True: Prometheus finds metrics at `/metrics`. */
  readonly metrics: boolean
  /** True: each call writes a line of JSON to standard output. */
  readonly log: boolean
}

/** Who watches: the hooks of a gateway, and what answers beside it. */
export interface Observers {
  readonly hooks: Hooks
  readonly handlers: PathHandlers
}

/** Makes the observers; `gateway` gives the one that they watch, once it is there. */
export async function openObservers(
  { metrics, log }: ObserveOptions,
  gateway: () => Gateway,
  { print }: Pick<Terminal, 'print'>,
): Promise<Observers> {
  const meter = metrics ? await openMeter(gateway) : null
  const logger = log ? await openLog(print) : null
  return { hooks: combineHooks(meter?.hooks, logger), handlers: meter?.handlers ?? {} }
}

async function openMeter(gateway: () => Gateway): Promise<Observers> {
  return await loadPackage(
    async () => {
      const { prometheus } = await import('../telemetry/prometheus.js')
      const { hooks, handler } = prometheus({ upstreams: () => gateway().admin.upstreams.health() })
      return { hooks, handlers: { '/metrics': handler } }
    },
    { neededBy: '--metrics', install: 'prom-client' },
  )
}

async function openLog(print: Terminal['print']): Promise<Hooks> {
  const { logs } = await import('../telemetry/logs.js')
  const write = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) =>
    print(JSON.stringify({ level, time: new Date().toISOString(), message, ...fields }))
  const logger = {
    debug: () => undefined,
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
  return logs({ logger })
}
