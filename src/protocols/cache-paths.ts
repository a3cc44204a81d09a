import type { CacheRequest } from '../canonical/request.js'
import { fieldPath } from './protocol.js'

/** Paths of the client's wishes for the prompt cache, of which a vendor takes none: the key has a field of its own. */
export function cachePaths({
  key,
  mode,
  life,
}: Pick<CacheRequest, 'key' | 'mode' | 'life'>): readonly string[] {
  return [
    ...(key === undefined ? [] : [fieldPath('session')]),
    ...(mode === undefined && life === undefined ? [] : [fieldPath('cache')]),
  ]
}
