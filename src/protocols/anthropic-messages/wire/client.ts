import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '../../../canonical/json.js'
import { asObject, asString, asText } from '../../../canonical/narrow.js'
import type { CanonicalRequest } from '../../../canonical/request.js'
import { GatewayError } from '../../../errors.js'
import type { ClientWire, RequestFacts, RoutedRequest } from '../../protocol.js'
import { encodeError, encodeStreamError } from '../error.js'
import { checks } from './checks.js'
import { counting } from './counting.js'
import { dropForeignState } from './foreign-state.js'

const FIELD_NAMES: Readonly<Partial<Record<keyof CanonicalRequest, string>>> = {
  toolChoice: 'tool_choice',
  parallelToolCalls: 'tool_choice.disable_parallel_tool_use',
  maxOutputTokens: 'max_tokens',
  topP: 'top_p',
  topK: 'top_k',
  stop: 'stop_sequences',
  reasoning: 'thinking',
  responseFormat: 'output_config.format',
  cache: 'cache_control',
  serviceTier: 'service_tier',
  endUser: 'metadata.user_id',
  session: 'metadata.user_id',
  state: 'thread',
}

/** Ids that a client put into `metadata.user_id`: Claude Code writes JSON there, everyone else a plain id. */
export interface UserIds {
  readonly endUser?: string | undefined
  readonly session?: string | undefined
}

/** The face of the protocol towards clients. */
export const client: ClientWire = {
  inspectRequest,
  routeRequest,
  dropForeignState,
  fieldNames: FIELD_NAMES,
  fallbackFields: new Set([
    'max_tokens',
    'output_config',
    'thinking',
    'speed',
    'temperature',
    'top_p',
    'top_k',
    'service_tier',
  ]),
  partlyKnown: new Set(['metadata', 'output_config']),
  encodeError,
  encodeStreamError,
  // A ping also before `message_start`: SDKs skip it there, and some proxies on the way count events, not comments.
  keepAlive: () => 'event: ping\ndata: {"type":"ping"}\n\n',
  statuses: { server_is_overloaded: 529 },
  nested: true,
  counting,
}

/** Reads the user and session ids of a request body. */
export function readUserIds(body: JsonObject): UserIds {
  const userId = asString(asObject(body.metadata)?.user_id)
  if (userId === undefined || userId === '') return {}
  const ids = userId.startsWith('{') ? asObject(parseJson(userId)) : undefined
  if (ids === undefined) return { endUser: userId }
  return {
    endUser: asText(ids.device_id) ?? asText(ids.account_uuid) ?? userId,
    session: asText(ids.session_id),
  }
}

function inspectRequest(body: JsonObject): RequestFacts {
  const model = checks.model(body)
  checkMessages(body.messages)
  const { endUser, session } = readUserIds(body)
  return {
    model,
    stream: checks.flag(body, 'stream'),
    maxOutputTokens: checks.count(body, 'max_tokens'),
    candidateCount: 1,
    endUser,
    session,
    hideUsage: false,
  }
}

function checkMessages(messages: JsonValue | undefined): void {
  if (!Array.isArray(messages)) throw badMessages('messages', 'messages: Input should be a valid array')
  if (messages.length === 0) throw badMessages('messages', 'messages: at least one message is required')
  const odd = messages.findIndex((message) => !isJsonObject(message))
  if (odd >= 0) throw badMessages(`messages[${odd}]`, `messages[${odd}]: Input should be an object`)
}

function routeRequest(
  _facts: RequestFacts,
  _body: JsonObject,
  routed: RoutedRequest,
): Readonly<Record<string, JsonValue>> {
  const { target, maxOutputTokens } = routed
  return {
    model: target.model,
    ...(maxOutputTokens === undefined ? {} : { max_tokens: maxOutputTokens }),
  }
}

function badMessages(param: string, message: string): GatewayError {
  return new GatewayError('invalid_messages', message, { param })
}
