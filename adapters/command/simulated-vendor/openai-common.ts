import type { JsonObject, JsonValue } from '../../../src/index.js'
import type { VendorProblem } from './problem.js'
import type { VendorProtocol } from './protocol.js'
import { splitTokens } from './tokens.js'

interface ErrorRow {
  readonly type: string
  readonly code: string | null
}

const INVALID: ErrorRow = { type: 'invalid_request_error', code: null }
const BROKEN: ErrorRow = { type: 'server_error', code: null }

const ERRORS: Readonly<Record<number, ErrorRow>> = {
  401: { type: 'invalid_request_error', code: 'invalid_api_key' },
  404: { type: 'invalid_request_error', code: 'model_not_found' },
  429: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  500: { type: 'server_error', code: 'server_error' },
  503: { type: 'service_unavailable_error', code: 'server_is_overloaded' },
  529: { type: 'service_unavailable_error', code: 'server_is_overloaded' },
}

/** The inner object of an OpenAI error body; the status decides type and code. */
export function renderError(problem: VendorProblem): JsonObject & { readonly code: string | null } {
  const row = ERRORS[problem.status] ?? (problem.status < 500 ? INVALID : BROKEN)
  return {
    message: problem.message,
    type: row.type,
    param: problem.param ?? null,
    code: problem.code ?? row.code,
  }
}

/** The log-probabilities of a text: by fixed rules nothing else could have been said. `top`: how many others are asked for. */
export function listLogprobs(text: string, top: JsonValue | undefined): readonly JsonObject[] {
  return splitTokens(text).map((token) => {
    const sure = { token, logprob: 0, bytes: [...Buffer.from(token)] }
    return { ...sure, top_logprobs: typeof top === 'number' && top > 0 ? [sure] : [] }
  })
}

/** Token from `Authorization: Bearer`. */
export function readBearer(authorization: string | undefined): string | undefined {
  return /^Bearer (.+)$/i.exec(authorization ?? '')?.[1]
}

function renderModel(id: string): JsonObject {
  return { id, object: 'model', created: 1_767_225_600, owned_by: 'simulated' }
}

/** What Chat Completions and Responses do in the same way. */
export const openaiCommon: Pick<
  VendorProtocol,
  'badKey' | 'readKey' | 'renderCount' | 'renderHeaders' | 'renderModel' | 'renderModels' | 'renderProblem'
> = {
  badKey: { status: 401, code: 'invalid_api_key' },
  readKey: (headers) => readBearer(headers.authorization),
  renderProblem: (problem) => ({ error: renderError(problem) }),
  renderCount: (tokens) => ({ object: 'response.input_tokens', input_tokens: tokens }),
  renderModel,
  renderModels: (ids) => ({ object: 'list', data: ids.map(renderModel) }),
  renderHeaders: (requestId, status) => ({
    ...(status === 429 ? { 'retry-after': '1' } : {}),
    'x-request-id': `req_${requestId}`,
    'openai-organization': 'simulated',
    'openai-version': '2020-10-01',
    'openai-processing-ms': '1',
    'x-ratelimit-limit-requests': '10000',
    'x-ratelimit-remaining-requests': '9999',
    'x-ratelimit-reset-requests': '6ms',
  }),
}
