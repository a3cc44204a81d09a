import { randomBytes } from 'node:crypto'
import { createTransport } from '#platform'
import type { Transport } from '../../src/index.js'
import type { ListenOptions } from './arguments.js'
import { mount } from './frameworks.js'
import { listen } from './listen.js'
import { DEFAULT_PORT, openGateway, runUntilStop } from './serve.js'
import { createSimulatedTransport } from './simulated-vendor/index.js'
import { createStartConfig, SIMULATED_ORIGIN } from './start-config.js'
import { describeStart } from './start-text.js'
import type { Terminal } from './terminal.js'

/** Serves the simulated vendor, and the real ones whose keys are in the environment, until the terminal says stop. */
export async function start(options: ListenOptions, terminal: Terminal): Promise<void> {
  const key = `cm-demo-${randomBytes(24).toString('hex')}`
  const config = createStartConfig(terminal.environment, key)
  const gateway = openGateway(
    () => ({ ...config, transport: createStartTransport() }),
    'the demo configuration',
  )
  const listener = await mount(options.framework, gateway)
  const { host, port } = options
  const address = port === undefined ? { host, port: DEFAULT_PORT, otherwise: 0 } : { host, port }
  const listening = await listen(listener, address)
  for (const line of describeStart({ url: listening.url, key, config })) terminal.print(line)
  await runUntilStop({ gateway, listening, graceMs: options.graceMs }, terminal)
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
