import { asText, type JsonObject, type JsonValue, lookUp } from '../../../canonical/json.js'
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

/** Request fields that a response repeats, and what stands there when the client did not give them. */
const ECHOED: readonly (readonly [field: string, absent: JsonValue])[] = [
  ['instructions', null],
  ['max_output_tokens', null],
  ['max_tool_calls', null],
  ['metadata', {}],
  ['parallel_tool_calls', true],
  ['prompt_cache_key', null],
  ['reasoning', null],
  ['safety_identifier', null],
  ['temperature', 1],
  ['text', { format: { type: 'text' } }],
  ['tool_choice', 'auto'],
  ['tools', []],
  ['top_logprobs', 0],
  ['top_p', 1],
  ['truncation', 'disabled'],
  ['user', null],
]

/** The part of a response that only repeats the request, or says that nothing is stored. */
export function echoRequest({ body }: Pick<EncodeContext, 'body'>): JsonObject {
  const echoed: Record<string, JsonValue> = { background: false, previous_response_id: null, store: false }
  for (const [field, absent] of ECHOED) echoed[field] = body[field] ?? absent
  return echoed
}

/** The part of a response that is its own. */
export function describeResponse(state: SnapshotState, { model, body }: EncodeContext): JsonObject {
  const { id, created, status, usage, error, incompleteReason } = state
  return {
    id,
    object: 'response',
    created_at: created,
    status,
    error: error === undefined ? null : { ...error },
    incomplete_details: incompleteReason === undefined ? null : { reason: incompleteReason },
    model,
    output: state.output,
    service_tier: lookUp(SERVICE_TIERS, state.serviceTier) ?? asText(body.service_tier) ?? 'default',
    usage: usage === null ? null : writeUsage(usage),
  }
}
