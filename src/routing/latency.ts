/** A place's time to first byte: an exponentially weighted mean, recent calls counting most. */
export interface Latency {
  /** Milliseconds; null = never measured. */
  readonly meanMs: number | null
  /** Milliseconds since the epoch. */
  readonly measuredAt: number
}

export const UNMEASURED: Latency = { meanMs: null, measuredAt: 0 }

/** How much the latest call counts. */
const WEIGHT = 0.2
/** A measure older than this is worth nothing: the place gets a call to be measured again. */
const STALE_MS = 300_000

/** Adds a measure. */
export function afterMeasure({ meanMs }: Latency, latencyMs: number, now: number): Latency {
  const mean = meanMs === null ? latencyMs : meanMs + WEIGHT * (latencyMs - meanMs)
  return { meanMs: mean, measuredAt: now }
}

/** What a place is compared by, in milliseconds: 0 for one that has to be measured first. */
export function comparedMs({ meanMs, measuredAt }: Latency, now: number): number {
  return meanMs === null || now - measuredAt > STALE_MS ? 0 : meanMs
}
