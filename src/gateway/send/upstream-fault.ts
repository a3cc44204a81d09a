import type { UpstreamError, UpstreamErrorKind } from '../../canonical/upstream-error.js'
import { UpstreamFault, type UpstreamFaultKind } from './transport.js'

const FAULTS: Readonly<Record<UpstreamFaultKind, UpstreamErrorKind>> = {
  connect: 'server',
  timeout: 'timeout',
  reset: 'truncated',
  // The client's own abort never gets here: what is left is the limit on the whole call.
  aborted: 'timeout',
  too_large: 'garbage',
}

/** A vendor's refusal where a source of bytes breaks off for it: of the rest of an answer that has begun. */
export class UpstreamRefusal extends Error {
  override readonly name = 'UpstreamRefusal'
  readonly error: UpstreamError

  constructor(error: UpstreamError) {
    super(`upstream ${error.kind}`)
    this.error = error
  }
}

/** A broken connection as an error of the vendor; its text says nothing about where the vendor is. */
export function faultToUpstreamError(fault: unknown): UpstreamError {
  if (fault instanceof UpstreamRefusal) return fault.error
  const kind = UpstreamFault.isInstance(fault) ? FAULTS[fault.kind] : 'server'
  return { kind, message: kind === 'server' ? 'The provider could not be reached.' : '' }
}
