/** A value or a promise of it: an embedded store answers at once, a remote one later. */
export type MaybePromise<T> = T | Promise<T>
