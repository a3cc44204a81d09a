import { afterAll, describe, expect, it } from 'vitest'
import type { SqliteStores } from '../../../../adapters/stores/sqlite/index.js'
import { verifyLedger } from '../../../../src/balance/audit.js'
import { testSharedLedger } from '../../../contracts/ledger-shared.js'
import { EXPIRES_AT, posting } from '../../../contracts/samples.js'
import { useSqliteFiles } from './files.js'
import { createSqliteProcesses } from './processes.js'

const { open, path: newPath } = useSqliteFiles()
const processes = await createSqliteProcesses()
afterAll(processes.close)

/** A file in which `acme` has money. */
async function openFunded(balanceMicro: number): Promise<{ path: string; stores: SqliteStores }> {
  const path = newPath()
  const stores = await open({ path })
  await stores.ledger.post(posting({ amountMicro: balanceMicro }))
  return { path, stores }
}

/** Runs one task in several processes at once; answers what they answered. */
async function runAtOnce(count: number, task: string, path: string): Promise<readonly unknown[]> {
  const started = await Promise.all(Array.from({ length: count }, () => processes.start(task, path)))
  const answers = started.map(({ next }) => next())
  for (const { go } of started) go()
  return Promise.all(answers)
}

testSharedLedger('sqlite, two connections', async ({ now }) => {
  const path = newPath()
  const [one, other] = [await open({ path, now }), await open({ path, now })]
  return [one.ledger, other.ledger]
})

describe('sqlite: several processes on one file', () => {
  it('case 53: with funds for 10, exactly 10 of the 200 holds of two processes pass', async () => {
    const { path, stores } = await openFunded(1009)
    const passed = await runAtOnce(2, 'hold', path)
    expect(passed.reduce((sum: number, count) => sum + Number(count), 0)).toBe(10)
    expect(await stores.ledger.balance('acme')).toEqual({ balanceMicro: 1009, heldMicro: 1000 })
  })

  it('migrates a new file once, whoever comes first', async () => {
    const path = newPath()
    expect(await runAtOnce(4, 'open', path)).toEqual(['opened', 'opened', 'opened', 'opened'])
    const { ledger } = await open({ path })
    expect(await ledger.balance('acme')).toBeNull()
  })
})

describe('sqlite: a process that is killed', () => {
  it('case 54: loses nothing that it answered, and its books add up', async () => {
    const { path, stores } = await openFunded(1_000_000)
    const answered: string[] = []
    for (let round = 0; round < 3; round += 1) {
      const both = await Promise.all([processes.start('serve', path), processes.start('serve', path)])
      const messages = await Promise.all(both.map(({ goAndDie }) => goAndDie()))
      answered.push(...messages.flat().map(String))
    }
    await stores.close()
    const { ledger, usage } = await open({ path })
    expect(await verifyLedger(ledger)).toEqual({ wallets: 1, problems: [] })

    const settles = await ledger.entries({ accountId: 'acme', kinds: ['settle'], limit: 1e6 })
    const settled = new Set(settles.map(({ holdId }) => holdId))
    expect(answered.length).toBeGreaterThanOrEqual(900)
    expect(answered.filter((id) => !settled.has(id))).toEqual([])
    expect(await ledger.balance('acme')).toMatchObject({ balanceMicro: 1_000_000 - 3 * settles.length })
    expect(await ledger.spent('key:key_1', 0)).toBe(3 * settles.length)

    const records = await usage.records({ limit: 1e6 })
    const recorded = new Set(records.map(({ requestId }) => requestId))
    expect(answered.filter((id) => !recorded.has(id))).toEqual([])
    expect((await usage.windows('acme', 0)).daily).toMatchObject({
      requestCount: records.length,
      costMicro: 3 * records.length,
    })
  })

  it('case 54: leaves holds that the next sweep releases', async () => {
    const { path, stores } = await openFunded(1_000_000)
    const process = await processes.start('serve', path)
    const answered = await process.goAndDie()
    const { ledger } = stores
    expect(await ledger.sweep(EXPIRES_AT)).toBeGreaterThanOrEqual(answered.length)
    expect(await ledger.balance('acme')).toMatchObject({ heldMicro: 0 })
    expect(await verifyLedger(ledger)).toEqual({ wallets: 1, problems: [] })
  })
})

describe('sqlite without a driver', () => {
  it('says what to install', async () => {
    const bare = await createSqliteProcesses({ withPackages: false })
    const process = await bare.start('driverless', newPath())
    const answer = process.next()
    process.go()
    expect(await answer).toMatch(/Node 22\.13.*npm install libsql/)
    await bare.close()
  })
})
