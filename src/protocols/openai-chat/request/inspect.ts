import { isJsonObject, type JsonObject, type JsonValue } from '../../../canonical/json.js'
import { asObject, asText } from '../../../canonical/narrow.js'
import type { RequestFacts, RoutedRequest } from '../../protocol.js'
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
  const max = checks.count(body, 'max_completion_tokens')
  return {
    model,
    stream,
    maxOutputTokens: max ?? checks.count(body, 'max_tokens'),
    candidateCount: checks.count(body, 'n', 1) ?? 1,
    endUser: readString(body, 'safety_identifier') ?? readString(body, 'user'),
    session: readString(body, 'prompt_cache_key'),
    hideUsage: stream && asObject(options)?.['include_usage'] !== true,
  }
}

/** The fields to set for a vendor: its model, usage in the stream unless it comes unasked, a limit if one is due. */
export function routeRequest(
  facts: RequestFacts,
  body: JsonObject,
  { target, maxOutputTokens }: RoutedRequest,
): Readonly<Record<string, JsonValue>> {
  const fields: Record<string, JsonValue> = { model: target.model }
  if (facts.stream && facts.hideUsage && target.dialect?.streamUsage !== 'always') {
    const asked = body['stream_options']
    fields['stream_options'] = { ...(isJsonObject(asked) ? asked : {}), include_usage: true }
  }
  if (maxOutputTokens !== undefined) {
    fields[target.dialect?.maxTokensField ?? 'max_completion_tokens'] = maxOutputTokens
  }
  return fields
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
