import type { Target } from '../../canonical/target.js'
import { GatewayError } from '../../errors.js'
import type { Identity } from '../../keys/key-store.js'
import type { ModelCandidate, ModelEntry } from '../../models/route.js'
import type { Protocol, ProtocolId } from '../../protocols/protocol.js'
import type { KeyRing } from '../../routing/key-ring.js'
import type { Place } from '../../routing/order.js'
import type { Core } from '../core.js'
import type { Connection, Upstream } from '../config/upstreams.js'
import type { Places } from './places.js'

/** Where a request goes: the model of the catalogue, and one place that serves it. */
export interface Leg extends Place {
  readonly model: ModelEntry
  readonly upstream: Upstream
  readonly connection: Connection
  readonly protocol: Protocol
  readonly target: Target
  /** `upstream name:vendor model id`, for records. */
  readonly name: string
  /** Null: the upstream has one key at most. */
  readonly keys: KeyRing | null
  /** Of `keys`: the one that `connection` uses. */
  readonly keyIndex: number
  /** The connection with the first key. */
  readonly home: Connection
}

/** Finds the legs of a model for a client of a protocol, in the order of its candidates; none when nothing serves it. */
export interface LegFinder {
  find(model: ModelEntry, client: ProtocolId): readonly Leg[]
}

/** Legs are worked out once a model: traits and dialects are tables of patterns. */
export function createLegFinder(upstreams: ReadonlyMap<string, Upstream>, places: Places): LegFinder {
  const known = new WeakMap<ModelEntry, Map<ProtocolId, readonly Leg[]>>()
  return {
    find(model, client) {
      let legs = known.get(model)
      if (legs === undefined) known.set(model, (legs = new Map()))
      let found = legs.get(client)
      if (found === undefined) legs.set(client, (found = findLegs(upstreams, places, { model, client })))
      return found
    },
  }
}

/** What headers and URLs can carry: a wildcard's id holds whatever the client wrote. */
const SERVABLE = /^(?!(?:.*\/)?\.{1,2}(?:\/|$))[\x21-\x7e]{1,256}$/
const QUOTED_LENGTH = 256

/** Finds the model that the client means and the first candidate that serves it. Throws `model_not_found`. */
export function resolveLeg(core: Core, identity: Identity, requested: string, client: ProtocolId): Leg {
  const [first] = findServing(core, identity, requested, client)
  if (first === undefined) throw modelNotFound(requested)
  return first
}

/** The same with every candidate that serves it; none where {@link resolveLeg} throws. */
export function findServing(
  core: Core,
  identity: Identity,
  requested: string,
  client: ProtocolId,
): readonly Leg[] {
  const route = core.resolver.resolve(requested, identity.account.aliases)
  if (route === null || route.model.price === null || !isAllowed(identity, route.model.id)) return NONE
  return SERVABLE.test(route.model.id) ? core.legs.find(route.model, client) : NONE
}

const NONE: readonly Leg[] = []

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

/** The same leg with another key of its upstream. */
export function withKey(leg: Leg, keyIndex: number): Leg {
  if (keyIndex === leg.keyIndex) return leg
  const connections = [leg.home, ...leg.home.others]
  return { ...leg, keyIndex, connection: connections[keyIndex] ?? leg.home }
}

function findLegs(
  upstreams: ReadonlyMap<string, Upstream>,
  places: Places,
  { model, client }: { readonly model: ModelEntry; readonly client: ProtocolId },
): readonly Leg[] {
  return model.candidates.flatMap((candidate) => {
    const upstream = upstreams.get(candidate.upstream)
    const connection = upstream && findConnection(upstream, candidate, client)
    if (upstream === undefined || connection === undefined) return []
    const name = `${upstream.name}:${candidate.model}`
    return {
      model,
      upstream,
      connection,
      home: connection,
      protocol: connection.protocol,
      target: upstream.target(connection, candidate.model, model),
      name,
      weight: candidate.weight ?? 1,
      health: places.healthOf(name),
      keys: places.keysOf(upstream),
      keyIndex: 0,
    }
  })
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
