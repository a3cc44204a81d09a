import type { MaybePromise } from '../canonical/maybe-promise.js'

/**
 * Values that live for a while, by key: answers kept for idempotency, responses kept for a conversation. Keys name
 * their account, values are JSON text. What has expired is as if it had never been there.
 */
export interface StateStore {
  get(key: string): MaybePromise<string | null>
  /** Sets a key that is absent; false when it is there. One atomic step. `expiresAt`: milliseconds since the epoch. */
  create(key: string, value: string, expiresAt: number): MaybePromise<boolean>
  /** Sets a key, whatever it was. */
  put(key: string, value: string, expiresAt: number): MaybePromise<void>
  /** False when there was none. */
  delete(key: string): MaybePromise<boolean>
  /** Forgets what has expired; returns how many. Safe to run anywhere, any time. */
  sweep(now: number): MaybePromise<number>
}
