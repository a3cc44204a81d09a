import type { CacheMarker } from '../../../canonical/content.js'
import type { JsonValue } from '../../../canonical/json.js'
import type { CanonicalRequest } from '../../../canonical/request.js'
import type { Target } from '../../../canonical/target.js'
import { GatewayError } from '../../../errors.js'
import { PROTOCOL } from '../wire/index.js'
import type { Warn } from '../wire/warn.js'
import type { Restored } from './restore.js'

/** A wire object while it is being built. */
export type Draft = Record<string, JsonValue | undefined>

/** A block or tool that carries a cache marker, in the order in which the vendor sees them. */
interface MarkedBlock {
  readonly draft: Draft
  readonly path: string
}

/** Everything that the parts of one encoding share. */
export interface Scope {
  readonly request: CanonicalRequest
  readonly target: Target
  readonly warn: Warn
  /** What the client's own wire held; null when it spoke another protocol. */
  readonly restored: Restored | null
  readonly marked: MarkedBlock[]
}

/** The refusal of something that this vendor cannot be told and that must not be left out. */
export function refuse(path: string, { target }: Scope): GatewayError {
  return new GatewayError('unsupported_parameter', `${path}: not supported by ${PROTOCOL}/${target.model}`, {
    param: path,
  })
}

/** Sets the marker on a block and remembers it, so that the number of markers can be limited. */
export function mark(
  draft: Draft,
  item: { readonly cache?: CacheMarker | undefined; readonly path?: string | undefined },
  { marked }: Scope,
): Draft {
  if (item.cache === undefined) return draft
  draft.cache_control = markerOf(item.cache)
  marked.push({ draft, path: item.path ?? 'messages' })
  return draft
}

/** The wire form of a cache marker. */
export function markerOf(marker: CacheMarker): { type: string; ttl?: string } {
  return marker.life === 'long' ? { type: 'ephemeral', ttl: '1h' } : { type: 'ephemeral' }
}
