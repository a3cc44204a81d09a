import { createTransport } from '#platform'
import type { Transport } from '../../src/index.js'
import type { ListenOptions } from './arguments.js'
import { createConsoleToken, createProjectName } from './console.js'
import { createStartData, openDataFolder } from './data-folder.js'
import { DEFAULT_PORT, runServer } from './serve.js'
import { createSimulatedTransport } from './simulated-vendor/index.js'
import { createStartConfig, SIMULATED_ORIGIN } from './start-config.js'
import { describeStart } from './start-text.js'
import type { Terminal } from './terminal.js'

/** What `start` is told. */
export interface StartOptions extends ListenOptions {
  /** The folder of keys, balance and usage; null: nothing is kept. */
  readonly dataPath: string | null
}

/** Serves the simulated vendor, and the real ones whose keys are in the environment, until the terminal says stop. */
export async function start(options: StartOptions, terminal: Terminal): Promise<void> {
  const { host, port, dataPath } = options
  const {
    store,
    keySecret,
    demoKey: key,
  } = dataPath === null ? createStartData() : await openDataFolder(dataPath, terminal)
  const consoleToken = createConsoleToken(keySecret)
  const payments = { project: createProjectName(keySecret) }
  const config = { ...createStartConfig(terminal.environment, key), store, keySecret, console: { payments } }
  await runServer(
    {
      config: { ...config, transport: createStartTransport() },
      source: 'the demo configuration',
      listen: options,
      address: port === undefined ? { host, port: DEFAULT_PORT, otherwise: 0 } : { host, port },
      consoleToken,
      describe: (url) => describeStart({ url, key, config, consoleToken }),
    },
    terminal,
  )
}

/** Calls to the simulated vendor stay in this process; all others go out. */
function createStartTransport(): Transport {
  const simulated = createSimulatedTransport()
  const real = createTransport()
  return Object.assign(
    (request: Parameters<Transport>[0]) =>
      request.url.startsWith(`${SIMULATED_ORIGIN}/`) ? simulated(request) : real(request),
    { close: real.close },
  )
}
