/** How much goes into one transaction, and how much may wait for the next ones. */
export const BATCH: { readonly maxBatch: number; readonly maxWaiting: number } = {
  maxBatch: 200,
  maxWaiting: 10_000,
}

/** A store that gathers operations. */
export interface Drainable {
  /** Resolves when all that was asked for has been answered. */
  drain(): Promise<void>
}
