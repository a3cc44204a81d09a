import type { StateStore } from '../../../src/index.js'
import type { Database } from './database.js'
import { storable, textOf } from './rows.js'

/** Rows that one statement of a sweep deletes. */
const SWEEP_BATCH = 1000

/** Values that live for a while. */
export function createPostgresState(database: Database): StateStore {
  const table = `${database.prefix}state`
  const get = { name: 'state_get', text: `SELECT value FROM ${table} WHERE key = $1 AND expires_at > $2` }
  const create = {
    name: 'state_create',
    text: `INSERT INTO ${table} AS state (key, value, expires_at) VALUES ($1, $2, $3)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at WHERE state.expires_at <= $4
RETURNING key`,
  }
  const put = {
    name: 'state_put',
    text: `INSERT INTO ${table} (key, value, expires_at) VALUES ($1, $2, $3)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`,
  }
  const remove = {
    name: 'state_delete',
    text: `WITH gone AS (DELETE FROM ${table} WHERE key = $1 RETURNING expires_at) SELECT 1 FROM gone WHERE expires_at > $2`,
  }
  const sweep = {
    name: '',
    text: `DELETE FROM ${table} WHERE key IN (
  SELECT key FROM ${table} WHERE expires_at <= $1 ORDER BY expires_at LIMIT ${SWEEP_BATCH} FOR UPDATE SKIP LOCKED
) RETURNING 1`,
  }
  return {
    async get(key) {
      const [row] = await database.execute(get, [storable(key), database.now()])
      return row === undefined ? null : textOf(row, 'value')
    },
    async create(key, value, expiresAt) {
      const values = [storable(key), storable(value), Math.ceil(expiresAt), database.now()]
      // Not repeated when the answer to its commit was lost: it could be taken for someone else's.
      const rows = await database.transact((session) => session.query(create, values), { repeatable: false })
      return rows.length > 0
    },
    async put(key, value, expiresAt) {
      await database.execute(put, [storable(key), storable(value), Math.ceil(expiresAt)])
    },
    async delete(key) {
      const rows = await database.execute(remove, [storable(key), database.now()])
      return rows.length > 0
    },
    async sweep(now) {
      for (let swept = 0; ;) {
        const { length } = await database.execute(sweep, [Math.floor(now)])
        swept += length
        if (length < SWEEP_BATCH) return swept
      }
    },
  }
}
