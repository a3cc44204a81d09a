import { GatewayError } from '../../errors.js'
import type { Authenticator } from '../../keys/authenticate.js'
import type { AuditDraft } from '../../keys/key-store.js'
import type { ModelCatalog } from '../../models/catalog.js'
import type { ModelResolver } from '../../models/resolver.js'
import type { Stores } from '../../stores/stores.js'
import type { Places } from '../send/places.js'

/** What the admin functions work with. */
export interface AdminContext {
  readonly stores: Stores
  readonly authenticator: Authenticator
  readonly resolver: ModelResolver
  readonly catalog: ModelCatalog
  readonly places: Places
  /** Secret of the keyed hash of API keys. */
  readonly keySecret: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly createId: (prefix: string) => string
  /** Cryptographically random bytes. */
  readonly randomBytes: (length: number) => Uint8Array
}

/**
 * Runs the work of one admin function when the stores are ready. Rejects with the `GatewayError` of the work itself;
 * whatever else a store throws becomes `db_error`, its words stay in the cause.
 */
export type RunAdmin = <T>(work: (context: AdminContext) => T | Promise<T>) => Promise<T>

/** Makes {@link RunAdmin}; `open` gives the context, and builds it when nobody has before. */
export function createAdminRunner(open: () => Promise<AdminContext>): RunAdmin {
  return async (work) => {
    try {
      return await work(await open())
    } catch (cause) {
      if (GatewayError.isInstance(cause)) throw cause
      throw new GatewayError('db_error', 'The store could not be reached. Try again later.', { cause })
    }
  }
}

/** Who changes something: a person or a program, as the books shall name them. */
export interface Acted {
  readonly actor: string
}

/** Who changes an account or a key. */
export interface ChangedBy extends Acted {
  /** True for somebody of the account itself: the audit remembers it in `details`. Default: who runs the gateway. */
  readonly byOwner?: boolean | undefined
}

/** What a change writes into the audit, beside its time. */
export type AuditNote = Omit<AuditDraft, 'time'> & Pick<ChangedBy, 'byOwner'>

/** The audit entry of a change that happens now. */
export function draftAudit({ now }: AdminContext, { byOwner, ...note }: AuditNote): AuditDraft {
  const details = byOwner === true ? { ...note.details, byOwner } : note.details
  return { time: now(), ...note, details }
}
