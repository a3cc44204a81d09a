import type { JsonObject } from '../../../../src/index.js'
import type { VendorProblem } from '../problem.js'

const STATUSES: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

/** Writes an error body, which is a chunk too. */
export function renderProblem(problem: VendorProblem): JsonObject {
  const { status: code, message } = problem
  const status = STATUSES[code] ?? (code < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL')
  return { error: { code, message, status, ...renderDetails(problem) } }
}

function renderDetails({ status, code }: VendorProblem): JsonObject {
  const type = 'type.googleapis.com/google.rpc'
  if (status === 429) return { details: [{ '@type': `${type}.RetryInfo`, retryDelay: '1s' }] }
  if (code === undefined || code !== code.toUpperCase()) return {}
  return { details: [{ '@type': `${type}.ErrorInfo`, reason: code, domain: 'googleapis.com' }] }
}
