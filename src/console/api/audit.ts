import { isJsonObject, type JsonObject, type JsonValue } from '../../canonical/json.js'
import type { AuditEntry as GatewayEntry } from '../../keys/key-store.js'
import { type Principal, SOME_OPERATOR } from '../principal.js'
import { jsonRoute, type Route } from '../route.js'
import { isEntryId, readPage } from './cursor.js'
import type { AuditEntry } from './types.js'
import { formatTime, scopeOf } from './values.js'

/** Who changed what. */
export const AUDIT_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: 'audit',
    access: 'owner',
    summary:
      'Changes of accounts and keys, newest first. Owners see `operator` for whoever is not of their account.',
    query: 'AuditQuery',
    answer: 'AuditEntryList',
    run({ gateway }, { principal, query }) {
      const accountId = scopeOf(principal, query.account_id)
      return readPage(
        query,
        {
          read: ({ after, limit }) => gateway.admin.audit.entries({ accountId, beforeId: after, limit }),
          positionOf: ({ id }) => id,
          isPosition: isEntryId,
        },
        (entry) => toEntry(principal, entry),
      )
    },
  }),
]

function toEntry(
  { role }: Principal,
  { id, time, actor, action, accountId, keyId, details: { byOwner, ...details } }: GatewayEntry,
): AuditEntry {
  return {
    id,
    time: formatTime(time),
    actor: role === 'operator' || byOwner === true ? actor : SOME_OPERATOR,
    action,
    account_id: accountId,
    key_id: keyId,
    details: showFields(details),
  }
}

type ShowValue = (value: JsonValue | undefined) => JsonValue | undefined

/** What the gateway names or writes otherwise than this API does; names of aliases are the account's own. */
const SHOWN: ReadonlyMap<string, readonly [name: string, show: ShowValue]> = new Map<
  string,
  readonly [string, ShowValue]
>([
  ['allowedModels', ['allowed_models', (value) => value]],
  ['spendLimits', ['spend_limits', showLimits]],
  ['endUserSpendLimits', ['end_user_spend_limits', showLimits]],
  ['expiresAt', ['expires_at', (value) => (typeof value === 'number' ? formatTime(value) : value)]],
  ['dayMicro', ['day_micro', (value) => value]],
  ['weekMicro', ['week_micro', (value) => value]],
  ['monthMicro', ['month_micro', (value) => value]],
])

function showFields(fields: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const [shown, show] = SHOWN.get(name) ?? [name, (same: JsonValue | undefined) => same]
      return [shown, show(value)]
    }),
  )
}

function showLimits(value: JsonValue | undefined): JsonValue | undefined {
  return isJsonObject(value) ? showFields(value) : value
}
