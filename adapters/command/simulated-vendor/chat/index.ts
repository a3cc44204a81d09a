import { formatData } from '../events.js'
import { openaiCommon, renderError } from '../openai-common.js'
import type { VendorProtocol } from '../protocol.js'
import { renderBody } from './body.js'
import { renderEvents } from './events.js'
import { readQuestion } from './question.js'

/** OpenAI Chat Completions. Reasoning goes the way of its dialects, in `reasoning_content`. */
export const chat: VendorProtocol = {
  ...openaiCommon,
  readQuestion,
  renderBody,
  renderEvents,
  renderProblemEvent: (problem) => formatData({ error: renderError(problem) }),
}
