import type { AuditEntry as GatewayEntry } from '../../keys/key-store.js'
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
    summary: 'Changes of accounts and keys, newest first.',
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
        toEntry,
      )
    },
  }),
]

function toEntry({ id, time, actor, action, accountId, keyId, details }: GatewayEntry): AuditEntry {
  return { id, time: formatTime(time), actor, action, account_id: accountId, key_id: keyId, details }
}
