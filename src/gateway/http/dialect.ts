import { isJsonObject, type JsonObject, type JsonValue } from '../../canonical/json.js'
import type { GatewayError } from '../../errors.js'
import { anthropicMessages } from '../../protocols/anthropic-messages/index.js'
import { openaiChat } from '../../protocols/openai-chat/index.js'
import type { ClientWire, Protocol } from '../../protocols/protocol.js'
import type { RequestHeaders } from './http.js'
import { addAnthropicLimitHeaders, type AddLimitHeaders, addOpenaiLimitHeaders } from './limit-headers.js'
import type { RouteDialect } from './routes.js'

/** How a family of clients wants everything around the answer itself. */
export interface Dialect {
  encodeError(error: GatewayError, requestId: string): JsonObject
  status(error: GatewayError): number
  /** True when a body is a well-formed error of this dialect. */
  ownsError(body: JsonValue): boolean
  readonly addLimitHeaders: AddLimitHeaders
  /** Headers that carry the request id. */
  readonly requestIdHeaders: readonly string[]
  readonly missingKey: string
  readonly preferredCredential: 'bearer' | 'x-api-key'
}

const OPENAI: Dialect = {
  ...errorsOf(openaiChat),
  ownsError: (body) => isJsonObject(body) && hasMessage(body['error']),
  addLimitHeaders: addOpenaiLimitHeaders,
  requestIdHeaders: ['x-request-id'],
  missingKey: 'Missing Bearer token in Authorization header.',
  preferredCredential: 'bearer',
}

const ANTHROPIC: Dialect = {
  ...errorsOf(anthropicMessages),
  ownsError: (body) => isJsonObject(body) && body['type'] === 'error' && hasMessage(body['error']),
  addLimitHeaders: addAnthropicLimitHeaders,
  requestIdHeaders: ['x-request-id', 'request-id'],
  missingKey: 'Missing API key.',
  preferredCredential: 'x-api-key',
}

/** The dialect of a route. On GET a non-empty `x-api-key` selects Anthropic's. */
export function selectDialect(route: RouteDialect, headers: RequestHeaders): Dialect {
  if (route === 'openai') return OPENAI
  if (route === 'anthropic') return ANTHROPIC
  return headers['x-api-key'] ? ANTHROPIC : OPENAI
}

function errorsOf(protocol: Protocol): Pick<Dialect, 'encodeError' | 'status'> {
  const client = clientOf(protocol)
  return {
    encodeError: (error, requestId) => client.encodeError(error, requestId),
    status: (error) => client.statuses?.[error.code] ?? error.status,
  }
}

/** The client face of a protocol that has an endpoint here. */
export function clientOf(protocol: Protocol): ClientWire {
  if (protocol.client === null) throw new TypeError(`no client speaks ${protocol.id}`)
  return protocol.client
}

function hasMessage(error: JsonValue | undefined): boolean {
  return isJsonObject(error) && typeof error['message'] === 'string' && typeof error['type'] === 'string'
}
