import type { JsonObject } from '../../../../src/index.js'
import type { VendorProtocol } from '../protocol.js'
import { renderBody } from './body.js'
import { formatChunk, renderEvents } from './events.js'
import { renderProblem } from './problem.js'
import { readQuestion } from './question.js'

/** Gemini generateContent. */
export const gemini: VendorProtocol = {
  badKey: { status: 400, code: 'API_KEY_INVALID' },
  readKey: (headers, query) => headers['x-goog-api-key'] ?? query.get('key') ?? undefined,
  readQuestion,
  renderBody,
  renderEvents,
  renderProblem,
  renderProblemEvent: (problem) => formatChunk(renderProblem(problem)),
  renderCount: (tokens) => ({
    totalTokens: tokens,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: tokens }],
  }),
  renderModel,
  renderModels: (ids) => ({ models: ids.map(renderModel) }),
  renderHeaders: () => ({ 'server-timing': 'gfet4t7; dur=1' }),
}

function renderModel(id: string): JsonObject {
  return {
    name: `models/${id}`,
    version: '1',
    displayName: id,
    description: 'Not a model: an answer by fixed rules.',
    inputTokenLimit: 1_000_000,
    outputTokenLimit: 100_000,
    supportedGenerationMethods: ['generateContent', 'countTokens'],
  }
}
