import type { ClientCall } from './clients.js'
import type { Sample } from './gateway.js'
import type { Remains } from './remains.js'
import type { VendorCall } from './vendor.js'

/** All that was seen of a run. */
export interface Observed {
  readonly seed: number
  readonly clientCalls: readonly ClientCall[]
  readonly vendorCalls: readonly VendorCall[]
  readonly remains: Remains
  /** Taken under load. */
  readonly samples: readonly Sample[]
  /** Taken while no client had a call under way. */
  readonly quiet: readonly Sample[]
  /** Longest time in milliseconds that a process kept anybody waiting, and how much is too long. */
  readonly longestDelayMs: number
  readonly maxDelayMs: number
  /** What the processes had to complain of, each with its name. */
  readonly complaints: readonly string[]
  /** Exit codes by process; null = it did not end by itself. */
  readonly exitCodes: Readonly<Record<string, number | null>>
  /** What a gateway's heap may keep of each request, in the second half of the run; null = the run is too short to say. */
  readonly maxBytesPerRequest: number | null
  /** Every fault must have struck. */
  readonly isThorough: boolean
}

/** What was wrong, in sentences, and figures for people. */
export interface Verdict {
  readonly violations: readonly string[]
  readonly figures: readonly (readonly [name: string, value: number | string])[]
}

/** Counts by a name, in the order of the names, as figures. */
export function tally(what: string, names: readonly string[]): Verdict['figures'] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, count]) => [`${what}: ${name}`, count])
}

/** Groups by a name. */
export function groupBy<T>(
  list: readonly T[],
  nameOf: (item: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const item of list) {
    const group = groups.get(nameOf(item))
    if (group === undefined) groups.set(nameOf(item), [item])
    else group.push(item)
  }
  return groups
}
