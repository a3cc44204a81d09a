import type { StateStore } from '../../../src/index.js'
import type { SqliteConnection } from './connection.js'
import { runInBatches } from './batches.js'
import { bindTime, textOf } from './values.js'

const GET = 'SELECT value FROM crossmodel_state WHERE key = ? AND expires_at > ?'
const CREATE = `
  INSERT INTO crossmodel_state (key, value, expires_at) VALUES (?1, ?2, ?3)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at WHERE expires_at <= ?4`
const PUT = `
  INSERT INTO crossmodel_state (key, value, expires_at) VALUES (?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`
const DELETE = 'DELETE FROM crossmodel_state WHERE key = ? AND expires_at > ?'
const SWEEP = `
  DELETE FROM crossmodel_state
  WHERE key IN (SELECT key FROM crossmodel_state WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`

/** State in a SQLite file; `now` in milliseconds since the epoch. */
export function createSqliteStateStore(connection: SqliteConnection, now: () => number): StateStore {
  const time = (): bigint => bindTime(now())
  return {
    get(key) {
      const row = connection.get(GET, key, time())
      return row === undefined ? null : textOf(row, 'value')
    },
    create: (key, value, expiresAt) => connection.run(CREATE, key, value, bindTime(expiresAt), time()) === 1,
    put: (key, value, expiresAt) => void connection.run(PUT, key, value, bindTime(expiresAt)),
    delete: (key) => connection.run(DELETE, key, time()) === 1,
    sweep: (at) => runInBatches((size) => connection.run(SWEEP, bindTime(at), size)),
  }
}
