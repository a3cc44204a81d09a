import type { KeyStore } from '../../../src/index.js'
import type { Drainable } from './batch-sizes.js'
import type { PgRow } from './client.js'
import type { Database } from './database.js'
import { createKeyChanges } from './key-changes.js'
import { ACCOUNT_COLUMNS, KEY_COLUMNS, readAccount, readAuditEntry, readKey } from './key-rows.js'
import { createLookup } from './lookup.js'
import { storable, storableOrNull } from './rows.js'

/** Accounts and keys. */
export function createPostgresKeys(database: Database): KeyStore & Drainable {
  const [accounts, keys, trail] = ['accounts', 'keys', 'audit'].map((name) => database.prefix + name)
  const identities = createLookup(database, {
    statement: {
      name: 'keys_identity',
      text: `SELECT keys.*, keys.hash AS lookup_key, ${accountColumns('account_')}
FROM ${keys} AS keys JOIN ${accounts} AS accounts ON accounts.id = keys.account_id WHERE keys.hash = ANY ($1::text[])`,
    },
    read: (row) => ({ key: readKey(row), account: readAccount(row, 'account_') }),
  })

  async function select<T>(
    text: string,
    values: readonly unknown[],
    read: (row: PgRow) => T,
  ): Promise<readonly T[]> {
    return (await database.execute({ name: '', text }, values)).map((row) => read(row))
  }

  return {
    ...createKeyChanges(database),
    findIdentity: (hash) => identities.submit(storable(hash)),
    async account(accountId) {
      const text = `SELECT ${ACCOUNT_COLUMNS} FROM ${accounts} WHERE id = $1`
      return (await select(text, [storable(accountId)], readAccount))[0] ?? null
    },
    accounts: ({ afterId, limit }) =>
      select(
        `SELECT ${ACCOUNT_COLUMNS} FROM ${accounts} WHERE $1::text IS NULL OR id > $1 ORDER BY id LIMIT $2`,
        [storableOrNull(afterId), limit],
        readAccount,
      ),
    async key(keyId) {
      const text = `SELECT ${KEY_COLUMNS} FROM ${keys} WHERE id = $1`
      return (await select(text, [storable(keyId)], readKey))[0] ?? null
    },
    keys: ({ afterId, limit, accountId }) =>
      select(
        `SELECT ${KEY_COLUMNS} FROM ${keys}
WHERE ($1::text IS NULL OR id > $1) AND ($2::text IS NULL OR account_id = $2) ORDER BY id LIMIT $3`,
        [storableOrNull(afterId), storableOrNull(accountId), limit],
        readKey,
      ),
    auditEntries: ({ accountId, beforeId, limit }) =>
      select(
        `SELECT * FROM ${trail} WHERE ($1::text IS NULL OR account_id = $1) AND ($2::bigint IS NULL OR id < $2)
ORDER BY id DESC LIMIT $3`,
        [storableOrNull(accountId), beforeId ?? null, limit],
        readAuditEntry,
      ),
    drain: () => identities.drain(),
  }
}

/** The columns of an account under names that a key has not. */
function accountColumns(prefix: string): string {
  return ACCOUNT_COLUMNS.split(', ')
    .map((column) => `accounts.${column} AS ${prefix}${column}`)
    .join(', ')
}
