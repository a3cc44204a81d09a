import type { Gateway } from '../../src/index.js'
import type { Terminal } from './terminal.js'

/** What is looked after while a server runs. */
export interface MaintenanceOptions {
  readonly admin: Gateway['admin']
  /** Days after which usage records are forgotten; undefined: never. */
  readonly retentionDays: number | undefined
  /** Default: a minute. */
  readonly everyMs?: number | undefined
}

const EVERY_MS = 60_000
const DAY_MS = 86_400_000

/**
 * Sweeps expired holds and states and prunes old usage records, again and again. Instances that began together drift
 * apart by chance. Returns a function that ends it.
 */
export function startMaintenance(options: MaintenanceOptions, { printError }: Terminal): () => void {
  const { everyMs = EVERY_MS } = options
  let timer: NodeJS.Timeout | undefined
  let failing = false

  async function run(): Promise<void> {
    try {
      await maintain(options)
      failing = false
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      if (!failing) printError(`crossmodel-gateway: maintenance failed, and goes on: ${reason}`)
      failing = true
    }
    if (timer !== undefined) schedule()
  }

  function schedule(): void {
    timer = setTimeout(() => void run(), everyMs * (0.5 + Math.random()))
    timer.unref()
  }

  schedule()
  return () => {
    clearTimeout(timer)
    timer = undefined
  }
}

async function maintain({ admin, retentionDays }: MaintenanceOptions): Promise<void> {
  await admin.money.sweep()
  await admin.sweepState()
  if (retentionDays !== undefined) await admin.usage.prune(Math.max(0, Date.now() - retentionDays * DAY_MS))
}
