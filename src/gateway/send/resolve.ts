import type { Target } from '../../canonical/target.js'
import { GatewayError } from '../../errors.js'
import type { Identity } from '../../keys/key-store.js'
import type { ModelCandidate, ModelEntry } from '../../models/route.js'
import type { Protocol, ProtocolId } from '../../protocols/protocol.js'
import type { Core } from '../core.js'
import type { Connection, Upstream } from '../config/upstreams.js'

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

/** Finds the leg of a model for a client of a protocol; null when no candidate can serve it. */
export interface LegFinder {
  find(model: ModelEntry, client: ProtocolId): Leg | null
}

/** Legs are worked out once a model: traits and dialects are tables of patterns. */
export function createLegFinder(upstreams: ReadonlyMap<string, Upstream>): LegFinder {
  const known = new WeakMap<ModelEntry, Map<ProtocolId, Leg | null>>()
  return {
    find(model, client) {
      let legs = known.get(model)
      if (legs === undefined) known.set(model, (legs = new Map()))
      let leg = legs.get(client)
      if (leg === undefined) legs.set(client, (leg = findLeg(upstreams, model, client)))
      return leg
    },
  }
}

/** What headers and URLs can carry: a wildcard's id holds whatever the client wrote. */
const SERVABLE = /^(?!(?:.*\/)?\.{1,2}(?:\/|$))[\x21-\x7e]{1,256}$/
const QUOTED_LENGTH = 256

/** Finds the model that the client means and the first candidate that serves it. Throws `model_not_found`. */
export function resolveLeg(core: Core, identity: Identity, requested: string, client: ProtocolId): Leg {
  const route = core.resolver.resolve(requested, identity.account.aliases)
  if (route === null || route.model.price === null || !isAllowed(identity, route.model.id)) {
    throw modelNotFound(requested)
  }
  if (!SERVABLE.test(route.model.id)) throw modelNotFound(requested)
  const leg = core.legs.find(route.model, client)
  if (leg === null) throw modelNotFound(requested)
  return leg
}

/** The 404 of the API, for a model that is unknown, unpriced or not allowed to this key: the three look the same. */
export function modelNotFound(requested: string): GatewayError {
  const quoted = requested.slice(0, QUOTED_LENGTH)
  return new GatewayError('model_not_found', `Model '${quoted}' was not found or is unavailable.`, {
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

function findLeg(
  upstreams: ReadonlyMap<string, Upstream>,
  model: ModelEntry,
  client: ProtocolId,
): Leg | null {
  for (const candidate of model.candidates) {
    const upstream = upstreams.get(candidate.upstream)
    const connection = upstream && findConnection(upstream, candidate, client)
    if (upstream === undefined || connection === undefined) continue
    return {
      model,
      upstream,
      connection,
      protocol: connection.protocol,
      target: upstream.target(connection, candidate.model, model),
      name: `${upstream.name}:${candidate.model}`,
    }
  }
  return null
}

/** Speaking the client's own protocol changes nothing on the way, so it comes before the vendor's preference. */
function findConnection(
  { connections }: Upstream,
  { protocol: pinned }: ModelCandidate,
  client: ProtocolId,
): Connection | undefined {
  if (pinned !== undefined) return connections.find(({ protocol }) => protocol.id === pinned)
  return connections.find(({ protocol }) => protocol.id === client) ?? connections[0]
}
