import { GatewayError } from '../../errors.js'
import type { Call } from '../call.js'
import type { Core, Settings } from '../core.js'

/** A step of a store that a call cannot begin without, and how it failed. */
export interface StoreFailure {
  readonly store: keyof Settings['storeFailure']
  readonly operation: string
  readonly cause: unknown
}

/** Reports it; throws `db_error` where the configuration lets no call pass without the store. */
export function passStoreFailure(core: Core, { requestId }: Call, failure: StoreFailure): void {
  const passed = core.settings.storeFailure[failure.store] === 'open'
  core.hooks.storeFailure({ requestId, ...failure, passed, lost: null })
  if (!passed) throw storeFailed(failure.cause)
}

/** The 500 of a store that is needed before a call; its words stay inside. */
function storeFailed(cause: unknown): GatewayError {
  const message = 'The limits or the balance could not be checked. Try again later.'
  return new GatewayError('db_error', message, { cause })
}
