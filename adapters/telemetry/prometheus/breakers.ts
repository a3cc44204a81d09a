import { Gauge } from 'prom-client'
import type { UpstreamHealth } from '../../../src/index.js'
import { describe, type Naming } from './naming.js'

const STATES: Readonly<Record<UpstreamHealth['state'], number>> = { closed: 0, 'half-open': 1, open: 2 }

/** A gauge that is filled when somebody reads: at most `most` places, those that are broken first, then the busiest. */
export function createBreakerGauge(
  naming: Naming,
  read: () => Promise<readonly UpstreamHealth[]>,
  most: number,
): void {
  const gauge: Gauge<'route'> = new Gauge({
    ...describe(naming, 'upstream_breaker_state', {
      help: 'Circuit breaker of a place: 0 closed, 1 half-open, 2 open.',
      labels: ['route'],
    }),
    async collect() {
      const places = await read().catch(() => [])
      const shown = places.toSorted(
        (one, other) => STATES[other.state] - STATES[one.state] || other.calls - one.calls,
      )
      gauge.reset()
      for (const { route, state } of shown.slice(0, most)) gauge.set({ route }, STATES[state])
    },
  })
}
