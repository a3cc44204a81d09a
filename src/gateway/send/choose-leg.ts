import { GatewayError } from '../../errors.js'
import type { Identity } from '../../keys/key-store.js'
import type { RequestFacts } from '../../protocols/protocol.js'
import { sessionOf } from '../../routing/session.js'
import type { Call } from '../call.js'
import type { ClientProtocol } from '../client-protocol.js'
import type { Core } from '../core.js'
import type { GatewayRequest } from '../http/http.js'
import type { ReadBody } from '../http/read-body.js'
import { openAttempts } from './attempts.js'
import type { Fallback } from './client-fallbacks.js'
import { findServing, type Leg, modelNotFound } from './resolve.js'

/** What the way of a request depends on. */
export interface LegRequest {
  readonly identity: Identity
  readonly client: ClientProtocol
  readonly facts: RequestFacts
  readonly request: GatewayRequest
  readonly body: ReadBody
  /** Models that the client names to go on with; null = none. */
  readonly fallbacks: readonly Fallback[] | null
}

/**
 * Where a request goes first. A call that has more than one place to go, or may go to it more than once, gets its
 * attempts. Throws `model_not_found`, and `model_unavailable` when every place is known to be broken.
 */
export function chooseLeg(core: Core, call: Call, request: LegRequest): Leg {
  const { identity, client, facts, fallbacks } = request
  const legs = servingLegs(core, request, facts.model)
  const [first] = legs
  if (first === undefined) throw refusalOf(core, request)
  if (legs.length === 1 && fallbacks === null && isPlain(core, first)) return first
  const { headers } = request.request
  const named = sessionOf({ body: request.body.json, headers, session: facts.session })
  const session = named === null ? null : `${identity.account.id}\n${client.protocol.id}\n${named}`
  const attempts = openAttempts(core, [legs, ...fallbackLegs(core, call, request)], session)
  const chosen = attempts.start(core.now())
  if (chosen === null) throw unavailable(core, legs)
  call.attempts = attempts
  return chosen
}

/** One place, one key, one try. */
function isPlain({ places }: Core, leg: Leg): boolean {
  return leg.keys === null && places.retries.attempts === 0 && !places.isGuarded
}

/** The legs of a model as the endpoint needs them; those that have no such endpoint are left out. */
function servingLegs(core: Core, { identity, client }: LegRequest, model: string): readonly Leg[] {
  const legs = findServing(core, identity, model, client.words)
  const { serve } = client
  if (serve === undefined) return legs
  return legs.flatMap((leg) => {
    try {
      return [serve(leg)]
    } catch {
      return []
    }
  })
}

/** Why nothing serves a request: the endpoint's own error where there is such a model, else that there is none. */
function refusalOf(core: Core, { identity, client, facts }: LegRequest): unknown {
  const [first] = findServing(core, identity, facts.model, client.words)
  try {
    if (first !== undefined) client.serve?.(first)
  } catch (refusal) {
    return refusal
  }
  return modelNotFound(facts.model)
}

function fallbackLegs(core: Core, call: Call, request: LegRequest): readonly (readonly Leg[])[] {
  return (request.fallbacks ?? []).map(({ model, path }) => {
    const legs = servingLegs(core, request, model)
    if (legs.length === 0) {
      const message = 'The model was not found or is unavailable, so it cannot be a fallback.'
      call.warnings.push({ code: 'dropped', path, message, semantic: false })
    }
    return legs
  })
}

function unavailable(core: Core, legs: readonly Leg[]): GatewayError {
  const nextAt = Math.min(...legs.map(({ health }) => health.nextProbeAt()))
  return new GatewayError('model_unavailable', 'The model is unavailable at the moment. Retry later.', {
    retryAfterMs: Math.max(0, nextAt - core.now()),
  })
}

/** Tells the record, the client and the hook where the request goes. Throws `request_refused` when the hook refuses. */
export async function takeRoute(core: Core, call: Call, leg: Leg): Promise<void> {
  call.model = leg.model.id
  call.route = leg.name
  call.leg = leg
  call.headers['x-crossmodel-model'] = leg.model.id
  await core.hooks.route({ requestId: call.requestId, model: leg.model.id, route: leg.name })
}
