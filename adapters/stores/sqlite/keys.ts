import {
  type AccountRecord,
  type AuditDraft,
  type AuditEntry,
  changeRecord,
  type KeyRecord,
  type KeyStore,
} from '../../../src/index.js'
import type { SqliteConnection } from './connection.js'
import type { SqlRow, SqlValue } from './driver.js'
import {
  bindInteger,
  bindJson,
  bindLimit,
  bindOptional,
  bindTime,
  integerOf,
  integerOrNull,
  jsonOf,
  optional,
  textOf,
  textOrNull,
} from './values.js'

const ACCOUNT_COLUMNS = 'id, name, status, aliases, created_at'
const KEY_COLUMNS =
  'id, account_id, hash, hint, status, name, rpm, tpm, concurrency, allowed_models, spend_limits, end_user_spend_limits, expires_at, created_at'

const KEY_BY_HASH = `SELECT ${KEY_COLUMNS} FROM crossmodel_keys WHERE hash = ?`
const KEY_BY_ID = `SELECT ${KEY_COLUMNS} FROM crossmodel_keys WHERE id = ?`
const KEYS = `SELECT ${KEY_COLUMNS} FROM crossmodel_keys WHERE id > ? ORDER BY id LIMIT ?`
const KEYS_OF_ACCOUNT = `
  SELECT ${KEY_COLUMNS} FROM crossmodel_keys WHERE account_id = ? AND id > ? ORDER BY id LIMIT ?`
const INSERT_KEY = `
  INSERT INTO crossmodel_keys (${KEY_COLUMNS})
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14
  WHERE EXISTS (SELECT 1 FROM crossmodel_accounts WHERE id = ?2)
  ON CONFLICT DO NOTHING`
const UPDATE_KEY = `
  UPDATE crossmodel_keys SET status = ?, name = ?, rpm = ?, tpm = ?, concurrency = ?, allowed_models = ?,
    spend_limits = ?, end_user_spend_limits = ?, expires_at = ?
  WHERE id = ?`
const DELETE_KEY = 'DELETE FROM crossmodel_keys WHERE id = ?'
const ACCOUNT_BY_ID = `SELECT ${ACCOUNT_COLUMNS} FROM crossmodel_accounts WHERE id = ?`
const ACCOUNTS = `SELECT ${ACCOUNT_COLUMNS} FROM crossmodel_accounts WHERE id > ? ORDER BY id LIMIT ?`
const INSERT_ACCOUNT = `
  INSERT INTO crossmodel_accounts (${ACCOUNT_COLUMNS}) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
const UPDATE_ACCOUNT = 'UPDATE crossmodel_accounts SET name = ?, status = ?, aliases = ? WHERE id = ?'
const INSERT_AUDIT = `
  INSERT INTO crossmodel_audit_entries (time, actor, action, account_id, key_id, details)
  VALUES (?, ?, ?, ?, ?, ?)`
const AUDIT_COLUMNS = 'id, time, actor, action, account_id, key_id, details'
const AUDIT = `SELECT ${AUDIT_COLUMNS} FROM crossmodel_audit_entries WHERE id < ? ORDER BY id DESC LIMIT ?`
const AUDIT_OF_ACCOUNT = `
  SELECT ${AUDIT_COLUMNS} FROM crossmodel_audit_entries
  WHERE account_id = ? AND id < ? ORDER BY id DESC LIMIT ?`

/** Keys and accounts in a SQLite file. */
export function createSqliteKeyStore(connection: SqliteConnection): KeyStore {
  function account(accountId: string): AccountRecord | null {
    const row = connection.get(ACCOUNT_BY_ID, accountId)
    return row === undefined ? null : accountOf(row)
  }

  function key(keyId: string): KeyRecord | null {
    const row = connection.get(KEY_BY_ID, keyId)
    return row === undefined ? null : keyOf(row)
  }

  /** Writes the audit entry of a change, if there was something to change. */
  function audited<T>(audit: AuditDraft, change: () => T): T {
    return connection.write(() => {
      const result = change()
      if (result !== null && result !== false) writeAudit(connection, audit)
      return result
    })
  }

  return {
    findIdentity(hash) {
      const row = connection.get(KEY_BY_HASH, hash)
      if (row === undefined) return null
      const found = keyOf(row)
      const owner = account(found.accountId)
      return owner === null ? null : { key: found, account: owner }
    },
    account,
    accounts: ({ afterId = '', limit }) => connection.all(ACCOUNTS, afterId, bindLimit(limit)).map(accountOf),
    createAccount: (record, audit) => audited(audit, () => insertAccount(connection, record)),
    changeAccount: (accountId, change, audit) =>
      audited(audit, () => {
        const before = account(accountId)
        if (before === null) return null
        const changed = changeRecord<AccountRecord>(before, change)
        const { name, status, aliases } = changed
        connection.run(UPDATE_ACCOUNT, name ?? null, status, bindJson(aliases), accountId)
        return changed
      }),
    key,
    keys: ({ accountId, afterId = '', limit }) =>
      (accountId === undefined
        ? connection.all(KEYS, afterId, bindLimit(limit))
        : connection.all(KEYS_OF_ACCOUNT, accountId, afterId, bindLimit(limit))
      ).map(keyOf),
    createKey: (record, audit) => audited(audit, () => insertKey(connection, record)),
    changeKey: (keyId, change, audit) =>
      audited(audit, () => {
        const before = key(keyId)
        if (before === null) return null
        const changed = changeRecord<KeyRecord>(before, change)
        updateKey(connection, changed)
        return changed
      }),
    deleteKey: (keyId, audit) =>
      audited(audit, () => {
        const before = key(keyId)
        if (before !== null) connection.run(DELETE_KEY, keyId)
        return before
      }),
    auditEntries: ({ accountId, beforeId = Number.MAX_SAFE_INTEGER, limit }) =>
      (accountId === undefined
        ? connection.all(AUDIT, bindInteger(beforeId), bindLimit(limit))
        : connection.all(AUDIT_OF_ACCOUNT, accountId, bindInteger(beforeId), bindLimit(limit))
      ).map((row) => ({
        id: integerOf(row, 'id'),
        time: integerOf(row, 'time'),
        actor: textOf(row, 'actor'),
        action: textOf(row, 'action'),
        accountId: textOf(row, 'account_id'),
        keyId: textOrNull(row, 'key_id'),
        details: jsonOf(row, 'details') as AuditEntry['details'],
      })),
  }
}

function insertAccount(connection: SqliteConnection, account: AccountRecord): boolean {
  const { id, name, status, aliases, createdAt } = account
  return (
    connection.run(INSERT_ACCOUNT, id, name ?? null, status, bindJson(aliases), bindTime(createdAt)) === 1
  )
}

function insertKey(connection: SqliteConnection, key: KeyRecord): boolean {
  const { id, accountId, hash, hint, createdAt } = key
  return (
    connection.run(INSERT_KEY, id, accountId, hash, hint, ...bindSettings(key), bindTime(createdAt)) === 1
  )
}

function updateKey(connection: SqliteConnection, key: KeyRecord): void {
  connection.run(UPDATE_KEY, ...bindSettings(key), key.id)
}

/** What can be changed of a key, in the order of its columns. */
function bindSettings(key: KeyRecord): readonly SqlValue[] {
  return [
    key.status,
    key.name ?? null,
    bindOptional(key.rpm),
    bindOptional(key.tpm),
    bindOptional(key.concurrency),
    bindJson(key.allowedModels),
    bindJson(key.spendLimits),
    bindJson(key.endUserSpendLimits),
    bindOptional(key.expiresAt),
  ]
}

function writeAudit(connection: SqliteConnection, audit: AuditDraft): void {
  connection.run(
    INSERT_AUDIT,
    bindTime(audit.time),
    audit.actor,
    audit.action,
    audit.accountId,
    audit.keyId,
    JSON.stringify(audit.details),
  )
}

function accountOf(row: SqlRow): AccountRecord {
  return {
    id: textOf(row, 'id'),
    ...optional('name', textOrNull(row, 'name')),
    status: textOf(row, 'status') as AccountRecord['status'],
    ...optional('aliases', jsonOf(row, 'aliases') as AccountRecord['aliases']),
    createdAt: integerOf(row, 'created_at'),
  }
}

function keyOf(row: SqlRow): KeyRecord {
  return {
    id: textOf(row, 'id'),
    accountId: textOf(row, 'account_id'),
    hash: textOf(row, 'hash'),
    hint: textOf(row, 'hint'),
    status: textOf(row, 'status') as KeyRecord['status'],
    ...optional('name', textOrNull(row, 'name')),
    rpm: integerOrNull(row, 'rpm'),
    tpm: integerOrNull(row, 'tpm'),
    concurrency: integerOrNull(row, 'concurrency'),
    ...optional('allowedModels', jsonOf(row, 'allowed_models') as KeyRecord['allowedModels']),
    ...optional('spendLimits', jsonOf(row, 'spend_limits') as KeyRecord['spendLimits']),
    ...optional('endUserSpendLimits', jsonOf(row, 'end_user_spend_limits') as KeyRecord['spendLimits']),
    ...optional('expiresAt', integerOrNull(row, 'expires_at')),
    createdAt: integerOf(row, 'created_at'),
  }
}
