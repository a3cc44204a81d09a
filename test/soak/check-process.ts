import { slopeOf } from './fit.js'
import type { Observed, Verdict } from './observed.js'

/** Sockets that a gateway may have open per session at most: one of the client, one to each place. */
const SOCKETS_PER_SESSION = 9

/** What the process of the gateway kept: memory, sockets, calls under way; and what it left behind. */
export function checkProcess(observed: Observed): Verdict {
  const { remains, samples, quiet, complaints, exitCodes, longestDelayMs, maxDelayMs } = observed
  const isLate = longestDelayMs > maxDelayMs
  const stuck = quiet.filter(({ inFlight }) => inFlight > 0)
  const held = quiet.filter(({ heldMicro }) => heldMicro > 0)
  const violations = [
    ...(isLate
      ? [`a process kept others waiting for ${Math.round(longestDelayMs)} ms: the machine is too busy`]
      : []),
    ...complaints,
    ...remains.errors,
    ...checkHeap(observed),
    ...stuck.map(({ inFlight }) => `${inFlight} requests were under way when no client waited for one`),
    ...held.map(({ heldMicro }) => `${heldMicro} micro-USD were held when no call was under way`),
    ...remains.leftovers.map((name) => `a ${name} is left when everything is closed`),
    ...Object.entries(exitCodes)
      .filter(([, code]) => code !== 0)
      .map(
        ([name, code]) => `the process of ${name} ended with ${code ?? 'a signal: something kept it alive'}`,
      ),
    ...(samples.length === 0 || quiet.length === 0 ? ['nothing was sampled'] : []),
  ]
  const most = (list: readonly number[]): number => list.reduce((high, value) => Math.max(high, value), 0)
  return {
    violations: [...new Set(violations)],
    figures: [
      ['longest delay of a process, ms', Math.round(longestDelayMs)],
      ['CPU of the gateway per request, ms', cpuPerRequest(samples)],
      ['samples under load', samples.length],
      ['samples at rest', quiet.length],
      ['heap at rest, MB: first', megabytes(quiet[0]?.heapBytes)],
      ['heap at rest, MB: last', megabytes(quiet.at(-1)?.heapBytes)],
      ['heap under load, MB: most', megabytes(most(samples.map(({ heapBytes }) => heapBytes)))],
      ['buffers at rest, MB: last', megabytes(quiet.at(-1)?.externalBytes)],
      ['resident, MB: first', megabytes(samples[0]?.rssBytes)],
      ['resident, MB: last', megabytes(samples.at(-1)?.rssBytes)],
      ['bytes kept per request, second half', Math.round(keptPerRequest(observed))],
      ['sockets: most', most(samples.map(({ sockets }) => sockets))],
      ['requests under way: most', most(samples.map(({ inFlight }) => inFlight))],
    ],
  }
}

/** Slope of the heap and its buffers over requests, in the second half of what was sampled at rest. */
function keptPerRequest({ quiet }: Pick<Observed, 'quiet'>): number {
  const half = quiet.slice(Math.floor(quiet.length / 2))
  return slopeOf(
    half.map(({ requests, heapBytes, externalBytes }) => ({ x: requests, y: heapBytes + externalBytes })),
  )
}

function checkHeap(observed: Observed): readonly string[] {
  const { maxBytesPerRequest, quiet } = observed
  if (maxBytesPerRequest === null) return []
  const kept = keptPerRequest(observed)
  const few = quiet.length < 8 ? ['too few samples at rest to say anything of the heap'] : []
  if (kept <= maxBytesPerRequest) return few
  return [
    ...few,
    `the heap grows by ${Math.round(kept)} bytes per request, ${maxBytesPerRequest} are allowed`,
  ]
}

function cpuPerRequest(samples: Observed['samples']): number {
  const { cpuMs = 0, requests = 0 } = samples.at(-1) ?? {}
  return Math.round((cpuMs / Math.max(1, requests)) * 100) / 100
}

function megabytes(bytes = 0): number {
  return Math.round(bytes / 1e5) / 10
}

/** Sockets go with the sessions, not with the calls. */
export function checkSockets({ samples }: Pick<Observed, 'samples'>, sessions: number): Verdict {
  const limit = sessions * SOCKETS_PER_SESSION + 50
  const violations = samples
    .filter(({ sockets }) => sockets > limit)
    .map(({ sockets }) => `${sockets} sockets for ${sessions} sessions`)
  return { violations: violations.slice(0, 1), figures: [] }
}
