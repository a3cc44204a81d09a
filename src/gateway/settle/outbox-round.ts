import type { SettleResult } from '../../balance/ledger.js'
import type { Stores } from '../../stores/stores.js'
import type { StoreFailureEvent } from '../hooks.js'
import type { Outbox, OutboxEntry, OutboxJob } from './outbox.js'

/** The store and the method that a job is for. */
export interface JobTarget extends Pick<StoreFailureEvent, 'store' | 'operation'> {
  /** True when what the job ends would end by itself one day. */
  readonly expires: boolean
}

/** Targets by the type of the job. */
export const JOB_TARGETS: Readonly<Record<OutboxJob['type'], JobTarget>> = {
  settle: { store: 'ledger', operation: 'settle', expires: false },
  charge: { store: 'ledger', operation: 'settle', expires: false },
  release: { store: 'ledger', operation: 'release', expires: true },
  finish: { store: 'limits', operation: 'finish', expires: true },
  append: { store: 'usage', operation: 'append', expires: false },
}

/** A store that fails so often in one round is left alone until the next one. */
const FAILURES_PER_ROUND = 8

/** Stores do many at once for little more than one; a crash loses what waits in memory. */
const AT_ONCE = 16

/** How many jobs a round has done, and how many it has left. */
export interface Round {
  readonly done: number
  readonly left: number
}

/** Tries every job of an outbox once. One round runs at a time. */
export interface Rounds {
  readonly run: () => Promise<Round>
  /** No job is begun any more; resolves when those that have begun are over. */
  readonly stop: () => Promise<void>
}

/** Makes {@link Rounds}. */
export function createRounds(outbox: Outbox, stores: Stores, now: () => number): Rounds {
  // Jobs that have failed often come last: one that can never be done must not stand before the others.
  const failures = new Map<string, number>()
  let running: Promise<Round> | null = null
  const state = { hasStopped: false }

  const timesFailed = ({ id }: OutboxEntry): number => failures.get(id) ?? 0

  const isDone = async ({ expiresAt, requestId, job }: OutboxEntry): Promise<boolean> => {
    if (expiresAt !== null && expiresAt <= now()) return true
    try {
      const next = await runJob(stores, job)
      return next === null || (await isDoneOrQueued(requestId, next))
    } catch {
      return false
    }
  }

  /** What a job has left behind has an entry of its own before that of the job is forgotten. */
  const isDoneOrQueued = async (requestId: string, job: OutboxJob): Promise<boolean> => {
    const entry = { id: entryId(requestId, job), requestId, job, expiresAt: null }
    return (await isDone(entry)) || (await outbox.put(entry))
  }

  const tryAll = async (): Promise<Round> => {
    const entries = [...(await outbox.pending())].sort((a, b) => timesFailed(a) - timesFailed(b))
    // Another process may have done what has failed here.
    const ids = new Set(entries.map(({ id }) => id))
    for (const id of failures.keys()) if (!ids.has(id)) failures.delete(id)
    const broken = new Map<string, number>()
    const tryOne = async (entry: OutboxEntry): Promise<boolean> => {
      const { store } = JOB_TARGETS[entry.job.type]
      if ((broken.get(store) ?? 0) >= FAILURES_PER_ROUND) return false
      if (await isDone(entry)) {
        await outbox.done(entry.id)
        failures.delete(entry.id)
        return true
      }
      failures.set(entry.id, timesFailed(entry) + 1)
      broken.set(store, (broken.get(store) ?? 0) + 1)
      return false
    }
    let done = 0
    for (let from = 0; from < entries.length && !state.hasStopped; from += AT_ONCE) {
      const tried = await Promise.all(entries.slice(from, from + AT_ONCE).map(tryOne))
      done += tried.filter(Boolean).length
    }
    return { done, left: entries.length - done }
  }

  // An outbox that fails itself is not empty for all that is known.
  const run: Rounds['run'] = () =>
    (running ??= tryAll()
      .catch(() => ({ done: 0, left: 1 }))
      .finally(() => (running = null)))
  return {
    run,
    async stop() {
      state.hasStopped = true
      await running
    },
  }
}

/** The id of the entry of a job: a request owes one of each kind at most. */
export function entryId(requestId: string, { type }: OutboxJob): string {
  return `${requestId}:${type}`
}

/** Does a job once, repeated it changes nothing; gives the one that is to be done after it. */
export async function runJob({ ledger, limits, usage }: Stores, job: OutboxJob): Promise<OutboxJob | null> {
  switch (job.type) {
    case 'settle':
      return recordOf(job, await ledger.settle(job.holdId, job.costMicro))
    case 'charge':
      return recordOf(job, await settleUnheld(ledger, job))
    case 'release':
      await ledger.release(job.holdId)
      return null
    case 'finish':
      await limits.finish(job.request, job.decision, job.actualTokens)
      return null
    case 'append':
      await usage.append(job.record)
      return null
  }
}

type ChargeJob = Extract<OutboxJob, { type: 'settle' | 'charge' }>

function recordOf({ costMicro, record }: ChargeJob, { chargedMicro }: SettleResult): OutboxJob | null {
  if (record === undefined || record === null) return null
  // A hold that somebody else has ended meanwhile was charged less than it says it fell short.
  return { type: 'append', record: { ...record, shortfallMicro: costMicro - chargedMicro } }
}

/**
 * A hold of nothing can always be placed, and is there already if the one before the call arrived after all; its settle
 * takes what the balance has left.
 */
async function settleUnheld(
  ledger: Stores['ledger'],
  { hold, costMicro }: Extract<OutboxJob, { type: 'charge' }>,
): Promise<SettleResult> {
  const scopes = hold.scopes?.map(({ scope }) => ({ scope, limits: [] }))
  await ledger.hold({ ...hold, amountMicro: 0, scopes })
  return await ledger.settle(hold.holdId, costMicro)
}
