import { type JsonObject, pickFields } from '../../../canonical/json.js'
import { asCount } from '../../../canonical/narrow.js'
import type { ClientCounting, UpstreamCounting } from '../../protocol.js'

const INPUT_FIELDS = ['instructions', 'input', 'tools', 'text']

/** What `input_tokens` takes of a request. */
const QUESTION_FIELDS = [
  ...INPUT_FIELDS,
  'model',
  'conversation',
  'previous_response_id',
  'parallel_tool_calls',
  'personality',
  'reasoning',
  'tool_choice',
  'truncation',
]

/** `POST /v1/responses/input_tokens`, as clients know it: a question may be of instructions and tools alone. */
export const counting: ClientCounting = {
  inputFields: INPUT_FIELDS,
  toRequest: (body) => ({ ...body, input: isEmpty(body['input']) ? '' : body['input'], store: false }),
  encodeCount: (inputTokens) => ({ object: 'response.input_tokens', input_tokens: inputTokens }),
}

/** The same, as the vendor has it. */
export const upstreamCounting: UpstreamCounting = {
  endpoint: () => '/responses/input_tokens',
  encodeQuestion: (request) => pickFields(request, QUESTION_FIELDS),
  readCount: (answer) => asCount(answer['input_tokens']),
}

function isEmpty(input: JsonObject[string] | undefined): boolean {
  return input === undefined || input === null || (Array.isArray(input) && input.length === 0)
}
