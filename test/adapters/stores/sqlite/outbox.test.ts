import { afterAll, describe, expect, it } from 'vitest'
import { openSqliteOutbox, type SqliteOutbox } from '../../../../adapters/stores/sqlite/index.js'
import type { OutboxEntry } from '../../../../src/index.js'
import { eventually } from '../../../contracts/http-server.js'
import { testOutbox } from '../../../contracts/outbox.js'
import { limitRequest, usageRecord } from '../../../contracts/samples.js'
import { BALANCE, createTestGateway } from '../../../support/test-gateway.js'
import { SQLITE_DRIVERS } from './drivers.js'
import { useSqliteFiles } from './files.js'
import { createSqliteProcesses } from './processes.js'

const { open, path: newPath } = useSqliteFiles()
const processes = await createSqliteProcesses()
const opened: SqliteOutbox[] = []
afterAll(async () => {
  await processes.close()
  for (const outbox of opened) await outbox.close()
})

async function openOutbox(options: Partial<Parameters<typeof openSqliteOutbox>[0]> = {}) {
  const outbox = await openSqliteOutbox({ path: newPath(), ...options })
  opened.push(outbox)
  return outbox
}

const entryOf = (job: OutboxEntry['job']): OutboxEntry => ({
  id: job.type,
  requestId: 'req_cm_1',
  job,
  expiresAt: null,
})

describe.each(SQLITE_DRIVERS)('a SQLite outbox on %s', (driver) => {
  testOutbox(() => openOutbox({ driver }))

  it('has every kind of job, as it was, when the file is opened again', async () => {
    const path = newPath()
    const hold = { holdId: 'a', accountId: 'acme', amountMicro: 5, expiresAt: 9, scopes: [] }
    const decision = { allowed: true, reservedTokens: 1, requests: null, tokens: null }
    const entries = [
      entryOf({ type: 'settle', holdId: 'a', costMicro: 7, record: usageRecord({ requestId: 'a' }) }),
      entryOf({ type: 'charge', hold, costMicro: 7, record: null }),
      entryOf({ type: 'release', holdId: 'a' }),
      entryOf({ type: 'finish', request: limitRequest(), decision, actualTokens: 3 }),
      entryOf({ type: 'append', record: usageRecord() }),
    ]
    const first = await openOutbox({ path, driver })
    for (const entry of entries) expect(await first.put(entry)).toBe(true)
    await first.close()
    expect(await (await openOutbox({ path, driver })).pending()).toEqual(entries)
  })
})

describe('a SQLite outbox', () => {
  it('shares a file with stores, and with other outboxes', async () => {
    const path = newPath()
    await open({ path })
    const [one, other] = [await openOutbox({ path }), await openOutbox({ path })]
    await one.put(entryOf({ type: 'release', holdId: 'a' }))
    expect(await other.pending()).toHaveLength(1)
    await open({ path })
  })

  it('outlives the process unless it is in memory', async () => {
    expect((await openOutbox()).durable).toBe(true)
    expect((await openOutbox({ path: ':memory:' })).durable).toBe(false)
  })

  it('says which file cannot be opened', async () => {
    await expect(openOutbox({ path: '/nowhere/outbox.db' })).rejects.toThrow(
      /SQLite file \/nowhere\/outbox\.db/,
    )
  })
})

describe('a gateway that is killed while its ledger is down', () => {
  const COST = 20

  it('case 54: charges the answers that it has delivered when it is started again, each once', async () => {
    const path = newPath()
    const outboxPath = `${path}.outbox`
    const process = await processes.start('answer-and-owe', path)
    const requestIds = (await process.goAndDie(3)).map(String)

    const stores = await open({ path })
    const heldMicro = expect.toSatisfy((held: number) => held > 0) as unknown
    expect(await stores.ledger.balance('acme')).toEqual({ balanceMicro: BALANCE, heldMicro })
    expect(await stores.usage.records({ limit: 10 })).toEqual([])

    const outbox = await openOutbox({ path: outboxPath })
    const restarted = createTestGateway({ stores, outbox })
    await restarted.gateway.ready()
    await eventually(() => (outbox.pending() as readonly OutboxEntry[]).length === 0)
    expect(await stores.ledger.balance('acme')).toEqual({ balanceMicro: BALANCE - 3 * COST, heldMicro: 0 })
    const records = await stores.usage.records({ limit: 10 })
    expect(records.map(({ requestId }) => requestId).toSorted()).toEqual(requestIds.toSorted())
    expect(records.map(({ costMicro, shortfallMicro }) => [costMicro, shortfallMicro])).toEqual(
      requestIds.map(() => [COST, 0]),
    )
    await restarted.gateway.close()
  })
})
