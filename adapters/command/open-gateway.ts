import {
  ConfigError,
  createGateway,
  type Gateway,
  type GatewayConfig,
  type GatewayConfigData,
  parseConfig,
} from '../../src/index.js'
import { CommandError, EXIT } from './terminal.js'

/** Reads a configuration; what is wrong with it becomes a list for people. */
export function readData(value: unknown, source: string): GatewayConfigData {
  return orProblems(() => parseConfig(value), source)
}

/** Creates a gateway; what is wrong with the configuration becomes a list for people. */
export function openGateway(config: GatewayConfig, source: string): Gateway {
  return orProblems(() => createGateway(config), source)
}

function orProblems<T>(work: () => T, source: string): T {
  try {
    return work()
  } catch (error) {
    if (!ConfigError.isInstance(error)) throw error
    const lines = error.problems.map(({ path, message }) => `  ${path}: ${message}`)
    throw new CommandError(`crossmodel-gateway: ${source} is not valid\n${lines.join('\n')}`, EXIT.usage)
  }
}
