import { asCount } from '../../../canonical/narrow.js'
import type { UpstreamCounting } from '../../protocol.js'
import { encodePath, modelPath } from './model-path.js'

/** `countTokens`. Only its `generateContentRequest` form takes instructions and tools. */
export const counting: UpstreamCounting = {
  endpoint: (model) => `/v1beta/${encodePath(model)}:countTokens`,
  encodeQuestion: (request, model) => ({ generateContentRequest: { model: modelPath(model), ...request } }),
  readCount: (answer) => asCount(answer['totalTokens']),
}
