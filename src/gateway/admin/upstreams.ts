import type { UpstreamHealth } from '../send/places.js'
import type { RunAdmin } from './context.js'

/** What this gateway's own calls have shown of its vendors. */
export interface UpstreamAdmin {
  /** Every candidate that has been called or looked at, in the order of their names; other processes know of their own. */
  health(): Promise<readonly UpstreamHealth[]>
}

/** The functions of {@link UpstreamAdmin}. */
export function createUpstreamAdmin(run: RunAdmin): UpstreamAdmin {
  return { health: () => run(({ places, now }) => places.list(now())) }
}
