import type { Outbox, OutboxEntry, OutboxJob } from '../../../src/index.js'
import { connect, type SqliteOptions } from './connect.js'
import type { SqlRow } from './driver.js'
import { migrate, type Schema } from './migrations.js'
import { bindOptionalTime, integerOrNull, textOf } from './values.js'

const SCHEMA: Schema = {
  table: 'crossmodel_outbox_migrations',
  migrations: [
    {
      version: 1,
      sql: `
        -- What calls owe to stores that have failed; position is the order in which it came. job is JSON, expires_at in
        -- milliseconds since the epoch, null for what never ends by itself.
        CREATE TABLE crossmodel_outbox (
          position INTEGER PRIMARY KEY AUTOINCREMENT,
          id TEXT NOT NULL UNIQUE,
          request_id TEXT NOT NULL,
          job TEXT NOT NULL,
          expires_at INTEGER
        ) STRICT;
      `,
    },
  ],
}

const PUT = `
  INSERT INTO crossmodel_outbox (id, request_id, job, expires_at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`
const DONE = 'DELETE FROM crossmodel_outbox WHERE id = ?'
const PENDING = 'SELECT id, request_id, job, expires_at FROM crossmodel_outbox ORDER BY position'

/** An outbox in a file, until it is closed. */
export interface SqliteOutbox extends Outbox {
  close(): Promise<void>
}

/**
 * Opens an outbox whose jobs outlive the process: the next one that opens the file does them. It is full when the disk
 * is. Keep it apart from the stores that it waits for: where they are in a file, a file of its own; where they are on a
 * server, on the disk of the gateway. Processes that share the file may do a job twice, which changes nothing. Rejects
 * as `openSqlite` does.
 *
 * @example
 * const gateway = createGateway({ ...config, stores, outbox: await openSqliteOutbox({ path: './outbox.db' }) })
 */
export async function openSqliteOutbox(options: SqliteOptions): Promise<SqliteOutbox> {
  const connection = await connect(options, (opened, now) => migrate(opened, { now, schema: SCHEMA }))
  return {
    durable: options.path !== ':memory:',
    put({ id, requestId, job, expiresAt }) {
      connection.run(PUT, id, requestId, JSON.stringify(job), bindOptionalTime(expiresAt))
      return true
    },
    done: (id) => void connection.run(DONE, id),
    pending: () => connection.all(PENDING).map(entryOf),
    close: () => Promise.resolve(connection.close()),
  }
}

function entryOf(row: SqlRow): OutboxEntry {
  return {
    id: textOf(row, 'id'),
    requestId: textOf(row, 'request_id'),
    job: JSON.parse(textOf(row, 'job')) as OutboxJob,
    expiresAt: integerOrNull(row, 'expires_at'),
  }
}
