import { createAffinity, type Affinity } from '../../routing/affinity.js'
import type { RetryRule } from '../../routing/backoff.js'
import type { BreakerRule } from '../../routing/breaker.js'
import { createKeyRing, type KeyRing } from '../../routing/key-ring.js'
import { createPlaceHealth, type HealthSnapshot, type PlaceHealth } from '../../routing/place-health.js'
import { createRecentValues } from '../../routing/recent-values.js'
import type { GatewayConfigData } from '../config/config.js'
import type { Upstream } from '../config/upstreams.js'

/** What a gateway knows of the places that it calls, and how it goes from one to the next. */
export interface Places {
  readonly retries: RetryRule
  /** True: breakers are obeyed even where a model has one candidate only. */
  readonly isGuarded: boolean
  readonly affinity: Affinity
  /** `name`: `upstream name:vendor model id`. */
  healthOf(name: string): PlaceHealth
  /** Null for an upstream with one key or none. */
  keysOf(upstream: Upstream): KeyRing | null
  list(now: number): readonly UpstreamHealth[]
}

/** The health of one candidate. */
export interface UpstreamHealth extends HealthSnapshot {
  /** `upstream name:vendor model id` */
  readonly route: string
}

const RETRIES: RetryRule = { attempts: 0, baseMs: 500, maxMs: 8000 }
const BREAKER: BreakerRule = {
  consecutiveFaults: 5,
  faultRate: 0.5,
  minimumCalls: 20,
  windowMs: 60_000,
  openMs: 15_000,
}
/** Under a wildcard, models are words of the client. */
const MAX_PLACES = 10_000
const MAX_SESSIONS = 20_000

interface Seen {
  readonly route: string
  readonly health: PlaceHealth
}

/** The places of a gateway, none of which has been called. */
export function createPlaces({ retries, breaker }: GatewayConfigData): Places {
  const rule = { ...BREAKER, ...definedOf(breaker === false ? {} : breaker) }
  const seen = createRecentValues<Seen>(MAX_PLACES)
  const rings = new Map<Upstream, KeyRing | null>()
  return {
    retries: { ...RETRIES, ...definedOf(retries) },
    isGuarded: breaker !== undefined && breaker !== false,
    affinity: createAffinity(MAX_SESSIONS),
    healthOf(route) {
      const known = seen.get(route)
      if (known !== undefined) return known.health
      const health = createPlaceHealth(rule, breaker !== false)
      seen.set(route, { route, health })
      return health
    },
    keysOf(upstream) {
      const ring = rings.get(upstream)
      if (ring !== undefined) return ring
      const size = 1 + (upstream.connections[0]?.others.length ?? 0)
      const created = size === 1 ? null : createKeyRing(size)
      rings.set(upstream, created)
      return created
    },
    list: (now) =>
      seen
        .values()
        .map(({ route, health }) => ({ route, ...health.snapshot(now) }))
        .toSorted((one, other) => (one.route < other.route ? -1 : 1)),
  }
}

type Defined<T> = { readonly [field in keyof T]?: NonNullable<T[field]> }

/** Without fields that are there and undefined: they would hide a default. */
function definedOf<T extends object>(fields: T | undefined): Defined<T> {
  const entries = Object.entries(fields ?? {}).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Defined<T>
}
