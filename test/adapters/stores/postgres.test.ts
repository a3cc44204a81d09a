import { describe, expect, it } from 'vitest'
import {
  openPostgres,
  type PgClient,
  type PgPool,
  type PostgresStores,
} from '../../../adapters/stores/postgres/index.js'
import { verifyLedger } from '../../../src/balance/audit.js'
import {
  createClock,
  EXPIRES_AT,
  holdRequest,
  limitRequest,
  posting,
  usageRecord,
} from '../../contracts/samples.js'
import { failureOf } from '../../contracts/ledger-harness.js'
import { testLedger } from '../../contracts/ledger.js'
import { testSharedLimitStore } from '../../contracts/limit-store.js'
import { describePostgres } from '../../support/describe-postgres.js'

const DB_ERROR = { name: 'GatewayError', code: 'db_error' }
const OVERLAPPING = Array.from({ length: 40 }, (_, index) => index)

/** A pool whose connections fail as a step says; the step gets the text of a query and a function that runs it. */
function faultyPool(
  pool: PgPool,
  step: (text: string, run: () => ReturnType<PgClient['query']>) => ReturnType<PgClient['query']>,
): PgPool {
  return {
    on: (event, listener) => pool.on?.(event, listener),
    async connect() {
      const client = await pool.connect()
      return {
        query: (query) => step(query.text, () => client.query(query)),
        release: (error) => client.release(error),
      }
    },
  }
}

function reset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
}

async function fund({ ledger }: PostgresStores, balanceMicro = 1000): Promise<void> {
  await ledger.post(posting({ amountMicro: balanceMicro, externalId: 'initial' }))
}

describePostgres('connections that break', ({ server, open, openPool, freshSchema }) => {
  it('case 57: a settle whose commit was carried out but never answered charges once', async () => {
    let losing = false
    const pool = faultyPool(openPool(), async (text, run) => {
      const result = await run()
      if (text !== 'COMMIT' || !losing) return result
      losing = false
      throw reset()
    })
    const stores = await open({ pool })
    const { ledger } = stores
    await fund(stores)
    await ledger.hold(holdRequest({ amountMicro: 50 }))
    losing = true
    expect(await ledger.settle('hold_1', 30)).toMatchObject({ chargedMicro: 30, shortfallMicro: 0 })
    expect(losing).toBe(false)
    expect(await ledger.balance('acme')).toEqual({ balanceMicro: 970, heldMicro: 0 })
    expect(await verifyLedger(ledger)).toEqual({ wallets: 1, problems: [] })
  })

  it.each(['COMMIT', 'BEGIN', 'SELECT', 'WITH'])(
    'case 57: a connection that is lost at %s leaves every operation done once',
    async (where) => {
      let armed = false
      const pool = faultyPool(openPool(), async (text, run) => {
        if (!armed || !text.startsWith(where)) return run()
        armed = false
        throw reset()
      })
      const stores = await open({ pool })
      await fund(stores)
      await stores.ledger.hold(holdRequest({ amountMicro: 50 }))
      armed = true
      await stores.ledger.settle('hold_1', 30)
      armed = true
      await stores.usage.append(usageRecord({ time: EXPIRES_AT }))
      expect(await stores.ledger.balance('acme')).toEqual({ balanceMicro: 970, heldMicro: 0 })
      expect((await stores.usage.windows('acme', EXPIRES_AT)).daily.requestCount).toBe(1)
    },
  )

  it('does not say that a key was created or taken when the answer to the commit was lost', async () => {
    let lose = false
    const pool = faultyPool(openPool(), async (text, run) => {
      const result = await run()
      if (text === 'COMMIT' && lose) throw reset()
      return result
    })
    const { state } = await open({ pool })
    lose = true
    expect(await failureOf(() => state.create('k', '1', Date.now() + 60_000))).toMatchObject(DB_ERROR)
    lose = false
    expect(await state.get('k')).toBe('1')
  })

  it('an administrator who ends all connections in the middle of the work changes no sum', async () => {
    const stores = await open({ pool: openPool() })
    const admin = openPool({ max: 1 })
    await fund(stores)
    const calls = Array.from({ length: 300 }, async (_, index) => {
      const holdId = `h${index}`
      const { ok } = await stores.ledger.hold(holdRequest({ holdId, amountMicro: 3 }))
      if (ok) await stores.ledger.settle(holdId, 2)
      return ok
    })
    for (let round = 0; round < 5; round += 1)
      await admin.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()',
      )
    const passed = (await Promise.all(calls)).filter(Boolean).length
    expect(await stores.ledger.balance('acme')).toEqual({ balanceMicro: 1000 - 2 * passed, heldMicro: 0 })
    expect(await verifyLedger(stores.ledger)).toEqual({ wallets: 1, problems: [] })
  })

  it('case 70: while the database is down everything rejects in time, and works again afterwards', async () => {
    const stores = await open({ pool: openPool(), timeoutMs: 2000 })
    await fund(stores)
    await stores.ledger.hold(holdRequest({ amountMicro: 50 }))
    await server().kill('crash')
    const everything = [
      () => stores.ledger.settle('hold_1', 30),
      () => stores.ledger.balance('acme'),
      () => stores.limits.take(limitRequest({ rpm: 1 })),
      () => stores.usage.append(usageRecord()),
      () => stores.keys.findIdentity('ab'),
      () => stores.state.get('key'),
    ]
    for (const error of await Promise.all(everything.map(failureOf))) {
      expect(error).toMatchObject(DB_ERROR)
      expect(String(error)).not.toContain('127.0.0.1')
    }
    await server().start()
    expect(await stores.ledger.settle('hold_1', 30)).toMatchObject({ chargedMicro: 30, repeated: false })
    expect(await stores.ledger.balance('acme')).toEqual({ balanceMicro: 970, heldMicro: 0 })
  })

  it('a restart within the time of an operation is not noticed', async () => {
    const stores = await open({ pool: openPool(), timeoutMs: 30_000 })
    await fund(stores)
    await server().kill('fast')
    const held = stores.ledger.hold(holdRequest())
    await server().start()
    expect(await held).toEqual({ ok: true })
  })

  it('gives up an operation whose lock is never given back, and is sound afterwards', async () => {
    const schema = freshSchema()
    const stores = await open({ pool: openPool(), schema, timeoutMs: 2000 })
    await fund(stores)
    const blocker = await openPool().connect()
    await blocker.query(`BEGIN; SELECT * FROM ${schema}.crossmodel_wallets FOR UPDATE`)
    expect(await failureOf(() => stores.ledger.hold(holdRequest()))).toMatchObject(DB_ERROR)
    await blocker.query('COMMIT')
    blocker.release()
    expect(await stores.ledger.hold(holdRequest())).toEqual({ ok: true })
    expect((await stores.ledger.balance('acme'))?.heldMicro).toBe(10)
  })

  it('gives up a database that accepts connections and answers nothing', async () => {
    let mute = false
    const pool = faultyPool(openPool(), (_text, run) => (mute ? new Promise(() => {}) : run()))
    const stores = await open({ pool, timeoutMs: 1000 })
    mute = true
    expect(await failureOf(() => stores.ledger.balance('acme'))).toMatchObject(DB_ERROR)
    expect(await failureOf(() => stores.ledger.settle('h', 1))).toMatchObject(DB_ERROR)
  })

  it('gives up a database that falls silent after an error', async () => {
    let armed = false
    const pool = faultyPool(openPool(), (text, run) => {
      if (armed && text === 'ROLLBACK') return new Promise(() => {})
      if (armed && text.startsWith('WITH')) throw new Error('disk on fire')
      return run()
    })
    const { ledger } = await open({ pool, timeoutMs: 1000 })
    armed = true
    expect(await failureOf(() => ledger.post(posting()))).toMatchObject(DB_ERROR)
    armed = false
    expect(await ledger.post(posting())).toMatchObject({ outcome: 'posted' })
  })
})

describePostgres('many at once', ({ open, openPool, freshSchema }) => {
  it('migrates once, however many processes start at the same time', async () => {
    const schema = freshSchema()
    const pools = OVERLAPPING.slice(0, 4).map(() => openPool({ max: 3 }))
    const all = await Promise.all(pools.map((pool) => open({ pool, schema })))
    await fund(all[0] ?? (await open()))
    expect(await all[3]?.ledger.balance('acme')).toEqual({ balanceMicro: 1000, heldMicro: 0 })
    const { rows } = await openPool().query(
      `SELECT version FROM ${schema}.crossmodel_migrations ORDER BY version`,
    )
    expect(rows).toEqual([{ version: 1 }, { version: 2 }])
  })

  it('refuses tables that a newer version has changed', async () => {
    const schema = freshSchema()
    const pool = openPool()
    await open({ pool, schema })
    await pool.query(`INSERT INTO ${schema}.crossmodel_migrations VALUES (99, 0)`)
    await expect(openPostgres({ pool, schema })).rejects.toThrow('version 99')
  })

  it('keeps two schemas of one pool apart, whatever they are called', async () => {
    const pool = openPool()
    const [one, other] = await Promise.all([open({ pool, schema: 'Ünter "x"' }), open({ pool })])
    await fund(one)
    expect(await other.ledger.balance('acme')).toBeNull()
    expect(await one.ledger.balance('acme')).toEqual({ balanceMicro: 1000, heldMicro: 0 })
  })

  it('transactions over overlapping accounts from many processes never lock each other out', async () => {
    const schema = freshSchema()
    const stores = await Promise.all(
      OVERLAPPING.slice(0, 4).map(() => open({ pool: openPool({ max: 5 }), schema })),
    )
    const [first = await open()] = stores
    const accounts = OVERLAPPING.map((index) => `account_${(index * 7) % OVERLAPPING.length}`)
    await Promise.all(
      accounts.map(async (accountId) =>
        first.ledger.post(posting({ accountId, amountMicro: 1e6, externalId: accountId })),
      ),
    )
    await Promise.all(
      Array.from({ length: 1600 }, async (_, index) => {
        const { ledger } = stores[index % 4] ?? first
        const holdId = `h${index}`
        await ledger.hold(
          holdRequest({ holdId, accountId: accounts[(index * 13) % 40] ?? '', amountMicro: 9 }),
        )
        await (stores[(index + 1) % 4] ?? first).ledger.settle(holdId, 5)
      }),
    )
    expect(await verifyLedger(first.ledger)).toEqual({ wallets: 40, problems: [] })
    expect((await first.ledger.balance('account_0'))?.balanceMicro).toBe(1e6 - 5 * 40)
  })

  it('counts a usage record once, from however many processes it comes', async () => {
    const schema = freshSchema()
    const stores = await Promise.all(
      OVERLAPPING.slice(0, 4).map(() => open({ pool: openPool({ max: 5 }), schema })),
    )
    const [first = await open()] = stores
    await Promise.all(
      Array.from({ length: 400 }, async (_, index) =>
        stores[index % 4]?.usage.append(
          usageRecord({ requestId: `r${Math.floor(index / 8)}`, time: EXPIRES_AT }),
        ),
      ),
    )
    expect((await first.usage.windows('acme', EXPIRES_AT)).daily).toMatchObject({
      requestCount: 50,
      costMicro: 50,
    })
  })

  it('reads totals without the records', async () => {
    const schema = freshSchema()
    const pool = openPool()
    const { usage } = await open({ pool, schema })
    await usage.append(usageRecord({ time: EXPIRES_AT, endUser: 'ada' }))
    await pool.query(`DROP TABLE ${schema}.crossmodel_usage_records`)
    expect((await usage.windows('acme', EXPIRES_AT)).monthly.requestCount).toBe(1)
    for (const by of ['day', 'model', 'key', 'end_user'] as const)
      expect(await usage.totals({ by, since: 0, until: 2 * EXPIRES_AT })).toHaveLength(1)
  })
})

describePostgres('what callers bring', ({ open, openPool }) => {
  it('an operation that no database could store fails alone, and not those beside it', async () => {
    const stores = await open()
    await fund(stores)
    const results = await Promise.allSettled([
      stores.ledger.hold(holdRequest({ holdId: 'good' })),
      stores.ledger.hold(holdRequest({ holdId: 'bad', expiresAt: Number.NaN })),
      stores.ledger.hold(holdRequest({ holdId: 'good too' })),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await stores.ledger.balance('acme')).toEqual({ balanceMicro: 1000, heldMicro: 20 })
  })

  it('stores words with characters that PostgreSQL does not know', async () => {
    const stores = await open()
    await fund(stores)
    const scopes = [{ scope: 'user:a\0b\uD800', limits: [] }]
    expect(await stores.ledger.hold(holdRequest({ scopes }))).toEqual({ ok: true })
    await stores.ledger.settle('hold_1', 7)
    expect(await stores.ledger.spent('user:a\0b\uD800', 0)).toBe(7)
    await stores.usage.append(usageRecord({ endUser: 'a\0b', errorMessage: '\0', model: '{"\\,null' }))
    expect(await stores.usage.record('req_cm_1')).toMatchObject({ endUser: 'a\uFFFDb', model: '{"\\,null' })
  })

  it('after close nothing is asked any more, and what was asked before has been answered', async () => {
    const pool = openPool()
    const stores = await openPostgres({ pool, schema: 'closing' })
    const posted = stores.ledger.post(posting())
    await stores.close()
    expect(await posted).toMatchObject({ outcome: 'posted' })
    expect(await failureOf(() => stores.ledger.balance('acme'))).toMatchObject(DB_ERROR)
    expect(pool.ended).toBe(false)
  })

  it('works without prepared statements', async () => {
    const stores = await open({ prepare: false })
    await fund(stores)
    expect(await stores.ledger.hold(holdRequest())).toEqual({ ok: true })
    expect((await stores.limits.take(limitRequest({ rpm: 1 }))).allowed).toBe(true)
  })

  it('forgets buckets and leases that nobody touches any more', async () => {
    const clock = createClock()
    const pool = openPool()
    const stores = await openPostgres({ pool, schema: 'forgetting', now: clock.now })
    await stores.limits.take(limitRequest({ rpm: 1, concurrency: 1, leaseTtlMs: 1000 }))
    clock.advance(3 * 3_600_000)
    await stores.limits.take(limitRequest({ rpm: 1, keyId: 'other', leaseId: 'other' }))
    await stores.close()
    const { rows } = await pool.query('SELECT key_id FROM forgetting.crossmodel_limits')
    expect(rows).toEqual([{ key_id: 'other' }])
    expect(
      (await pool.query('SELECT 1 FROM forgetting.crossmodel_leases WHERE key_id = $1', ['key_1'])).rows,
    ).toEqual([])
  })
})

describePostgres('a pool that sends queries without waiting', ({ open, openPool, freshSchema }) => {
  const pipelined = { pipeline: true } as const

  testLedger(
    'postgres, pipelined',
    async ({ now }) => (await open({ pool: openPool(pipelined), now })).ledger,
  )
  testSharedLimitStore('postgres, pipelined', async ({ now }) => {
    const schema = freshSchema()
    const one = () => open({ pool: openPool(pipelined), schema, now })
    return [(await one()).limits, (await one()).limits]
  })

  describe('when a transaction fails', () => {
    it('says why, and works again', async () => {
      const stores = await open({ pool: openPool(pipelined) })
      await fund(stores)
      const bad = holdRequest({ holdId: 'bad', expiresAt: Number.NaN })
      expect(await failureOf(() => stores.ledger.hold(bad))).toMatchObject({
        ...DB_ERROR,
        cause: { code: '22P02' },
      })
      expect(await stores.ledger.hold(holdRequest())).toEqual({ ok: true })
    })
  })
})
