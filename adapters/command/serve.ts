import { ConfigError, createGateway, type Gateway, type GatewayConfig, parseConfig } from '../../src/index.js'
import type { ListenOptions } from './arguments.js'
import { readConfigFile } from './config-file.js'
import { mount } from './frameworks.js'
import { listen, type Listening } from './listen.js'
import { CommandError, EXIT, type Terminal } from './terminal.js'

/** What `serve` is told. */
export interface ServeOptions extends ListenOptions {
  readonly configPath: string
}

/** The port of both commands when none is given. */
export const DEFAULT_PORT = 8787

/** Longest wait for the gateway to let go of what it holds, after its last request. */
const CLOSE_MS = 500

/** Serves the configuration in a file until the terminal says stop. */
export async function serve(options: ServeOptions, terminal: Terminal): Promise<void> {
  const config = await readConfigFile(options.configPath)
  const gateway = openGateway(() => parseConfig(config), options.configPath)
  const listener = await mount(options.framework, gateway)
  const listening = await listen(listener, { host: options.host, port: options.port ?? DEFAULT_PORT })
  terminal.print(`crossmodel-gateway is ready at ${listening.url}`)
  await runUntilStop({ gateway, listening, graceMs: options.graceMs }, terminal)
}

/** Creates a gateway; what is wrong with the configuration becomes a list for people. */
export function openGateway(readConfig: () => GatewayConfig, source: string): Gateway {
  try {
    return createGateway(readConfig())
  } catch (error) {
    if (!ConfigError.isInstance(error)) throw error
    const lines = error.problems.map(({ path, message }) => `  ${path}: ${message}`)
    throw new CommandError(`crossmodel-gateway: ${source} is not valid\n${lines.join('\n')}`, EXIT.usage)
  }
}

interface Running {
  readonly gateway: Gateway
  readonly listening: Listening
  readonly graceMs: number
}

/** Waits for the stop, lets running streams finish for the grace time, and closes. */
export async function runUntilStop(running: Running, { stop }: Terminal): Promise<void> {
  await new Promise<void>((resolve) => {
    if (stop.aborted) resolve()
    else stop.addEventListener('abort', () => resolve(), { once: true })
  })
  await running.listening.close(running.graceMs)
  await Promise.race([running.gateway.close(), new Promise((resolve) => setTimeout(resolve, CLOSE_MS))])
}
