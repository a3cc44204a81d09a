import { Counter } from 'prom-client'
import type { Hooks } from '../../../src/index.js'
import { describe, type Naming } from './naming.js'

/** Metrics of what goes wrong on the way: vendors, stores, losses of a translation, hooks. */
export function createTroubleMetrics(naming: Naming): Hooks {
  const attempts = new Counter(
    describe(naming, 'upstream_attempts_total', {
      help: 'Calls of vendors that were begun.',
      labels: ['upstream'],
    }),
  )
  const attemptFailures = new Counter(
    describe(naming, 'upstream_failures_total', {
      help: 'Calls of vendors that failed before anything had reached the client.',
      labels: ['upstream', 'error_code'],
    }),
  )
  const warnings = new Counter(
    describe(naming, 'warnings_total', { help: 'Losses of translations.', labels: ['code'] }),
  )
  const errors = new Counter(
    describe(naming, 'errors_total', {
      help: 'Errors of all endpoints, and of hooks.',
      labels: ['error_code'],
    }),
  )
  const storeFailures = new Counter(
    describe(naming, 'store_failures_total', {
      help: 'Steps of stores that failed; lost = what they should have done will not be done.',
      labels: ['store', 'operation', 'lost'],
    }),
  )
  // Bodies, not expressions: `inc` gives something back, and what `onAttempt` gives back are headers for the vendor.
  return {
    onAttempt({ upstream }) {
      attempts.inc({ upstream })
    },
    onAttemptFailure({ upstream, error }) {
      attemptFailures.inc({ upstream, error_code: error.code })
    },
    onError({ error }) {
      errors.inc({ error_code: error.code })
    },
    onStoreFailure({ store, operation, lost }) {
      storeFailures.inc({ store, operation, lost: String(lost !== null) })
    },
    onWarning(event) {
      for (const { code } of event.warnings) warnings.inc({ code })
    },
  }
}
