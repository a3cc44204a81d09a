import { GatewayError } from '../../../src/index.js'
import { isOutage } from './failure.js'

/** What one operation of a batch came to. */
export type Outcome<Result> =
  | { readonly ok: true; readonly value: Result }
  | { readonly ok: false; readonly error: unknown }

/** How batches are carried out. */
export interface BatcherOptions<Operation, Result> {
  /** Carries out operations in order, in one step; as many outcomes. Rejects when none of them was carried out. */
  readonly run: (operations: readonly Operation[]) => Promise<readonly Outcome<Result>[]>
  readonly maxBatch: number
  /** Operations that may wait; one more is refused. */
  readonly maxWaiting: number
}

/** Gathers what arrives while a batch runs into the next one. */
export interface Batcher<Operation, Result> {
  submit(operation: Operation): Promise<Result>
  /** Resolves when nothing waits or runs. */
  drain(): Promise<void>
}

interface Waiting<Operation, Result> {
  readonly operation: Operation
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** One lane of batches, one at a time: the busier it is, the larger they are. */
export function createBatcher<Operation, Result>(
  options: BatcherOptions<Operation, Result>,
): Batcher<Operation, Result> {
  let waiting: Waiting<Operation, Result>[] = []
  let running: Promise<void> | null = null

  async function work(): Promise<void> {
    // What arrives in the same turn of the event loop goes along.
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    while (waiting.length > 0) {
      const batch = waiting.slice(0, options.maxBatch)
      waiting = waiting.slice(options.maxBatch)
      const error = await carryOut(batch, options.run)
      if (error === null) continue
      // Those behind would wait for the same outage: nobody waits for it twice.
      const behind = waiting
      waiting = []
      for (const { reject } of behind) reject(error)
    }
    // In the same turn in which nothing waited: what comes from now on begins anew.
    running = null
  }

  return {
    submit(operation) {
      if (waiting.length >= options.maxWaiting)
        return Promise.reject(new GatewayError('db_error', 'The database is overloaded.'))
      return new Promise((resolve, reject) => {
        waiting.push({ operation, resolve, reject })
        running ??= work()
      })
    },
    async drain() {
      await running
    },
  }
}

/** Null when every operation has its answer; the error when the database was away. */
async function carryOut<Operation, Result>(
  batch: readonly Waiting<Operation, Result>[],
  run: BatcherOptions<Operation, Result>['run'],
): Promise<unknown> {
  try {
    const outcomes = await run(batch.map(({ operation }) => operation))
    batch.forEach(({ resolve, reject }, index) => {
      const outcome = outcomes[index]
      if (outcome?.ok) resolve(outcome.value)
      else reject(outcome?.error)
    })
    return null
  } catch (error) {
    if (!isOutage(error) && batch.length > 1) {
      // One of them is bad: alone, it fails alone.
      for (const one of batch) {
        const outage = await carryOut([one], run)
        if (outage !== null) return rejectAll(batch, outage)
      }
      return null
    }
    rejectAll(batch, error)
    return isOutage(error) ? error : null
  }
}

function rejectAll<Operation, Result>(batch: readonly Waiting<Operation, Result>[], error: unknown): unknown {
  for (const { reject } of batch) reject(error)
  return error
}
