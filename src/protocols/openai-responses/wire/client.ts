import { isJsonObject, type JsonObject, type JsonValue } from '../../../canonical/json.js'
import { asText } from '../../../canonical/narrow.js'
import type { GatewayError } from '../../../errors.js'
import type { ClientWire, RequestFacts, RoutedRequest } from '../../protocol.js'
import { isGiven } from '../../request-checks.js'
import { encodeError, encodeStreamError } from '../error.js'
import { FIELD_NAMES } from '../vocabulary.js'
import { checks } from './checks.js'
import { counting } from './counting.js'
import { dropForeignState } from './foreign-state.js'

/** The face of the protocol towards clients. */
export const client: ClientWire = {
  inspectRequest,
  routeRequest,
  dropForeignState,
  fieldNames: FIELD_NAMES,
  fallbackFields: new Set(['max_output_tokens', 'reasoning', 'text', 'temperature', 'top_p', 'service_tier']),
  partlyKnown: new Set(['reasoning', 'prompt_cache_options']),
  encodeError,
  encodeStreamError,
  // A comment, not a `keepalive` event: SDKs refuse that one before `response.created`, and older ones always.
  keepAlive: () => ': keepalive\n\n',
  nested: true,
  counting,
}

function inspectRequest(body: JsonObject): RequestFacts {
  const model = checks.model(body)
  checkInput(body)
  return {
    model,
    stream: checks.flag(body, 'stream'),
    maxOutputTokens: checks.count(body, 'max_output_tokens'),
    candidateCount: 1,
    endUser: asText(body['safety_identifier']) ?? asText(body['user']),
    session: asText(body['prompt_cache_key']),
    hideUsage: false,
  }
}

/** Only a request that refers to something stored may come without input. */
function checkInput(body: JsonObject): void {
  const { input } = body
  if (typeof input === 'string') return
  const stored =
    isGiven(body['prompt']) || isGiven(body['previous_response_id']) || isGiven(body['conversation'])
  if (!isGiven(input)) {
    if (stored) return
    throw checks.missing('input')
  }
  if (!Array.isArray(input)) throw badInput('input', 'a string or an array of items')
  if (input.length === 0 && !stored) throw badInput('input', 'at least one item')
  const odd = input.findIndex((item) => !isJsonObject(item))
  if (odd >= 0) throw badInput(`input[${odd}]`, 'an object')
}

function routeRequest(
  _facts: RequestFacts,
  _body: JsonObject,
  { target, maxOutputTokens }: RoutedRequest,
): Readonly<Record<string, JsonValue>> {
  return {
    model: target.model,
    ...(maxOutputTokens === undefined ? {} : { max_output_tokens: maxOutputTokens }),
  }
}

function badInput(param: string, expected: string): GatewayError {
  return checks.invalid(param, expected, 'invalid_messages')
}
