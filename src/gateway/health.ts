import type { MaybePromise } from '../canonical/maybe-promise.js'
import { GatewayError } from '../errors.js'
import type { LimitRequest } from '../limits/store.js'
import type { Stores } from '../stores/stores.js'
import { within } from './admit/bounded-stores.js'
import type { Core, Settings } from './core.js'
import type { GatewayResponse } from './http/http.js'
import { respondJson } from './http/respond.js'
import type { HookRunner } from './run-hooks.js'

/** Whether calls can be served: `degraded` when one store fails that they can do without. */
export interface ReadinessReport {
  readonly status: 'ready' | 'degraded' | 'unready'
  readonly stores: Readonly<Record<keyof Stores, 'ok' | 'failed'>>
}

/** Asks the stores, at most once a second however often it is asked itself; resolves always. */
export type Readiness = (requestId: string) => Promise<ReadinessReport>

export interface ReadinessOptions {
  readonly stores: Stores
  readonly settings: Pick<Settings, 'storeFailure'>
  readonly hooks: Pick<HookRunner, 'error'>
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Null: the configured accounts are in the stores. */
  readonly prepare: () => Promise<void> | null
}

/** Who probes waits about a second by default. */
const TIMEOUT_MS = 900
const REMEMBERED_MS = 1000
/** Nobody's: what is asked for is that the store answers. */
const NOBODY = 'crossmodel:readiness'

/** A take of a bucket that is never empty: the one way to ask a limit store anything. */
const TAKE: LimitRequest = {
  keyId: NOBODY,
  leaseId: NOBODY,
  rpm: 1_000_000,
  tpm: null,
  concurrency: null,
  tokens: 0,
  leaseTtlMs: REMEMBERED_MS,
}

/** Makes a {@link Readiness}. */
export function createReadiness(options: ReadinessOptions): Readiness {
  const { now } = options
  let latest: Promise<ReadinessReport> | null = null
  let askedAt = 0
  return (requestId) => {
    // A clock that was set back must not keep an old answer.
    if (latest === null || Math.abs(now() - askedAt) >= REMEMBERED_MS) {
      askedAt = now()
      latest = check(options, requestId)
    }
    return latest
  }
}

/** `GET /readyz`: 200, or 503 while calls would be refused; which store fails, and nothing of why. */
export async function answerReady(
  { readiness }: Core,
  plain: { readonly headers: Record<string, string>; readonly requestId: string },
): Promise<GatewayResponse> {
  const report = await readiness(plain.requestId)
  return respondJson(plain, report.status === 'unready' ? 503 : 200, JSON.stringify(report))
}

async function check(options: ReadinessOptions, requestId: string): Promise<ReadinessReport> {
  const { stores, settings, hooks, prepare } = options
  const { keys, ledger, limits, usage, state } = stores
  const ask = async (question: () => MaybePromise<unknown>): Promise<'ok' | 'failed'> => {
    try {
      await within(question(), TIMEOUT_MS)
      return 'ok'
    } catch (cause) {
      hooks.error({
        requestId,
        error: new GatewayError('db_error', 'A store is not ready.', { cause }),
        cause,
      })
      return 'failed'
    }
  }
  const preparing = prepare()
  const asked = await Promise.all([
    ask(() => preparing ?? keys.account(NOBODY)),
    ask(() => ledger.balance(NOBODY)),
    ask(() => limits.take(TAKE)),
    ask(() => usage.record(NOBODY)),
    ask(() => state.get(NOBODY)),
  ])
  const [forKeys, forLedger, forLimits, forUsage, forState] = asked
  const isNeeded = (store: 'ledger' | 'limits'): boolean => settings.storeFailure[store] === 'closed'
  const isUnready =
    forKeys === 'failed' ||
    (forLedger === 'failed' && isNeeded('ledger')) ||
    (forLimits === 'failed' && isNeeded('limits'))
  return {
    status: isUnready ? 'unready' : asked.includes('failed') ? 'degraded' : 'ready',
    stores: { keys: forKeys, ledger: forLedger, limits: forLimits, usage: forUsage, state: forState },
  }
}
