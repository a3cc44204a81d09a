import { createRequestChecks, type RequestChecks } from '../../request-checks.js'

/** Checks of a request's fields, in the vendor's words. */
export const checks: RequestChecks = createRequestChecks({
  missing: (param) => `${param}: Field required`,
  invalid: (param, expected) => `${param}: Input should be ${expected}`,
})
