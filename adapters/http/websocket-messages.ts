import { randomUUID } from 'node:crypto'
import {
  GatewayError,
  type GatewayResponse,
  isJsonObject,
  type JsonObject,
  openaiResponses,
  parseJson,
} from '../../src/index.js'

/** Headers of a refused call that clients look for in its message. */
const ERROR_HEADERS = ['retry-after', 'retry-after-ms', 'x-request-id']

/** The message for a call that was answered with an HTTP error. */
export function describeRefusal({ status, headers, body }: GatewayResponse): JsonObject {
  const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : body
  const json = typeof text === 'string' ? parseJson(text) : undefined
  if (!isJsonObject(json) || !isJsonObject(json['error']))
    return describeError(new GatewayError('internal_error', 'The gateway failed.'))
  const names = ERROR_HEADERS.filter((name) => headers[name] !== undefined)
  const said = Object.fromEntries(names.map((name) => [name, headers[name]]))
  return { type: 'error', status, error: json['error'], headers: said }
}

/** The message for an error of this socket's own. */
export function describeError(error: GatewayError): JsonObject {
  return { type: 'error', status: error.status, ...openaiResponses.client?.encodeError(error, '') }
}

/** The answer to an upgrade that is no WebSocket handshake. */
export function describeBadHandshake({ message }: Error): GatewayResponse {
  const { status, error } = describeError(new GatewayError('invalid_request', message))
  return {
    status: Number(status),
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ error }),
  }
}

/**
 * The message for an `error` event of a stream, whose fields may be flat. It gets a status, without which Codex waits
 * on for an answer.
 */
export function describeStreamError(data: string): JsonObject {
  const event = parseJson(data)
  if (!isJsonObject(event)) return describeError(new GatewayError('provider_error', 'The stream failed.'))
  const { type: _type, status, error, sequence_number: sequence, ...flat } = event
  return {
    type: 'error',
    status: typeof status === 'number' ? status : 500,
    error: isJsonObject(error) ? error : { type: 'api_error', ...flat },
    ...(sequence === undefined ? {} : { sequence_number: sequence }),
  }
}

/** The message for input to a running response, which no vendor takes over HTTP. */
export function refuseSteer({ input, previous_response_id: id }: JsonObject): JsonObject {
  return {
    type: 'response.steer.failed',
    sequence_number: 0,
    steer: { input, previous_response_id: id },
    error: {
      type: 'invalid_request_error',
      code: 'steering_not_supported',
      message: 'Running responses cannot be steered here; send the input with the next response.create.',
    },
  }
}

const NO_USAGE: JsonObject = {
  input_tokens: 0,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 0,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 0,
}

/** The events of a response that is only prepared (`generate: false`). */
export function describePrepared({ model }: JsonObject): readonly JsonObject[] {
  const response = {
    id: `resp_${randomUUID().replaceAll('-', '')}`,
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    model,
    output: [],
  }
  return [
    { type: 'response.created', sequence_number: 0, response: { ...response, status: 'in_progress' } },
    {
      type: 'response.completed',
      sequence_number: 1,
      response: { ...response, status: 'completed', usage: NO_USAGE },
    },
  ]
}
