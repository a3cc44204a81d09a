import { isJsonObject, type JsonObject, type JsonValue } from '../../../canonical/json.js'
import { GatewayError } from '../../../errors.js'
import type { RequestFacts, RoutedRequest } from '../../protocol.js'

/**
 * Checks the fields that the gateway itself reads and leaves every other one to the vendor.
 * Throws GatewayError naming the field; unknown fields are never refused.
 */
export function inspectRequest(body: JsonObject): RequestFacts {
  const model = body['model']
  if (model === undefined || model === null) {
    throw new GatewayError('missing_required_parameter', "Missing required parameter: 'model'.", {
      param: 'model',
    })
  }
  if (typeof model !== 'string' || model === '') throw invalid('model', 'a non-empty string')
  checkMessages(body['messages'])
  const stream = readBoolean(body, 'stream') ?? false
  const options = body['stream_options']
  if (options !== undefined && options !== null && !isJsonObject(options)) {
    throw invalid('stream_options', 'an object')
  }
  const max = readInteger(body, 'max_completion_tokens', 0)
  return {
    model,
    stream,
    maxOutputTokens: max ?? readInteger(body, 'max_tokens', 0),
    candidateCount: readInteger(body, 'n', 1) ?? 1,
    endUser: readString(body, 'safety_identifier') ?? readString(body, 'user'),
    session: readString(body, 'prompt_cache_key'),
    hideUsage: stream && options?.['include_usage'] !== true,
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
  if (!Array.isArray(messages)) {
    throw new GatewayError('invalid_messages', "'messages' must be an array of messages.", {
      param: 'messages',
    })
  }
  if (messages.length === 0) {
    throw new GatewayError('invalid_messages', "'messages' must hold at least one message.", {
      param: 'messages',
    })
  }
  for (let at = 0; at < messages.length; at++) {
    if (isJsonObject(messages[at])) continue
    throw new GatewayError('invalid_messages', `'messages[${at}]' must be an object.`, {
      param: `messages[${at}]`,
    })
  }
}

function readBoolean(body: JsonObject, field: string): boolean | undefined {
  const value = body[field]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'boolean') throw invalid(field, 'a boolean')
  return value
}

function readInteger(body: JsonObject, field: string, least: number): number | undefined {
  const value = body[field]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least) {
    throw invalid(field, `an integer of at least ${least}`)
  }
  return value
}

function readString(body: JsonObject, field: string): string | undefined {
  const value = body[field]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw invalid(field, 'a string')
  return value === '' ? undefined : value
}

function invalid(field: string, expected: string): GatewayError {
  return new GatewayError('invalid_value', `Invalid value for '${field}': expected ${expected}.`, {
    param: field,
  })
}
