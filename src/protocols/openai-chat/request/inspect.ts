import { isJsonObject, type JsonObject, type JsonValue } from '../../../canonical/json.js'
import { asObject, asText } from '../../../canonical/narrow.js'
import type { FieldEdits, RequestFacts, RoutedRequest } from '../../protocol.js'
import { createRequestChecks, isGiven } from '../../request-checks.js'
import { invalidMessage } from './decode/parts.js'

const checks = createRequestChecks()

/**
 * Checks the fields that the gateway itself reads and leaves every other one to the vendor.
 * Throws GatewayError naming the field; unknown fields are never refused.
 */
export function inspectRequest(body: JsonObject): RequestFacts {
  const model = checks.model(body)
  checkMessages(body['messages'])
  const stream = checks.flag(body, 'stream')
  const options = body['stream_options']
  if (isGiven(options) && !isJsonObject(options)) throw checks.invalid('stream_options', 'an object')
  return {
    model,
    stream,
    maxOutputTokens: limitOf(body),
    candidateCount: checks.count(body, 'n', 1) ?? 1,
    endUser: readString(body, 'safety_identifier') ?? readString(body, 'user'),
    session: readString(body, 'prompt_cache_key'),
    hideUsage: stream && asObject(options)?.['include_usage'] !== true,
  }
}

/** The fields to set for a vendor: its model, usage in the stream unless it comes unasked, the limit where it reads it. */
export function routeRequest(
  facts: RequestFacts,
  body: JsonObject,
  { target, maxOutputTokens }: RoutedRequest,
): FieldEdits {
  const fields: Record<string, JsonValue> = { model: target.model }
  if (facts.stream && facts.hideUsage && target.dialect?.streamUsage !== 'always') {
    const asked = body['stream_options']
    fields['stream_options'] = { ...(isJsonObject(asked) ? asked : {}), include_usage: true }
  }
  const field = target.dialect?.maxTokensField
  if (maxOutputTokens !== undefined) return { ...fields, [field ?? 'max_completion_tokens']: maxOutputTokens }
  return { ...fields, ...editLimit(body, field) }
}

type LimitField = 'max_completion_tokens' | 'max_tokens'

const OTHER_FIELD: Readonly<Record<LimitField, LimitField>> = {
  max_completion_tokens: 'max_tokens',
  max_tokens: 'max_completion_tokens',
}

/** The newer field is the one that counts. */
function limitOf(body: JsonObject): number | undefined {
  return checks.count(body, 'max_completion_tokens') ?? checks.count(body, 'max_tokens')
}

/**
 * The client's limit is what money is held for, so that the vendor has to read the same: in its own field alone, or,
 * where nobody knows which one that is, in both of those that the client has set.
 */
function editLimit(body: JsonObject, field: LimitField | undefined): FieldEdits {
  const limit = limitOf(body)
  if (limit === undefined) return {}
  if (field === undefined) {
    const differs = isGiven(body['max_tokens']) && body['max_tokens'] !== limit
    return differs ? { max_tokens: limit } : {}
  }
  const other = OTHER_FIELD[field]
  return {
    ...(body[field] === limit ? {} : { [field]: limit }),
    ...(body[other] === undefined ? {} : { [other]: undefined }),
  }
}

function checkMessages(messages: JsonValue | undefined): void {
  if (!Array.isArray(messages)) throw invalidMessage('messages', 'must be an array of messages')
  if (messages.length === 0) throw invalidMessage('messages', 'must hold at least one message')
  const odd = messages.findIndex((message) => !isJsonObject(message))
  if (odd >= 0) throw invalidMessage(`messages[${odd}]`, 'must be an object')
}

function readString(body: JsonObject, field: string): string | undefined {
  const value = body[field]
  if (isGiven(value) && typeof value !== 'string') throw checks.invalid(field, 'a string')
  return asText(value)
}
