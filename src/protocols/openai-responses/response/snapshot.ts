import { isJsonObject, type JsonObject, type JsonValue, lookUp } from '../../../canonical/json.js'
import { asArray, asObject, asText } from '../../../canonical/narrow.js'
import type { Usage } from '../../../canonical/usage.js'
import type { EncodeContext } from '../../protocol.js'
import { SERVICE_TIERS } from '../vocabulary.js'
import { writeUsage } from '../wire/usage.js'

/** What changes from one snapshot of a response to the next. */
export interface SnapshotState {
  readonly id: string
  readonly created: number
  readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed'
  readonly output: readonly JsonObject[]
  readonly usage: Usage | null
  readonly serviceTier?: string | undefined
  readonly error?: { readonly code: string; readonly message: string } | undefined
  readonly incompleteReason?: string | undefined
}

/** Request fields that a response repeats, and what stands there, or in them, when the client did not give it. */
const ECHOED: readonly (readonly [field: string, absent: JsonValue])[] = [
  ['frequency_penalty', 0],
  ['instructions', null],
  ['max_output_tokens', null],
  ['max_tool_calls', null],
  ['metadata', {}],
  ['parallel_tool_calls', true],
  ['presence_penalty', 0],
  ['prompt_cache_key', null],
  ['reasoning', { effort: null, summary: null }],
  ['safety_identifier', null],
  ['temperature', 1],
  ['text', { format: { type: 'text' } }],
  ['tool_choice', 'auto'],
  ['top_logprobs', 0],
  ['top_p', 1],
  ['truncation', 'disabled'],
  ['user', null],
]

/** The part of a response that only repeats the request, or says that nothing is stored. */
export function echoRequest({ body }: Pick<EncodeContext, 'body'>): JsonObject {
  const echoed: Record<string, JsonValue> = {
    access_programs: null,
    background: false,
    previous_response_id: null,
    store: false,
  }
  for (const [field, absent] of ECHOED) echoed[field] = complete(body[field] ?? absent, absent)
  echoed['tools'] = asArray(body['tools']).map(completeTool)
  return echoed
}

function complete(given: JsonValue, absent: JsonValue): JsonValue {
  return isJsonObject(given) && isJsonObject(absent) ? { ...absent, ...given } : given
}

/** A function says all of itself, also what the client left out. */
function completeTool(tool: JsonValue): JsonValue {
  if (asObject(tool)?.['type'] !== 'function') return tool
  return complete(tool, { description: null, parameters: null, strict: null })
}

/** The part of a response that is its own. */
export function describeResponse(state: SnapshotState, { model, body }: EncodeContext): JsonObject {
  const { id, created, status, usage, error, incompleteReason } = state
  return {
    id,
    object: 'response',
    created_at: created,
    // Nobody here has a clock.
    completed_at: null,
    status,
    error: error === undefined ? null : { ...error },
    incomplete_details: incompleteReason === undefined ? null : { reason: incompleteReason },
    model,
    output: state.output,
    service_tier: lookUp(SERVICE_TIERS, state.serviceTier) ?? asText(body.service_tier) ?? 'default',
    usage: usage === null ? null : writeUsage(usage),
  }
}
