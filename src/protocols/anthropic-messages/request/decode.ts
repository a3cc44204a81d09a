import {
  emptyObject,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  lookUp,
} from '../../../canonical/json.js'
import { asObject, asString } from '../../../canonical/narrow.js'
import type { CanonicalRequest, ResponseFormat } from '../../../canonical/request.js'
import { GatewayError } from '../../../errors.js'
import type { CodecContext, Translated } from '../../protocol.js'
import { TIER_BY_WIRE } from '../vocabulary.js'
import { checks } from '../wire/checks.js'
import { readUserIds } from '../wire/client.js'
import { PROTOCOL } from '../wire/index.js'
import { collectWarnings, type Warn } from '../wire/warn.js'
import { cacheOf } from './decode-content.js'
import { decodeMessages } from './decode-messages.js'
import { decodeThinking } from './decode-thinking.js'
import { decodeToolChoice, decodeTools } from './decode-tools.js'
import { decodeSystem } from './decode-system.js'
import { RESTORE, toJson, type Restored } from './restore.js'

/** Top-level fields that have a place in the canonical form. */
const KNOWN = new Set([
  'model',
  'messages',
  'max_tokens',
  'system',
  'stream',
  'stop_sequences',
  'temperature',
  'top_p',
  'top_k',
  'tools',
  'tool_choice',
  'thinking',
  'output_config',
  'output_format',
  'metadata',
  'service_tier',
  'cache_control',
  // Bedrock and Vertex name the version here; it says nothing about the request.
  'anthropic_version',
])

/** Decodes a client's request. */
export function decodeRequest(body: JsonObject, context: CodecContext): Translated<CanonicalRequest> {
  refuseServerState(body)
  const { warnings, warn } = collectWarnings()
  const system = decodeSystem(body.system)
  const { tools, placeholders } = decodeTools(checks.list(body.tools, 'tools'))
  const thinking = decodeThinking(body, warn)
  const { messages, effort } = decodeMessages(body, context, warn)
  checks.object(body.metadata, 'metadata')
  const user = readUserIds(body)
  const restored: Restored & JsonObject = {
    ...(thinking.restored as JsonObject),
    ...(asString(asObject(body.metadata)?.user_id)?.startsWith('{')
      ? { userId: asObject(body.metadata)?.user_id as string }
      : {}),
    ...(system.bookkeeping.length > 0 ? { system: toJson(system.bookkeeping) as never } : {}),
    ...(placeholders.length > 0 ? { tools: toJson(placeholders) as never } : {}),
  }
  const reasoning = effort === undefined ? thinking.reasoning : { ...thinking.reasoning, effort }
  return {
    value: {
      model: asString(body.model) ?? '',
      stream: body.stream === true,
      messages: [...system.messages, ...messages],
      ...(tools.length > 0 ? { tools } : {}),
      ...decodeChoice(body),
      ...(reasoning === undefined ? {} : { reasoning }),
      ...decodeLimits(body),
      ...decodeFormat(body),
      ...decodeCache(body),
      ...decodeTier(body, warn),
      ...(user.endUser === undefined ? {} : { endUser: user.endUser }),
      ...(user.session === undefined ? {} : { session: user.session }),
      extensions: { [PROTOCOL]: { ...extraFields(body), [RESTORE]: restored } },
    },
    warnings,
  }
}

/** Clients recover from exactly these refusals by sending the whole conversation, or the request without the field. */
function refuseServerState(body: JsonObject): void {
  if (body.thread !== undefined && body.thread !== null) {
    throw new GatewayError('unsupported_parameter', 'thread: message threads are not kept for this model', {
      param: 'thread',
      details: { error_code: 'thread_unsupported_request', unsupported: ['thread'] },
    })
  }
  if (body.safeguards !== undefined && body.safeguards !== null) {
    throw new GatewayError('unsupported_parameter', 'safeguards: not supported by this model', {
      param: 'safeguards',
    })
  }
}

function decodeChoice(body: JsonObject): Partial<CanonicalRequest> {
  const choice = checks.object(body.tool_choice, 'tool_choice')
  if (choice === undefined) return {}
  const toolChoice = decodeToolChoice(choice)
  return {
    ...(toolChoice === undefined ? {} : { toolChoice }),
    ...(choice.disable_parallel_tool_use === true ? { parallelToolCalls: false } : {}),
  }
}

function decodeLimits(body: JsonObject): Partial<CanonicalRequest> {
  const maxOutputTokens = numberIn(body, 'max_tokens')
  const temperature = numberIn(body, 'temperature')
  const topP = numberIn(body, 'top_p')
  const topK = numberIn(body, 'top_k')
  const stop = checks
    .list(body.stop_sequences, 'stop_sequences')
    .map((text, index) => checks.text(text, `stop_sequences[${index}]`))
  return {
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
    ...(stop.length > 0 ? { stop } : {}),
  }
}

function decodeFormat(body: JsonObject): { responseFormat?: ResponseFormat } {
  const config = checks.object(body.output_config, 'output_config')
  const own = checks.object(config?.format, 'output_config.format')
  const path = own === undefined ? 'output_format' : 'output_config.format'
  const format = own ?? checks.object(body.output_format, path)
  if (format === undefined) return {}
  if (format.type !== 'json_schema') throw checks.invalid(`${path}.type`, "'json_schema'")
  const schema = checks.object(format.schema, `${path}.schema`)
  if (schema === undefined) throw checks.missing(`${path}.schema`)
  return { responseFormat: { type: 'json-schema', schema, strict: true } }
}

function decodeCache(body: JsonObject): Partial<CanonicalRequest> {
  checks.object(body.cache_control, 'cache_control')
  const { cache } = cacheOf(body)
  return cache === undefined ? {} : { cache: { automatic: cache } }
}

function decodeTier(body: JsonObject, warn: Warn): Partial<CanonicalRequest> {
  const wire = checks.word(body, 'service_tier')
  if (wire === undefined) return {}
  const serviceTier = lookUp(TIER_BY_WIRE, wire)
  if (serviceTier === undefined) warn('dropped', 'service_tier', 'This tier is not known here.')
  return serviceTier === undefined ? {} : { serviceTier }
}

/** Fields with no canonical place, whole or the rest of an object that is partly known. */
function extraFields(body: JsonObject): JsonObject {
  const fields = emptyObject()
  for (const key in body) if (!KNOWN.has(key)) fields[key] = body[key]
  const rest = {
    metadata: without(body.metadata, ['user_id']),
    output_config: without(body.output_config, ['effort', 'format']),
  }
  for (const [key, value] of Object.entries(rest)) if (value !== undefined) fields[key] = value
  return fields
}

function without(value: JsonValue | undefined, known: readonly string[]): JsonObject | undefined {
  if (!isJsonObject(value)) return undefined
  const rest = Object.entries(value).filter(([key]) => !known.includes(key))
  return rest.length === 0 ? undefined : Object.fromEntries(rest)
}

function numberIn(body: JsonObject, field: string): number | undefined {
  const value = body[field]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new GatewayError('invalid_value', `${field}: Input should be a valid number`, { param: field })
}
