import type { EndEvent } from '../../../src/index.js'

/** What a call failed by: an error code of the gateway, of which there are few; null for one that was answered. */
export function errorTypeOf({ errorCode, status }: EndEvent): string | null {
  return errorCode ?? (status === 'aborted' ? 'client_closed_request' : null)
}
