import { describe, expect, it } from 'vitest'
import { describePostgres } from '../support/describe-postgres.js'
import { hasRedis } from '../support/redis-server.js'
import { type CrashOptions, runCrash } from './crash.js'

/** A machine that does much else at the same time takes its time. */
const TIMEOUT_MS = 180_000
/** A call that takes longer has lost its slot to another: the longest answer and the patience with a store go into it. */
const LEASE_MS = 6000
const ROOT = new URL('../../', import.meta.url)

/** The short form of run.mjs. */
async function runShort(limits: CrashOptions['limits']): Promise<void> {
  const verdict = await runCrash({
    root: ROOT,
    seconds: 7,
    clients: 60,
    kills: 2,
    limits,
    seed: 1,
    leaseMs: LEASE_MS,
  })
  for (const [name, value] of verdict.figures) console.log(`${name}: ${value}`)
  expect(verdict.violations).toEqual([])
}

const TITLE =
  'cases 54, 57 and 69: gateways killed at random and a database that crashes lose no money and charge nothing twice'

describePostgres('crashes', () => {
  it(`${TITLE}, limits in PostgreSQL`, () => runShort('postgres'), TIMEOUT_MS)

  describe.skipIf(!hasRedis())('and Redis', () => {
    it(`${TITLE}, limits in Redis`, () => runShort('redis'), TIMEOUT_MS)
  })
})
