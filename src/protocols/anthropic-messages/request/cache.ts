import { cachePaths } from '../../cache-paths.js'
import type { JsonObject } from '../../../canonical/json.js'
import { markerOf, type Scope } from './scope.js'

const MOST_MARKERS = 4

/**
 * The top-level marker, and order among the others: the vendor takes four in all, long-lived ones first. The last
 * markers cover the longest prefixes, so the first ones go.
 */
export function encodeCache({ request, marked, warn }: Scope): JsonObject {
  const { automatic, key, mode, life } = request.cache ?? {}
  const excess = marked.length - (automatic === undefined ? MOST_MARKERS : MOST_MARKERS - 1)
  for (const { draft, path } of marked.splice(0, Math.max(0, excess))) {
    delete draft.cache_control
    warn('dropped', `${path}.cache_control`, 'The vendor takes four cache markers; the last four are kept.')
  }
  let short = false
  for (const { draft, path } of marked) {
    const isLong = (draft.cache_control as { ttl?: string } | undefined)?.ttl !== undefined
    if (isLong && short) {
      draft.cache_control = markerOf({ life: 'short' })
      warn('clamped', `${path}.cache_control`, 'A long-lived marker cannot stand after a short-lived one.')
    }
    short ||= !isLong
  }
  for (const path of cachePaths({ key, mode, life })) {
    warn('dropped', path, 'The vendor has no cache key, mode or retention; it caches at markers.')
  }
  return automatic === undefined ? {} : { cache_control: markerOf(automatic) }
}
