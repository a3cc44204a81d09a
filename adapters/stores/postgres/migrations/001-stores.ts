/**
 * The first tables. Money is in integer micro-USD, times are milliseconds since the epoch, a `day` is the UTC midnight
 * of one. Identifiers sort by bytes (COLLATE "C"), so that pages are the same on every database.
 */
export const stores: string = `
-- Someone with a balance. aliases: alias -> model id, JSON.
CREATE TABLE crossmodel_accounts (
  id         text COLLATE "C" PRIMARY KEY,
  name       text,
  status     text NOT NULL,
  aliases    text,
  created_at bigint NOT NULL
);

-- API keys: never the secret, only its keyed hash. Lists and limits of spend are JSON; null = unlimited.
CREATE TABLE crossmodel_keys (
  id                    text COLLATE "C" PRIMARY KEY,
  account_id            text COLLATE "C" NOT NULL REFERENCES crossmodel_accounts (id),
  hash                  text COLLATE "C" NOT NULL UNIQUE,
  hint                  text NOT NULL,
  status                text NOT NULL,
  name                  text,
  rpm                   double precision,
  tpm                   double precision,
  concurrency           double precision,
  allowed_models        text,
  spend_limits          text,
  end_user_spend_limits text,
  expires_at            double precision,
  created_at            bigint NOT NULL
);
CREATE INDEX crossmodel_keys_account ON crossmodel_keys (account_id, id);

-- Who changed which account or key; details is JSON without secrets. Append-only.
CREATE TABLE crossmodel_audit (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  time       bigint NOT NULL,
  actor      text NOT NULL,
  action     text NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  key_id     text COLLATE "C",
  details    text NOT NULL
);
CREATE INDEX crossmodel_audit_account ON crossmodel_audit (account_id, id);

-- What an account has and what its open holds reserve of it. The row is the lock of the account.
-- Half-empty pages: it is updated all the time, and a new version beside the old one needs no index entry.
CREATE TABLE crossmodel_wallets (
  account_id    text COLLATE "C" PRIMARY KEY,
  balance_micro bigint NOT NULL CHECK (balance_micro >= 0),
  held_micro    bigint NOT NULL CHECK (held_micro >= 0),
  CHECK (held_micro <= balance_micro)
) WITH (fillfactor = 50);

-- Reservations, ended ones included: a hold that comes twice is recognised for ever.
-- status: open, expired (swept, may still be settled once), settled, released. scopes: JSON, null = none.
CREATE TABLE crossmodel_holds (
  hold_id         text COLLATE "C" PRIMARY KEY,
  account_id      text COLLATE "C" NOT NULL,
  amount_micro    bigint NOT NULL,
  status          text NOT NULL,
  placed_at       bigint NOT NULL,
  expires_at      bigint NOT NULL,
  scopes          text,
  charged_micro   bigint NOT NULL,
  shortfall_micro bigint NOT NULL
) WITH (fillfactor = 70);
-- Open holds only: for the sweep, and for the audit of an account.
CREATE INDEX crossmodel_holds_expiry ON crossmodel_holds (expires_at) WHERE status = 'open';
CREATE INDEX crossmodel_holds_open ON crossmodel_holds (account_id) WHERE status = 'open';

-- The books, append-only: balance and held of a wallet are the sums of its entries.
-- id ascends in the order of the books of an account, because the wallet is locked while it is given.
CREATE TABLE crossmodel_entries (
  id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id          text COLLATE "C" NOT NULL,
  kind                text NOT NULL,
  time                bigint NOT NULL,
  balance_micro       bigint NOT NULL,
  held_micro          bigint NOT NULL,
  balance_after_micro bigint NOT NULL,
  shortfall_micro     bigint NOT NULL,
  hold_id             text COLLATE "C",
  external_id         text COLLATE "C",
  note                text,
  actor               text
);
CREATE INDEX crossmodel_entries_account ON crossmodel_entries (account_id, id);
-- A payment is posted once, whoever brings it.
CREATE UNIQUE INDEX crossmodel_entries_external ON crossmodel_entries (external_id) WHERE external_id IS NOT NULL;

-- What a key or an end user has spent and holds, for the UTC day on which the hold was placed.
CREATE TABLE crossmodel_spend (
  scope       text COLLATE "C" NOT NULL,
  day         bigint NOT NULL,
  spent_micro bigint NOT NULL,
  held_micro  bigint NOT NULL,
  PRIMARY KEY (scope, day)
) WITH (fillfactor = 50);

-- Token buckets of a key; a bucket that is null is full. Levels: see BucketState. The row is the lock of the key.
CREATE TABLE crossmodel_limits (
  key_id              text COLLATE "C" PRIMARY KEY,
  requests_level      double precision,
  requests_updated_at bigint,
  requests_full_at    bigint,
  tokens_level        double precision,
  tokens_updated_at   bigint,
  tokens_full_at      bigint,
  touched_at          bigint NOT NULL
) WITH (fillfactor = 50);

-- Calls that run: a slot of concurrency, and the tokens they have reserved.
CREATE TABLE crossmodel_leases (
  key_id          text COLLATE "C" NOT NULL,
  lease_id        text COLLATE "C" NOT NULL,
  taken_at        bigint NOT NULL,
  expires_at      bigint NOT NULL,
  reserved_tokens double precision NOT NULL,
  PRIMARY KEY (key_id, lease_id)
);
CREATE INDEX crossmodel_leases_expiry ON crossmodel_leases (key_id, expires_at);

-- One record per request. Pruned by age; the totals below stay.
CREATE TABLE crossmodel_usage_records (
  request_id              text COLLATE "C" PRIMARY KEY,
  account_id              text COLLATE "C" NOT NULL,
  key_id                  text COLLATE "C" NOT NULL,
  time                    bigint NOT NULL,
  model                   text NOT NULL,
  route                   text,
  endpoint                text NOT NULL,
  status                  text NOT NULL,
  http_status             integer NOT NULL,
  error_code              text,
  error_message           text,
  latency_ms              double precision NOT NULL,
  time_to_first_byte_ms   double precision,
  input_tokens            bigint NOT NULL,
  cache_read_tokens       bigint NOT NULL,
  cache_write_tokens      bigint NOT NULL,
  cache_write_long_tokens bigint NOT NULL,
  output_tokens           bigint NOT NULL,
  reasoning_tokens        bigint NOT NULL,
  estimated               boolean NOT NULL,
  cost_micro              bigint NOT NULL,
  shortfall_micro         bigint NOT NULL,
  end_user                text,
  streamed                boolean NOT NULL,
  -- JSON; null where one try was enough.
  attempts                text
);
-- Pages, newest first: of all, of an account, of a key.
CREATE INDEX crossmodel_usage_records_time ON crossmodel_usage_records (time, request_id);
CREATE INDEX crossmodel_usage_records_account ON crossmodel_usage_records (account_id, time, request_id);
CREATE INDEX crossmodel_usage_records_key ON crossmodel_usage_records (key_id, time, request_id);

-- Sums of a day, kept as records are appended: for the account (dimension 'day', group ''), and by model, key, end user.
CREATE TABLE crossmodel_usage_totals (
  dimension         text COLLATE "C" NOT NULL,
  account_id        text COLLATE "C" NOT NULL,
  day               bigint NOT NULL,
  group_name        text COLLATE "C" NOT NULL,
  cost_micro        bigint NOT NULL,
  prompt_tokens     bigint NOT NULL,
  completion_tokens bigint NOT NULL,
  request_count     bigint NOT NULL,
  success_count     bigint NOT NULL,
  PRIMARY KEY (dimension, account_id, day, group_name)
) WITH (fillfactor = 50);
-- Totals of all accounts.
CREATE INDEX crossmodel_usage_totals_day ON crossmodel_usage_totals (dimension, day);

-- Values that live for a while, JSON.
CREATE TABLE crossmodel_state (
  key        text COLLATE "C" PRIMARY KEY,
  value      text NOT NULL,
  expires_at bigint NOT NULL
);
CREATE INDEX crossmodel_state_expiry ON crossmodel_state (expires_at);
`
