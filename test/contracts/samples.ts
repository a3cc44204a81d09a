import type { Usage } from '../../src/canonical/usage.js'
import type { HoldRequest, LedgerEntry, Posting } from '../../src/balance/ledger.js'
import type { AccountRecord, AuditDraft, KeyRecord } from '../../src/keys/key-store.js'
import type { LimitRequest } from '../../src/limits/store.js'
import type { UsageRecord } from '../../src/usage/record.js'

/** A clock that only the test moves. */
export interface TestClock {
  readonly now: () => number
  readonly advance: (milliseconds: number) => void
}

/** Where a clock of the tests starts: a Wednesday, in the middle of its day and month. */
export const START = Date.parse('2024-05-15T12:00:00Z')
export const DAY_MS = 86_400_000
/** When the holds of the tests may be swept. */
export const EXPIRES_AT = START + 600_000

export function createClock(start = START): TestClock {
  let time = start
  return {
    now: () => time,
    advance(milliseconds) {
      time += milliseconds
    },
  }
}

export function accountRecord(fields: Partial<AccountRecord> = {}): AccountRecord {
  return { id: 'acme', status: 'active', createdAt: 0, ...fields }
}

export function keyRecord(fields: Partial<KeyRecord> = {}): KeyRecord {
  return {
    id: 'key_1',
    accountId: 'acme',
    hash: 'ab'.repeat(32),
    hint: 'cm-abcd…',
    status: 'active',
    rpm: 60,
    tpm: 100_000,
    concurrency: null,
    createdAt: 0,
    ...fields,
  }
}

export function auditDraft(fields: Partial<AuditDraft> = {}): AuditDraft {
  return {
    time: 0,
    actor: 'admin',
    action: 'account.create',
    accountId: 'acme',
    keyId: null,
    details: {},
    ...fields,
  }
}

export function posting(fields: Partial<Posting> = {}): Posting {
  return { accountId: 'acme', kind: 'top_up', amountMicro: 100, externalId: 'payment_1', ...fields }
}

export function holdRequest(fields: Partial<HoldRequest> = {}): HoldRequest {
  return { holdId: 'hold_1', accountId: 'acme', amountMicro: 10, expiresAt: EXPIRES_AT, ...fields }
}

/** A line of the books without its number. */
export function entryDraft(fields: Partial<LedgerEntry> = {}): Omit<LedgerEntry, 'id'> {
  return {
    accountId: 'acme',
    kind: 'top_up',
    time: START,
    balanceMicro: 0,
    heldMicro: 0,
    balanceAfterMicro: 0,
    shortfallMicro: 0,
    holdId: null,
    externalId: null,
    note: null,
    actor: null,
    ...fields,
  }
}

export function limitRequest(fields: Partial<LimitRequest> = {}): LimitRequest {
  return {
    keyId: 'key_1',
    leaseId: 'lease_1',
    rpm: null,
    tpm: null,
    concurrency: null,
    tokens: 0,
    leaseTtlMs: 600_000,
    ...fields,
  }
}

export function usageOf(fields: Partial<Usage> = {}): Usage {
  return {
    inputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    cacheWriteLongTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    ...fields,
  }
}

/** A record; tokens are given flat. */
export function usageRecord(
  fields: Partial<UsageRecord> & { readonly inputTokens?: number; readonly outputTokens?: number } = {},
): UsageRecord {
  const { inputTokens = 10, outputTokens = 5, ...rest } = fields
  return {
    requestId: 'req_cm_1',
    accountId: 'acme',
    keyId: 'key_1',
    time: 0,
    model: 'openai/gpt-5.5',
    route: 'openai:gpt-5.5',
    endpoint: 'chat',
    status: 'completed',
    httpStatus: 200,
    errorCode: null,
    errorMessage: null,
    latencyMs: 12,
    timeToFirstByteMs: 8,
    usage: usageOf({ inputTokens, outputTokens }),
    costMicro: 1,
    shortfallMicro: 0,
    endUser: null,
    streamed: false,
    ...rest,
  }
}
