import { createRequestChecks, type RequestChecks } from '../../request-checks.js'

/** Checks of a request's fields. */
export const checks: RequestChecks = createRequestChecks()
