import {
  asObject,
  asString,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJson,
} from '../../../canonical/json.js'
import type { CanonicalRequest } from '../../../canonical/request.js'
import { GatewayError } from '../../../errors.js'
import type { ClientWire, RequestFacts, RoutedRequest } from '../../protocol.js'
import { encodeError, encodeStreamError } from '../error.js'
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
  encodeError,
  encodeStreamError,
  // A ping also before `message_start`: SDKs skip it there, and some proxies on the way count events, not comments.
  keepAlive: () => 'event: ping\ndata: {"type":"ping"}\n\n',
  statuses: { server_is_overloaded: 529 },
  nested: true,
}

/** Reads the user and session ids of a request body. */
export function readUserIds(body: JsonObject): UserIds {
  const userId = asString(asObject(body.metadata)?.user_id)
  if (userId === undefined || userId === '') return {}
  const ids = userId.startsWith('{') ? asObject(parseJson(userId)) : undefined
  if (ids === undefined) return { endUser: userId }
  return {
    endUser: nonEmpty(ids.device_id) ?? nonEmpty(ids.account_uuid) ?? userId,
    session: nonEmpty(ids.session_id),
  }
}

function inspectRequest(body: JsonObject): RequestFacts {
  const { model, messages, stream, max_tokens: maxTokens } = body
  if (model === undefined || model === null) throw missing('model')
  if (typeof model !== 'string' || model === '') throw invalid('model', 'Input should be a non-empty string')
  if (!Array.isArray(messages)) throw badMessages('messages', 'messages: Input should be a valid array')
  if (messages.length === 0) throw badMessages('messages', 'messages: at least one message is required')
  const odd = messages.findIndex((message) => !isJsonObject(message))
  if (odd >= 0) throw badMessages(`messages[${odd}]`, `messages[${odd}]: Input should be an object`)
  if (isGiven(stream) && typeof stream !== 'boolean') throw invalid('stream', 'Input should be a boolean')
  if (isGiven(maxTokens) && !isCount(maxTokens)) {
    throw invalid('max_tokens', 'Input should be an integer greater than or equal to 0')
  }
  const { endUser, session } = readUserIds(body)
  return {
    model,
    stream: stream === true,
    maxOutputTokens: isCount(maxTokens) ? maxTokens : undefined,
    candidateCount: 1,
    endUser,
    session,
    hideUsage: false,
  }
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

function isGiven(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null
}

function isCount(value: JsonValue | undefined): value is number {
  return Number.isInteger(value) && (value as number) >= 0
}

function nonEmpty(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function missing(param: string): GatewayError {
  return new GatewayError('missing_required_parameter', `${param}: Field required`, { param })
}

function invalid(param: string, problem: string): GatewayError {
  return new GatewayError('invalid_value', `${param}: ${problem}`, { param })
}

function badMessages(param: string, message: string): GatewayError {
  return new GatewayError('invalid_messages', message, { param })
}
