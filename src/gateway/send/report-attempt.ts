import type { Call } from '../call.js'
import type { Core } from '../core.js'
import type { PlaceFacts } from '../hooks.js'
import type { FailedAttempt } from './attempts.js'
import type { Leg } from './resolve.js'
import type { Refused } from './send.js'

/** Tells the observer of attempts that a vendor is about to be called; its headers for the vendor, or null. */
export function reportAttempt(
  { hooks, now }: Core,
  { requestId }: Call,
  leg: Leg,
): Readonly<Record<string, string>> | null {
  if (hooks.attempt === null) return null
  return hooks.attempt({ requestId, model: leg.model.id, time: now(), ...placeFacts(leg) })
}

/** Tells the observer that the last attempt has failed, and nothing of it has reached the client. */
export function reportAttemptFailure(
  { hooks, now }: Core,
  { requestId }: Call,
  { leg, error, upstreamError }: FailedAttempt & { readonly leg: Leg },
): void {
  if (hooks.attemptFailure === null) return
  const { status = null } = upstreamError
  hooks.attemptFailure({ requestId, time: now(), status, error, ...placeFacts(leg) })
}

/** Tells the operator what the client is told, and what the vendor said, without what could be a secret. */
export function reportRefusal(
  { hooks, redact }: Core,
  { requestId }: Call,
  { error, upstreamError, fault }: Pick<Refused, 'error' | 'upstreamError' | 'fault'>,
): void {
  const said = { ...upstreamError, message: redact(upstreamError.message) }
  hooks.error({ requestId, error, cause: fault === undefined ? said : { ...said, cause: fault } })
}

/** What observers are told of a leg. */
export function placeFacts({ name, upstream, connection, target, model }: Leg): PlaceFacts {
  return {
    route: name,
    upstream: upstream.name,
    vendor: upstream.vendor,
    vendorModel: target.model,
    isListed: model.isOfWildcard !== true,
    server: connection.server,
  }
}
