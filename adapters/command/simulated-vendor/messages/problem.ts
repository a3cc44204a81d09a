import type { JsonObject } from '../../../../src/index.js'
import type { VendorProblem } from '../problem.js'

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

/** Writes an error body, which is an error event too. */
export function renderProblem(
  problem: VendorProblem,
  requestId: string,
): JsonObject & { readonly type: string } {
  const type = TYPES[problem.status] ?? (problem.status < 500 ? 'invalid_request_error' : 'api_error')
  const { message, details } = problem
  const error = { type, message, ...(details === undefined ? {} : { details }) }
  return { type: 'error', error, request_id: `req_${requestId}` }
}
