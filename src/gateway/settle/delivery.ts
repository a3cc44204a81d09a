import { GatewayError } from '../../errors.js'
import type { Stores } from '../../stores/stores.js'
import { createRounds, entryId, JOB_TARGETS, type Rounds, runJob } from './outbox-round.js'
import type { Outbox, OutboxJob } from './outbox.js'
import { pause } from '../pause.js'
import { createPatience } from '../send/patience.js'
import type { HookRunner } from '../run-hooks.js'

/** Does what calls owe to stores: at once where it can, by the outbox and again and again where it cannot. */
export interface Delivery {
  /** Does a job; when its store fails, as `owe`. */
  deliver(requestId: string, job: OutboxJob): Promise<void>
  /** Reports that the store of a job has failed, and queues the job. False when the job is lost, which is reported. */
  owe(requestId: string, job: OutboxJob, cause: unknown): Promise<boolean>
  /** Queues a job whose store failed earlier in the call, as was reported then. False as for `owe`. */
  queue(requestId: string, job: OutboxJob, cause: unknown): Promise<boolean>
  /** Retries without pause until nothing is left or time is up; what an outbox in memory still has then is lost. */
  drain(timeoutMs: number): Promise<void>
}

export interface DeliveryOptions {
  readonly outbox: Outbox
  readonly stores: Stores
  readonly hooks: Pick<HookRunner, 'error' | 'storeFailure'>
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Holds and leases that nobody ends have ended by themselves after so many milliseconds. */
  readonly leaseTtlMs: number
}

const FIRST_RETRY_MS = 100
/** Until then a crash would lose what is owed, though the store is back. */
const LONGEST_RETRY_MS = 10_000
const DRAIN_PAUSE_MS = 50

/** Retries begin by themselves with the first failure, or at once with what a durable outbox has from before. */
export function createDelivery(options: DeliveryOptions): Delivery {
  const { outbox, stores, hooks, now, leaseTtlMs } = options
  const rounds = createRounds(outbox, stores, now)
  const retries = createRetries(rounds.run)

  const report = (requestId: string, job: OutboxJob, failure: { cause: unknown; lost: boolean }): void => {
    const { store, operation } = JOB_TARGETS[job.type]
    const lost = failure.lost ? job : null
    hooks.storeFailure({ requestId, store, operation, cause: failure.cause, passed: true, lost })
  }

  /** True when the job will be done, or what it would end ends by itself. */
  const put = async (requestId: string, job: OutboxJob): Promise<boolean> => {
    const { expires } = JOB_TARGETS[job.type]
    // Nobody would take it out of a memory again.
    if (retries.haveStopped() && !outbox.durable) return expires
    const entry = { id: entryId(requestId, job), requestId, job }
    try {
      const isQueued = await outbox.put({ ...entry, expiresAt: expires ? now() + leaseTtlMs : null })
      if (isQueued) retries.start()
      return isQueued || expires
    } catch {
      // An outbox that fails is as good as a full one.
      return expires
    }
  }

  const queue: Delivery['queue'] = async (requestId, job, cause) => {
    const isSafe = await put(requestId, job)
    if (!isSafe) report(requestId, job, { cause, lost: true })
    return isSafe
  }

  const owe: Delivery['owe'] = async (requestId, job, cause) => {
    const error = new GatewayError('db_error', 'A store failed.', { cause })
    hooks.error({ requestId, error, cause })
    report(requestId, job, { cause, lost: false })
    return await queue(requestId, job, cause)
  }

  const drain: Delivery['drain'] = async (timeoutMs) => {
    const patience = createPatience(timeoutMs)
    const clock = { isLate: false }
    const emptyAll = async (): Promise<void> => {
      while (!clock.isLate && (await rounds.run()).left > 0) await pause(DRAIN_PAUSE_MS)
    }
    await patience.wait(emptyAll())
    patience.end()
    clock.isLate = true
    retries.stop()
    // A store may still do what it was asked for: that is not lost.
    await rounds.stop()
    if (outbox.durable) return
    const cause = new Error('The gateway was closed before the store was back.')
    for (const { requestId, job, expiresAt } of await outbox.pending())
      if (expiresAt === null) report(requestId, job, { cause, lost: true })
  }

  const deliver: Delivery['deliver'] = async (requestId, job) => {
    try {
      const next = await runJob(stores, job)
      if (next !== null) await deliver(requestId, next)
    } catch (cause) {
      await owe(requestId, job, cause)
    }
  }

  if (outbox.durable) retries.start()
  return { deliver, owe, queue, drain }
}

/** Rounds by a timer, further and further apart, until one has left nothing; once stopped, never again. */
interface Retries {
  start(): void
  stop(): void
  haveStopped(): boolean
}

function createRetries(runRound: Rounds['run']): Retries {
  let timer: ReturnType<typeof setTimeout> | undefined
  let delayMs = FIRST_RETRY_MS
  let hasStopped = false
  const start = (): void => {
    if (!hasStopped) timer ??= setTimeout(() => void run(), delayMs)
  }
  const run = async (): Promise<void> => {
    timer = undefined
    const { done, left } = await runRound()
    // Where something can be done again, the rest can soon.
    delayMs = left === 0 || done > 0 ? FIRST_RETRY_MS : Math.min(delayMs * 2, LONGEST_RETRY_MS)
    if (left > 0) start()
  }
  return {
    start,
    stop() {
      hasStopped = true
      clearTimeout(timer)
      timer = undefined
    },
    haveStopped: () => hasStopped,
  }
}
