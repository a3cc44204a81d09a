import { combineHooks, type Gateway, type GatewayConfig, GatewayError } from '../../src/index.js'
import type { ListenOptions } from './arguments.js'
import { readConfigFile } from './config-file.js'
import { CONSOLE_PATH, openConsole } from './console.js'
import { mount, mountWebSocket } from './frameworks.js'
import { type Address, listen } from './listen.js'
import { startMaintenance } from './maintenance.js'
import { mountPaths, type PathHandlers } from './mount-paths.js'
import { openObservers, readMetricsToken } from './observe.js'
import { openGateway, readData } from './open-gateway.js'
import { readStripeSettings, type StripeSettings } from './payments.js'
import { createReport } from './report.js'
import { type OpenOutbox, openOutbox, openStores } from './stores.js'
import { CommandError, EXIT, type Terminal } from './terminal.js'

/** What `serve` is told. */
export interface ServeOptions extends ListenOptions {
  readonly configPath: string
}

/** The port of both commands when none is given. */
export const DEFAULT_PORT = 8787

/** Longest wait for connections to close, after the last request. */
const CLOSE_MS = 2000
/** As the gateway has it when the configuration does not say. */
const DRAIN_MS = 10_000

/** Serves the configuration in a file until the terminal says stop. */
export async function serve(options: ServeOptions, terminal: Terminal): Promise<void> {
  const config = readData(await readConfigFile(options.configPath), options.configPath)
  const { host, port = DEFAULT_PORT } = options
  // Set and empty is as if it were not set: shells and compose files have no better way to say it.
  const consoleToken = terminal.environment.CROSSMODEL_CONSOLE_TOKEN || undefined
  await runServer(
    {
      config,
      source: options.configPath,
      listen: options,
      address: { host, port },
      consoleToken,
      describe: (url) => [
        `crossmodel-gateway is ready at ${url}`,
        ...(consoleToken === undefined ? [] : [`Console: ${url}${CONSOLE_PATH}/`]),
      ],
    },
    terminal,
  )
}

/** A server to run. */
export interface ServerOptions {
  readonly config: GatewayConfig
  /** Where the configuration is from, for its problems. */
  readonly source: string
  readonly listen: ListenOptions
  readonly address: Address
  /** Opens the console to who has it; undefined = no console. */
  readonly consoleToken: string | undefined
  /** What to print when it listens. */
  readonly describe: (url: string) => readonly string[]
}

/** Opens the stores, listens until the terminal says stop, lets running streams finish, and closes what it opened. */
export async function runServer(options: ServerOptions, terminal: Terminal): Promise<void> {
  const { config, source, listen: listenOptions } = options
  const stripe = readStripeSettings(options, terminal)
  const metricsToken = readMetricsToken(listenOptions, terminal)
  const opened = await openStores(config, terminal)
  let kept: OpenOutbox | undefined
  try {
    kept = await openOutbox(config)
    const { stores } = opened
    const observers = await openObservers({ log: listenOptions.log, metricsToken }, () => gateway, terminal)
    const hooks = combineHooks(createReport(config, terminal), observers.hooks)
    const gateway = openGateway({ ...config, stores, outbox: kept.outbox, hooks }, source)
    await prepare(gateway)
    const console = await openConsoleOf(gateway, { ...options, stripe }, terminal)
    const listener = await mount(
      listenOptions.framework,
      mountPaths({ ...observers.handlers, ...console }, gateway),
    )
    const attach = await mountWebSocket(gateway, config.maxBodyBytes)
    const { idleConnectionMs } = listenOptions
    const listening = await listen(listener, { ...options.address, idleConnectionMs }, attach)
    for (const line of options.describe(listening.url)) terminal.print(line)
    const { retentionDays } = config
    const stopMaintenance = startMaintenance({ admin: gateway.admin, retentionDays }, terminal)
    await untilStop(terminal)
    stopMaintenance()
    await listening.close(listenOptions.graceMs)
    await withinTime(gateway.close(), (config.timeouts?.drainMs ?? DRAIN_MS) + CLOSE_MS)
  } finally {
    await withinTime(Promise.all([opened.close(), kept?.close()]), CLOSE_MS)
  }
}

async function openConsoleOf(
  gateway: Gateway,
  { config, consoleToken, stripe }: ServerOptions & { readonly stripe: StripeSettings | null },
  terminal: Terminal,
): Promise<PathHandlers> {
  if (consoleToken === undefined) return {}
  const settings = { config, operatorToken: consoleToken, stripe }
  return { [CONSOLE_PATH]: await openConsole(gateway, settings, terminal) }
}

async function prepare(gateway: Gateway): Promise<void> {
  try {
    await gateway.ready()
  } catch (error) {
    if (!GatewayError.isInstance(error)) throw error
    throw new CommandError(`crossmodel-gateway: ${error.message}`, EXIT.failed)
  }
}

async function untilStop({ stop }: Terminal): Promise<void> {
  await new Promise<void>((resolve) => {
    if (stop.aborted) resolve()
    else stop.addEventListener('abort', () => resolve(), { once: true })
  })
}

async function withinTime(work: Promise<unknown>, milliseconds: number): Promise<void> {
  await Promise.race([
    work,
    new Promise<void>((resolve) => {
      setTimeout(resolve, milliseconds).unref()
    }),
  ])
}
