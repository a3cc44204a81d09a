import type { JsonObject } from '../../../../src/index.js'
import { formatNamed } from '../events.js'
import { readBearer } from '../openai-common.js'
import type { VendorProtocol } from '../protocol.js'
import { renderBody } from './body.js'
import { renderEvents } from './events.js'
import { renderProblem } from './problem.js'
import { readQuestion } from './question.js'

/** Anthropic Messages, both versions. */
export const messages: VendorProtocol = {
  badKey: { status: 401, code: 'authentication_error' },
  readKey: (headers) => headers['x-api-key'] ?? readBearer(headers.authorization),
  readQuestion,
  renderBody,
  renderEvents,
  renderProblem,
  renderProblemEvent: (problem, answer) => formatNamed(renderProblem(problem, answer.id)),
  renderCount: (tokens) => ({ input_tokens: tokens }),
  renderModel,
  renderModels: (ids) => ({
    data: ids.map(renderModel),
    has_more: false,
    first_id: ids[0] ?? null,
    last_id: ids.at(-1) ?? null,
  }),
  renderHeaders: (requestId, status) => ({
    ...(status === 429 ? { 'retry-after': '1' } : {}),
    'request-id': `req_${requestId}`,
    'anthropic-organization-id': 'simulated',
    'anthropic-ratelimit-requests-limit': '10000',
    'anthropic-ratelimit-requests-remaining': '9999',
    'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:00Z',
  }),
}

function renderModel(id: string): JsonObject {
  return { id, type: 'model', display_name: id, created_at: '2026-01-01T00:00:00Z' }
}
