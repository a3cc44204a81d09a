import { asText, isJsonObject, type JsonObject, type JsonValue } from '../../../canonical/json.js'
import { GatewayError } from '../../../errors.js'
import type { ClientWire, RequestFacts, RoutedRequest } from '../../protocol.js'
import { encodeError, encodeStreamError } from '../error.js'
import { FIELD_NAMES } from '../vocabulary.js'
import { dropForeignState } from './foreign-state.js'

/** The face of the protocol towards clients. */
export const client: ClientWire = {
  inspectRequest,
  routeRequest,
  dropForeignState,
  fieldNames: FIELD_NAMES,
  encodeError,
  encodeStreamError,
  // A comment, not a `keepalive` event: SDKs refuse that one before `response.created`, and older ones always.
  keepAlive: () => ': keepalive\n\n',
  nested: true,
}

function inspectRequest(body: JsonObject): RequestFacts {
  const { model, stream, max_output_tokens: maxTokens } = body
  if (!isGiven(model)) {
    throw new GatewayError('missing_required_parameter', "Missing required parameter: 'model'.", {
      param: 'model',
    })
  }
  if (typeof model !== 'string' || model === '') throw invalid('model', 'expected a non-empty string')
  checkInput(body)
  if (isGiven(stream) && typeof stream !== 'boolean') throw invalid('stream', 'expected a boolean')
  if (isGiven(maxTokens) && !isCount(maxTokens)) {
    throw invalid('max_output_tokens', 'expected an integer of at least 0')
  }
  return {
    model,
    stream: stream === true,
    maxOutputTokens: isCount(maxTokens) ? maxTokens : undefined,
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
    throw new GatewayError('missing_required_parameter', "Missing required parameter: 'input'.", {
      param: 'input',
    })
  }
  if (!Array.isArray(input)) throw badInput('input', 'expected a string or an array of items')
  if (input.length === 0 && !stored) throw badInput('input', 'expected at least one item')
  const odd = input.findIndex((item) => !isJsonObject(item))
  if (odd >= 0) throw badInput(`input[${odd}]`, 'expected an object')
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

function isGiven(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}

function invalid(param: string, expectation: string): GatewayError {
  return new GatewayError('invalid_value', `Invalid value for '${param}': ${expectation}.`, { param })
}

function badInput(param: string, expectation: string): GatewayError {
  return new GatewayError('invalid_messages', `Invalid value for '${param}': ${expectation}.`, { param })
}
