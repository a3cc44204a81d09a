import type { UpstreamErrorKind } from '../canonical/upstream-error.js'

/**
 * Where a request may be tried after an error.
 * - `stop`: nowhere, it is the request itself. - `next`: at other places only.
 * - `again`: at the same place while its retries last, then at the next one.
 * - `elsewhere`: at the next place, and at the same one only when there is no other.
 */
export type Retry = 'stop' | 'next' | 'again' | 'elsewhere'

/** What an error says about the place: nothing, that it is broken, or that it (or our key there) wants to be left alone. */
export type Blame = 'none' | 'fault' | 'limit' | 'key'

/** What follows from an error of a vendor. */
export interface Reaction {
  readonly retry: Retry
  readonly blame: Blame
}

const REACTIONS: Readonly<Record<UpstreamErrorKind, Reaction>> = {
  'bad-request': { retry: 'stop', blame: 'none' },
  'context-overflow': { retry: 'stop', blame: 'none' },
  'too-large': { retry: 'stop', blame: 'none' },
  unprocessable: { retry: 'stop', blame: 'none' },
  policy: { retry: 'stop', blame: 'none' },
  unfunded: { retry: 'stop', blame: 'none' },
  authentication: { retry: 'next', blame: 'key' },
  billing: { retry: 'next', blame: 'key' },
  permission: { retry: 'next', blame: 'key' },
  'not-found': { retry: 'next', blame: 'none' },
  'rate-limit': { retry: 'elsewhere', blame: 'limit' },
  timeout: { retry: 'elsewhere', blame: 'fault' },
  overloaded: { retry: 'again', blame: 'fault' },
  server: { retry: 'again', blame: 'fault' },
  truncated: { retry: 'again', blame: 'fault' },
  garbage: { retry: 'again', blame: 'fault' },
}

/** The row of the table for an error. */
export function reactionTo(kind: UpstreamErrorKind): Reaction {
  return REACTIONS[kind]
}
