import type { SqliteConnection } from './connection.js'
import { bindInteger, bindTime, integerOf } from './values.js'

/** Tables that change together, one version after the other. */
export interface Schema {
  /** Where the versions are noted that the file has reached. */
  readonly table: string
  readonly migrations: readonly Migration[]
}

interface Migration {
  readonly version: number
  readonly sql: string
}

/**
 * The schema of the stores. All amounts are micro-USD, all times milliseconds since the epoch, days are UTC midnights.
 * A migration that has been released is never changed: what comes later is a new one behind it.
 */
const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    sql: `
      -- Accounts; aliases is a JSON object, alias to model id.
      CREATE TABLE crossmodel_accounts (
        id TEXT PRIMARY KEY,
        name TEXT,
        status TEXT NOT NULL,
        aliases TEXT,
        created_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      -- Keys: never the secret, only its keyed hash. Null in rpm, tpm and concurrency is unlimited.
      -- allowed_models, spend_limits and end_user_spend_limits are JSON, null when there are none.
      CREATE TABLE crossmodel_keys (
        id TEXT PRIMARY KEY,
        account_id TEXT NOT NULL REFERENCES crossmodel_accounts (id),
        hash TEXT NOT NULL UNIQUE,
        hint TEXT NOT NULL,
        status TEXT NOT NULL,
        name TEXT,
        rpm INTEGER,
        tpm INTEGER,
        concurrency INTEGER,
        allowed_models TEXT,
        spend_limits TEXT,
        end_user_spend_limits TEXT,
        expires_at INTEGER,
        created_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX crossmodel_keys_of_account ON crossmodel_keys (account_id, id);

      -- Who changed what: a row for each change of an account or a key. details is a JSON object.
      CREATE TABLE crossmodel_audit_entries (
        id INTEGER PRIMARY KEY,
        time INTEGER NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        account_id TEXT NOT NULL,
        key_id TEXT,
        details TEXT NOT NULL
      ) STRICT;
      CREATE INDEX crossmodel_audit_entries_of_account ON crossmodel_audit_entries (account_id, id);

      -- Wallets: sums of the entries below, kept with them.
      CREATE TABLE crossmodel_wallets (
        account_id TEXT PRIMARY KEY,
        balance_micro INTEGER NOT NULL CHECK (balance_micro >= 0),
        held_micro INTEGER NOT NULL CHECK (held_micro >= 0 AND held_micro <= balance_micro)
      ) STRICT, WITHOUT ROWID;

      -- Holds: open, expired, settled or released. scopes is a JSON array of names.
      CREATE TABLE crossmodel_holds (
        id TEXT PRIMARY KEY,
        account_id TEXT NOT NULL,
        amount_micro INTEGER NOT NULL,
        status TEXT NOT NULL,
        placed_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        scopes TEXT NOT NULL,
        charged_micro INTEGER NOT NULL,
        shortfall_micro INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX crossmodel_holds_open ON crossmodel_holds (expires_at) WHERE status = 'open';

      -- What a scope (a key, an end user) has spent and holds, by the UTC day on which the hold was placed.
      CREATE TABLE crossmodel_spend (
        scope TEXT NOT NULL,
        day INTEGER NOT NULL,
        spent_micro INTEGER NOT NULL,
        held_micro INTEGER NOT NULL,
        PRIMARY KEY (scope, day)
      ) STRICT, WITHOUT ROWID;

      -- The books: only ever appended to. balance_micro and held_micro are signed changes.
      CREATE TABLE crossmodel_ledger_entries (
        id INTEGER PRIMARY KEY,
        account_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        time INTEGER NOT NULL,
        balance_micro INTEGER NOT NULL,
        held_micro INTEGER NOT NULL,
        balance_after_micro INTEGER NOT NULL,
        shortfall_micro INTEGER NOT NULL,
        hold_id TEXT,
        external_id TEXT,
        note TEXT,
        actor TEXT
      ) STRICT;
      CREATE INDEX crossmodel_ledger_entries_of_account ON crossmodel_ledger_entries (account_id, id);
      CREATE UNIQUE INDEX crossmodel_ledger_entries_external
        ON crossmodel_ledger_entries (external_id) WHERE external_id IS NOT NULL;
      -- Postings are few among the entries of calls.
      CREATE INDEX crossmodel_ledger_postings
        ON crossmodel_ledger_entries (account_id, id) WHERE external_id IS NOT NULL;

      -- One row per request. estimated and streamed are 0 or 1.
      CREATE TABLE crossmodel_usage_records (
        sequence INTEGER PRIMARY KEY,
        request_id TEXT NOT NULL UNIQUE,
        account_id TEXT NOT NULL,
        key_id TEXT NOT NULL,
        time INTEGER NOT NULL,
        model TEXT NOT NULL,
        route TEXT,
        endpoint TEXT NOT NULL,
        status TEXT NOT NULL,
        http_status INTEGER NOT NULL,
        error_code TEXT,
        error_message TEXT,
        latency_ms INTEGER NOT NULL,
        time_to_first_byte_ms INTEGER,
        input_tokens INTEGER NOT NULL,
        cache_read_tokens INTEGER NOT NULL,
        cache_write_tokens INTEGER NOT NULL,
        cache_write_long_tokens INTEGER NOT NULL,
        output_tokens INTEGER NOT NULL,
        reasoning_tokens INTEGER NOT NULL,
        estimated INTEGER NOT NULL,
        cost_micro INTEGER NOT NULL,
        shortfall_micro INTEGER NOT NULL,
        end_user TEXT,
        streamed INTEGER NOT NULL,
        -- JSON; null where one try was enough.
        attempts TEXT
      ) STRICT;
      CREATE INDEX crossmodel_usage_by_time ON crossmodel_usage_records (time, request_id);
      CREATE INDEX crossmodel_usage_by_account ON crossmodel_usage_records (account_id, time, request_id);
      CREATE INDEX crossmodel_usage_by_key ON crossmodel_usage_records (key_id, time, request_id);
      CREATE INDEX crossmodel_usage_by_end_user
        ON crossmodel_usage_records (end_user, time, request_id) WHERE end_user IS NOT NULL;

      -- Sums of the records by UTC day; they outlive the records. owner is '=' and the account id, or '*' for all
      -- accounts together. dimension is day (member ''), model, key or end_user. Rows of one day lie together: an
      -- append then writes one or two pages, whatever it counts towards.
      CREATE TABLE crossmodel_usage_totals (
        day INTEGER NOT NULL,
        owner TEXT NOT NULL,
        dimension TEXT NOT NULL,
        member TEXT NOT NULL,
        cost_micro INTEGER NOT NULL,
        prompt_tokens INTEGER NOT NULL,
        completion_tokens INTEGER NOT NULL,
        request_count INTEGER NOT NULL,
        success_count INTEGER NOT NULL,
        PRIMARY KEY (day, owner, dimension, member)
      ) STRICT, WITHOUT ROWID;

      -- Token buckets of a key; levels are in 1/60000 of a unit. A bucket without a state is full.
      CREATE TABLE crossmodel_limit_buckets (
        key_id TEXT PRIMARY KEY,
        rpm INTEGER,
        requests_level INTEGER,
        requests_updated_at INTEGER,
        requests_last_full_at INTEGER,
        tpm INTEGER,
        tokens_level INTEGER,
        tokens_updated_at INTEGER,
        tokens_last_full_at INTEGER
      ) STRICT, WITHOUT ROWID;

      -- Calls that run: their slots and what they have reserved.
      CREATE TABLE crossmodel_limit_leases (
        key_id TEXT NOT NULL,
        lease_id TEXT NOT NULL,
        taken_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        reserved_tokens INTEGER NOT NULL,
        PRIMARY KEY (key_id, lease_id)
      ) STRICT, WITHOUT ROWID;

      -- Values that live for a while: answers for idempotency, responses for a conversation.
      CREATE TABLE crossmodel_state (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL,
        expires_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX crossmodel_state_by_expiry ON crossmodel_state (expires_at);
    `,
  },
  {
    version: 2,
    sql: `
      -- Pages of what went wrong: few records among very many, so the indexes cost little.
      CREATE INDEX crossmodel_usage_failures
        ON crossmodel_usage_records (time, request_id) WHERE status <> 'completed';
      CREATE INDEX crossmodel_usage_failures_of_account
        ON crossmodel_usage_records (account_id, time, request_id) WHERE status <> 'completed';
    `,
  },
]

/** All stores, in one file. */
export const STORES: Schema = { table: 'crossmodel_migrations', migrations: MIGRATIONS }

/**
 * Brings a schema up to date; processes that start at once do it after one another, all but the first have nothing
 * to do. Throws when a newer version of this package has been here.
 */
export function migrate(
  connection: SqliteConnection,
  { now, schema: { table, migrations } }: { readonly now: number; readonly schema: Schema },
): void {
  const latest = migrations.at(-1)?.version ?? 0
  connection.write(() => {
    // The version that each row of this table names has been reached, and when.
    connection.exec(`CREATE TABLE IF NOT EXISTS ${table} (
      version INTEGER PRIMARY KEY,
      applied_at INTEGER NOT NULL
    ) STRICT`)
    const row = connection.get(`SELECT coalesce(max(version), 0) AS version FROM ${table}`)
    const reached = row === undefined ? 0 : integerOf(row, 'version')
    if (reached > latest)
      throw new Error(
        `The file has schema version ${reached}, this version of crossmodel-gateway knows ${latest}: it was written by a newer one, which has to be used here too`,
      )
    for (const { version, sql } of migrations) {
      if (version <= reached) continue
      connection.exec(sql)
      connection.run(
        `INSERT INTO ${table} (version, applied_at) VALUES (?, ?)`,
        bindInteger(version),
        bindTime(now),
      )
    }
  })
}
