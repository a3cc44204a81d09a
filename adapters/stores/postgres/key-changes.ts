import {
  type AccountRecord,
  type AuditDraft,
  changeRecord,
  type KeyRecord,
  type KeyStore,
} from '../../../src/index.js'
import type { PgRow } from './client.js'
import type { Database } from './database.js'
import {
  ACCOUNT_COLUMNS,
  accountValues,
  KEY_COLUMNS,
  keyValues,
  readAccount,
  readKey,
  toJson,
} from './key-rows.js'
import { storable, storableOrNull } from './rows.js'

/** What changes accounts and keys. */
export type KeyChanges = Pick<
  KeyStore,
  'createAccount' | 'changeAccount' | 'createKey' | 'changeKey' | 'deleteKey'
>

type Run = (text: string, values: readonly unknown[]) => Promise<readonly PgRow[]>

/** Each change with its audit entry in one transaction; null or false when there was nothing to change. */
export function createKeyChanges(database: Database): KeyChanges {
  const accounts = createTable(`${database.prefix}accounts`, ACCOUNT_COLUMNS)
  const keys = createTable(`${database.prefix}keys`, KEY_COLUMNS)
  const trail = `${database.prefix}audit`

  /** One whose commit had no answer is not repeated: it would find its own work and take it for someone else's. */
  function audited<T>(draft: AuditDraft, work: (run: Run) => Promise<T | null>): Promise<T | null> {
    return database.transact(
      async (session) => {
        const run: Run = (text, values) => session.query({ name: '', text }, values)
        const result = await work(run)
        if (result !== null) await addAudit(run, trail, draft)
        return result
      },
      { repeatable: false },
    )
  }

  return {
    async createAccount(account, audit) {
      const created = await audited(audit, async (run) => {
        const rows = await run(accounts.insert, accountValues(account))
        return rows[0] ?? null
      })
      return created !== null
    },
    changeAccount: (accountId, fields, audit) =>
      audited(audit, async (run) => {
        const [row] = await run(accounts.lock, [storable(accountId)])
        if (row === undefined) return null
        const changed = changeRecord<AccountRecord>(readAccount(row), fields)
        await run(accounts.update, accountValues(changed))
        return changed
      }),
    async createKey(key, audit) {
      const created = await audited(audit, async (run) => {
        // The account stays until this is done.
        const [account] = await run(accounts.lock, [storable(key.accountId)])
        const rows = account === undefined ? [] : await run(keys.insert, keyValues(key))
        return rows[0] ?? null
      })
      return created !== null
    },
    changeKey: (keyId, fields, audit) =>
      audited(audit, async (run) => {
        const [row] = await run(keys.lock, [storable(keyId)])
        if (row === undefined) return null
        const changed = changeRecord<KeyRecord>(readKey(row), fields)
        await run(keys.update, keyValues(changed))
        return changed
      }),
    deleteKey: (keyId, audit) =>
      audited(audit, async (run) => {
        const [row] = await run(keys.delete, [storable(keyId)])
        return row === undefined ? null : readKey(row)
      }),
  }
}

async function addAudit(run: Run, trail: string, draft: AuditDraft): Promise<void> {
  const { time, actor, action, accountId, keyId, details } = draft
  await run(
    `INSERT INTO ${trail} (time, actor, action, account_id, key_id, details) VALUES ($1, $2, $3, $4, $5, $6)`,
    [Math.floor(time), storable(actor), action, storable(accountId), storableOrNull(keyId), toJson(details)],
  )
}

type Table = Readonly<Record<'insert' | 'lock' | 'update' | 'delete', string>>

/** Statements over a table whose first column is its id. */
function createTable(table: string, columns: string): Table {
  const parameters = columns
    .split(', ')
    .map((_, index) => `$${index + 1}`)
    .join(', ')
  return {
    insert: `INSERT INTO ${table} (${columns}) VALUES (${parameters}) ON CONFLICT DO NOTHING RETURNING id`,
    lock: `SELECT ${columns} FROM ${table} WHERE id = $1 FOR UPDATE`,
    update: `UPDATE ${table} SET (${columns}) = ROW (${parameters}) WHERE id = $1`,
    delete: `DELETE FROM ${table} WHERE id = $1 RETURNING ${columns}`,
  }
}
