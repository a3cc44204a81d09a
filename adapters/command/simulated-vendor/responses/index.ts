import { openaiCommon } from '../openai-common.js'
import type { VendorProtocol } from '../protocol.js'
import { renderBody } from './body.js'
import { renderEvents, renderProblemEvent } from './events.js'
import { readQuestion } from './question.js'

/** OpenAI Responses, without a store. */
export const responses: VendorProtocol = {
  ...openaiCommon,
  readQuestion,
  renderBody,
  renderEvents,
  renderProblemEvent,
}
