import type { GatewayConfig, Hooks, StoreFailureEvent } from '../../src/index.js'
import { withoutSecrets } from './stores.js'
import type { Terminal } from './terminal.js'

/** Where stores are; their URLs can hold passwords. */
export type Addresses = Pick<GatewayConfig, 'store' | 'limits' | 'outbox'>

/** How often a store that is down is spoken of: every call says it again. */
const EVERY_MS = 10_000

/**
 * Hooks that write a line of JSON for a store that fails, and for each job that is lost, whole, so that somebody can do
 * it by hand. Nothing of the addresses is shown.
 */
export function createReport(config: Addresses, { printError }: Terminal): Hooks {
  const addresses = addressesOf(config)
  const quiet = createQuiet()

  function print(event: StoreFailureEvent, times: number): void {
    const { requestId, store, operation, passed, lost, cause } = event
    const reason = withoutSecrets(cause, ...addresses)
    const line = { event: 'store_failure', store, operation, requestId, passed, times, reason, lost }
    printLine(printError, line)
  }

  return {
    onStoreFailure(event) {
      const times = quiet(`${event.store}.${event.operation}.${event.passed}`, event.lost !== null)
      if (times !== null) print(event, times)
    },
  }
}

/** The addresses that a configuration names. */
export function addressesOf({ store, limits, outbox }: Addresses): readonly string[] {
  return [store, limits, outbox].filter(isAddress)
}

/** Writes what happened as one line of JSON. */
export function printLine(
  print: Terminal['printError'],
  line: { readonly event: string; readonly [field: string]: unknown },
): void {
  print(JSON.stringify({ time: new Date().toISOString(), ...line }))
}

/** Counts what is left unsaid of a topic, where urgent things are always said; null = say nothing now. */
export function createQuiet(): (topic: string, isUrgent: boolean) => number | null {
  const topics = new Map<string, { saidAt: number; unsaid: number }>()
  return (topic, isUrgent) => {
    const now = Date.now()
    const { saidAt, unsaid } = topics.get(topic) ?? { saidAt: -Infinity, unsaid: 0 }
    const isDue = isUrgent || now - saidAt >= EVERY_MS
    topics.set(topic, isDue ? { saidAt: now, unsaid: 0 } : { saidAt, unsaid: unsaid + 1 })
    return isDue ? unsaid + 1 : null
  }
}

function isAddress(name: unknown): name is string {
  return typeof name === 'string' && name !== 'memory'
}
