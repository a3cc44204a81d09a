import type { AuditEntry } from '../../keys/key-store.js'
import { checkEntryId, checkInput, checkPageLimit, checkText, withLimit } from './checks.js'
import type { RunAdmin } from './context.js'

/** Which entries, newest first. */
export interface AuditQuery {
  readonly accountId?: string | undefined
  /** Only entries with a smaller id: the last one of the page before. */
  readonly beforeId?: number | undefined
  /** 1 to 1,000. Default 100. */
  readonly limit?: number | undefined
}

/** Who changed which account or key, and when. */
export interface AuditAdmin {
  entries(query?: AuditQuery): Promise<readonly AuditEntry[]>
}

const ENTRIES = { optional: { accountId: checkText, beforeId: checkEntryId, limit: checkPageLimit } }

/** The functions of {@link AuditAdmin}. */
export function createAuditAdmin(run: RunAdmin): AuditAdmin {
  return {
    entries: (query = {}) =>
      run(({ stores }) => {
        checkInput(query, ENTRIES)
        return stores.keys.auditEntries(withLimit(query))
      }),
  }
}
