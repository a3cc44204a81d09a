import type { Target } from '../canonical/target.js'
import { GatewayError } from '../errors.js'
import type { Identity } from '../keys/key-store.js'
import type { ModelCandidate, ModelEntry } from '../models/route.js'
import type { Protocol, ProtocolId } from '../protocols/protocol.js'
import type { Core } from './core.js'
import type { Connection, Upstream } from './upstreams.js'

/** Where a request goes: the model of the catalogue, and one place that serves it. */
export interface Leg {
  readonly model: ModelEntry
  readonly upstream: Upstream
  readonly connection: Connection
  readonly protocol: Protocol
  readonly target: Target
  /** `upstream name:vendor model id`, for records. */
  readonly name: string
}

/** Finds the model that the client means and the first candidate that serves it. Throws `model_not_found`. */
export function resolveLeg(core: Core, identity: Identity, requested: string, client: ProtocolId): Leg {
  const route = core.resolver.resolve(requested, identity.account.aliases)
  if (route === null || route.model.price === null || !isAllowed(identity, route.model.id)) {
    throw modelNotFound(requested)
  }
  const leg = route.model.candidates
    .map((candidate) => toLeg(core, route.model, candidate, client))
    .find((found) => found !== null)
  if (leg === undefined || leg === null) throw modelNotFound(requested)
  return leg
}

/** The 404 of the API, for a model that is unknown, unpriced or not allowed to this key: the three look the same. */
export function modelNotFound(requested: string): GatewayError {
  return new GatewayError('model_not_found', `Model '${requested}' was not found or is unavailable.`, {
    param: 'model',
  })
}

/** `allowedModels` holds ids and `vendor/*` patterns; absent = all. */
export function isAllowed(identity: Identity, modelId: string): boolean {
  const allowed = identity.key.allowedModels
  if (allowed === undefined) return true
  return allowed.some((entry) =>
    entry.endsWith('/*') ? modelId.startsWith(entry.slice(0, -1)) : entry === modelId,
  )
}

function toLeg(core: Core, model: ModelEntry, candidate: ModelCandidate, client: ProtocolId): Leg | null {
  const upstream = core.upstreams.get(candidate.upstream)
  if (upstream === undefined) return null
  // Speaking the client's own protocol changes nothing on the way, so it comes before the vendor's preference.
  const connection = candidate.protocol
    ? upstream.connections.find(({ protocol }) => protocol.id === candidate.protocol)
    : (upstream.connections.find(({ protocol }) => protocol.id === client) ?? upstream.connections[0])
  if (connection === undefined) return null
  return {
    model,
    upstream,
    connection,
    protocol: connection.protocol,
    target: upstream.target(connection, candidate.model, model),
    name: `${upstream.name}:${candidate.model}`,
  }
}
