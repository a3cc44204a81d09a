import type { UpstreamError } from '../../canonical/upstream-error.js'
import { reactionTo } from '../../routing/reaction.js'
import type { Call } from '../call.js'
import type { Core } from '../core.js'
import type { Leg } from './resolve.js'

/** How long a place is left alone that limits us and does not say for how long, in milliseconds. */
const LIMIT_REST_MS = 5000
/** A key that was refused: somebody has to do something about it. */
const KEY_REST_MS = 60_000
/** Whatever a vendor says, it is looked at again after an hour. */
const LONGEST_REST_MS = 3_600_000

/** Notes at a place, or at the key that was used there, what an error says of it. */
export function blame({ health, keys, keyIndex }: Leg, error: UpstreamError, now: number): void {
  switch (reactionTo(error.kind).blame) {
    case 'none':
      return health.pass(now)
    case 'fault':
      return health.fault(now)
    case 'limit': {
      const until = now + Math.min(error.retryAfterMs ?? LIMIT_REST_MS, LONGEST_REST_MS)
      if (keys === null) return health.limit(until, now)
      keys.rest(keyIndex, until)
      return health.limit(keys.restsUntil(now), now)
    }
    case 'key': {
      const until = now + KEY_REST_MS
      health.pass(now)
      if (keys === null) return health.rest(until)
      keys.rest(keyIndex, until)
      return health.rest(keys.restsUntil(now))
    }
  }
}

/** Where a try went, and when, in milliseconds since the epoch. */
export interface Try {
  readonly leg: Leg
  readonly triedAt: number
}

/** The first byte of an answer has come: the place is there, and so fast; the conversation stays with it. */
export function noteFirstByte(core: Core, call: Call, { leg, triedAt }: Try): void {
  const now = core.now()
  leg.health.firstByte(now - triedAt, now)
  call.attempts?.keep(now)
}
