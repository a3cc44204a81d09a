import { createHash, timingSafeEqual } from 'node:crypto'
import { combineHooks, type Gateway, type GatewayRequest, type Hooks } from '../../src/index.js'
import { loadPackage } from './load-package.js'
import type { PathHandlers } from './mount-paths.js'
import { CommandError, EXIT, type Terminal } from './terminal.js'

/** What is watched of the calls. */
export interface ObserveOptions {
  /** True: Prometheus finds metrics at `/metrics`, by a token of the environment. */
  readonly metrics: boolean
  /** True: each call writes a line of JSON to standard output. */
  readonly log: boolean
}

/** Who watches: the hooks of a gateway, and what answers beside it. */
export interface Observers {
  readonly hooks: Hooks
  readonly handlers: PathHandlers
}

/** Random ones of 16 characters cannot be guessed. */
const METRICS_TOKEN = /^[\x21-\x7e]{16,1024}$/

/**
 * The token by which Prometheus reads the metrics; null without `--metrics`. They tell what is earned, on the port that
 * clients reach: throws a {@link CommandError} for none.
 */
export function readMetricsToken(
  { metrics }: ObserveOptions,
  { environment }: Pick<Terminal, 'environment'>,
): string | null {
  if (!metrics) return null
  const { CROSSMODEL_METRICS_TOKEN: token = '' } = environment
  if (METRICS_TOKEN.test(token)) return token
  const message =
    '--metrics needs CROSSMODEL_METRICS_TOKEN, 16 visible ASCII characters or more: Prometheus sends it as a bearer token'
  throw new CommandError(`crossmodel-gateway: ${message}`, EXIT.usage)
}

/** Who watches, and what opens the metrics; null: nobody reads them. */
export interface ObserverSettings {
  readonly log: boolean
  readonly metricsToken: string | null
}

/** Makes the observers; `gateway` gives the one that they watch, once it is there. */
export async function openObservers(
  { metricsToken, log }: ObserverSettings,
  gateway: () => Gateway,
  { print }: Pick<Terminal, 'print'>,
): Promise<Observers> {
  const meter = metricsToken === null ? null : await openMeter(gateway, metricsToken)
  const logger = log ? await openLog(print) : null
  return { hooks: combineHooks(meter?.hooks, logger), handlers: meter?.handlers ?? {} }
}

async function openMeter(gateway: () => Gateway, token: string): Promise<Observers> {
  return await loadPackage(
    async () => {
      const { prometheus } = await import('../telemetry/prometheus.js')
      const { hooks, handler } = prometheus({
        upstreams: () => gateway().admin.upstreams.health(),
        authorize: ({ headers }) => isBearer(headers['authorization'], token),
      })
      return { hooks, handlers: { '/metrics': handler } }
    },
    { neededBy: '--metrics', install: 'prom-client' },
  )
}

/** Compares digests, which take as long whatever is wrong. */
function isBearer(header: GatewayRequest['headers'][string], token: string): boolean {
  const sent = /^bearer +(\S+)$/i.exec(typeof header === 'string' ? header : '')?.[1] ?? ''
  return timingSafeEqual(digest(sent), digest(token))
}

function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
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
