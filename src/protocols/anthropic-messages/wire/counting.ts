import { pickFields } from '../../../canonical/json.js'
import { asCount } from '../../../canonical/narrow.js'
import type { ClientCounting, UpstreamCounting } from '../../protocol.js'

const INPUT_FIELDS = ['system', 'messages', 'tools', 'mcp_servers', 'output_config', 'output_format']

/** What `count_tokens` takes of a request; it refuses what only says how to answer. */
const QUESTION_FIELDS = [
  ...INPUT_FIELDS,
  'model',
  'tool_choice',
  'thinking',
  'cache_control',
  'context_management',
  'speed',
]

/** `POST /v1/messages/count_tokens`, as clients know it. */
export const counting: ClientCounting = {
  inputFields: INPUT_FIELDS,
  toRequest: (body) => body,
  encodeCount: (inputTokens) => ({ input_tokens: inputTokens }),
}

/** The same, as the vendor has it. */
export const upstreamCounting: UpstreamCounting = {
  endpoint: () => '/v1/messages/count_tokens',
  encodeQuestion: (request) => pickFields(request, QUESTION_FIELDS),
  readCount: (answer) => asCount(answer['input_tokens']),
}
