import type { LimitDecision, LimitRequest, LimitStore } from '../../../src/index.js'
import { BATCH, type Drainable } from './batch-sizes.js'
import { createBatcher } from './batcher.js'
import type { Database } from './database.js'
import { createLimitTransaction } from './limit-transaction.js'

const PRUNE_EVERY_MS = 60_000
/** A bucket that nobody has touched for so long is full again, whatever its debt was. */
const IDLE_MS = 2 * 3_600_000
/** A lease that ended by itself can still be finished for so long: its tokens are reconciled then. */
const LATE_MS = 600_000

/** Limits that many processes share. */
export function createPostgresLimits(database: Database): LimitStore & Drainable {
  const batches = createBatcher({ ...BATCH, run: createLimitTransaction(database) })
  const prune = {
    name: '',
    text: `WITH late AS (DELETE FROM ${database.prefix}leases WHERE expires_at <= $1)
DELETE FROM ${database.prefix}limits WHERE touched_at <= $2`,
  }
  const renew = {
    name: 'limits_renew',
    text: `UPDATE ${database.prefix}leases SET expires_at = $1::bigint
WHERE key_id = $2 AND lease_id = $3 AND expires_at > $4::bigint`,
  }
  let prunedAt = database.now()
  let pruning: Promise<unknown> = Promise.resolve()

  function pruneNowAndThen(): void {
    const now = database.now()
    // A clock that was set back must not stop the pruning.
    if (Math.abs(now - prunedAt) < PRUNE_EVERY_MS) return
    prunedAt = now
    pruning = database.execute(prune, [now - LATE_MS, now - IDLE_MS]).catch(() => undefined)
  }

  return {
    async take(request) {
      if (isUnlimited(request)) return UNLIMITED
      pruneNowAndThen()
      const decision = await batches.submit({ type: 'take', request })
      return decision ?? UNLIMITED
    },
    async finish(request, _decision, actualTokens) {
      if (request.tpm === null && request.concurrency === null) return
      await batches.submit({ type: 'finish', request, actualTokens })
    },
    async renew(request) {
      if (isUnlimited(request)) return
      const { keyId, leaseId, leaseTtlMs } = request
      const now = database.now()
      await database.execute(renew, [Math.ceil(now + leaseTtlMs), keyId, leaseId, now])
    },
    async drain() {
      await Promise.all([batches.drain(), pruning])
    },
  }
}

const UNLIMITED: LimitDecision = { allowed: true, reservedTokens: 0, requests: null, tokens: null }

function isUnlimited({ rpm, tpm, concurrency }: LimitRequest): boolean {
  return rpm === null && tpm === null && concurrency === null
}
