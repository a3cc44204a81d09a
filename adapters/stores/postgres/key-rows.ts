import type { AccountRecord, AuditEntry, KeyRecord } from '../../../src/index.js'
import type { PgRow } from './client.js'
import { numberOf, numberOrNull, storable, storableOrNull, textOf, textOrNull } from './rows.js'

/** Columns of an account, in the order of {@link accountValues}. */
export const ACCOUNT_COLUMNS = 'id, name, status, aliases, created_at'

/** Columns of a key, in the order of {@link keyValues}. */
export const KEY_COLUMNS =
  'id, account_id, hash, hint, status, name, rpm, tpm, concurrency, allowed_models, spend_limits, end_user_spend_limits, expires_at, created_at'

/** What an account is stored as. */
export function accountValues(account: AccountRecord): readonly unknown[] {
  return [
    storable(account.id),
    storableOrNull(account.name),
    account.status,
    toJson(account.aliases),
    Math.floor(account.createdAt),
  ]
}

/** What a key is stored as. */
export function keyValues(key: KeyRecord): readonly unknown[] {
  return [
    storable(key.id),
    storable(key.accountId),
    storable(key.hash),
    storable(key.hint),
    key.status,
    storableOrNull(key.name),
    key.rpm,
    key.tpm,
    key.concurrency,
    toJson(key.allowedModels),
    toJson(key.spendLimits),
    toJson(key.endUserSpendLimits),
    key.expiresAt ?? null,
    Math.floor(key.createdAt),
  ]
}

/** An account out of its row; `prefix` is what the names of its columns begin with in a join. */
export function readAccount(row: PgRow, prefix: string = ''): AccountRecord {
  const name = textOrNull(row, `${prefix}name`)
  const aliases = textOrNull(row, `${prefix}aliases`)
  return {
    id: textOf(row, `${prefix}id`),
    ...(name === null ? {} : { name }),
    status: textOf(row, `${prefix}status`) as AccountRecord['status'],
    ...(aliases === null ? {} : { aliases: JSON.parse(aliases) as NonNullable<AccountRecord['aliases']> }),
    createdAt: numberOf(row, `${prefix}created_at`),
  }
}

/** A key out of its row. */
export function readKey(row: PgRow): KeyRecord {
  const name = textOrNull(row, 'name')
  const expiresAt = numberOrNull(row, 'expires_at')
  return {
    id: textOf(row, 'id'),
    accountId: textOf(row, 'account_id'),
    hash: textOf(row, 'hash'),
    hint: textOf(row, 'hint'),
    status: textOf(row, 'status') as KeyRecord['status'],
    ...(name === null ? {} : { name }),
    rpm: numberOrNull(row, 'rpm'),
    tpm: numberOrNull(row, 'tpm'),
    concurrency: numberOrNull(row, 'concurrency'),
    ...jsonField(row, 'allowed_models', 'allowedModels'),
    ...jsonField(row, 'spend_limits', 'spendLimits'),
    ...jsonField(row, 'end_user_spend_limits', 'endUserSpendLimits'),
    ...(expiresAt === null ? {} : { expiresAt }),
    createdAt: numberOf(row, 'created_at'),
  }
}

/** An audit entry out of its row. */
export function readAuditEntry(row: PgRow): AuditEntry {
  return {
    id: numberOf(row, 'id'),
    time: numberOf(row, 'time'),
    actor: textOf(row, 'actor'),
    action: textOf(row, 'action'),
    accountId: textOf(row, 'account_id'),
    keyId: textOrNull(row, 'key_id'),
    details: JSON.parse(textOf(row, 'details')) as AuditEntry['details'],
  }
}

/** JSON of a value, as text: the type `json` of PostgreSQL would be parsed by some pools and not by others. */
export function toJson(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}

function jsonField<Field extends keyof KeyRecord>(
  row: PgRow,
  column: string,
  field: Field,
): Partial<Pick<KeyRecord, Field>> {
  const text = textOrNull(row, column)
  return text === null ? {} : ({ [field]: JSON.parse(text) } as Partial<Pick<KeyRecord, Field>>)
}
