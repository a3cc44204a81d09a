import { asEffort } from '../../../../canonical/effort.js'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../../canonical/json.js'
import { asArray, asNumber, asObject, asString, asText } from '../../../../canonical/narrow.js'
import type {
  CacheRequest,
  CanonicalRequest,
  ReasoningRequest,
  ResponseFormat,
} from '../../../../canonical/request.js'
import { asBoolean } from '../../wire.js'
import { asStringMap, type Fields } from './fields.js'

type Settings = Partial<CanonicalRequest>

/** Reads everything but the conversation and the tools. Values of a wrong type stay among the unknown fields. */
export function decodeSettings(fields: Fields): Settings {
  return defined({
    ...readSampling(fields),
    ...readReasoning(fields),
    responseFormat: fields.take('response_format', readFormat),
    outputModalities: fields.take('modalities', readModalities),
    verbosity: fields.take('verbosity', readVerbosity),
    ...readCacheRequest(fields),
    serviceTier: fields.take('service_tier', asString),
    endUser: readEndUser(fields),
    metadata: fields.take('metadata', asStringMap),
    ...readStore(fields),
  })
}

function readSampling(fields: Fields): Settings {
  const longest = fields.take('max_completion_tokens', asNumber)
  const legacy = fields.take('max_tokens', asNumber)
  return {
    maxOutputTokens: longest ?? legacy,
    temperature: fields.take('temperature', asNumber),
    topP: fields.take('top_p', asNumber),
    topK: fields.take('top_k', asNumber),
    seed: fields.take('seed', asNumber) ?? fields.take('random_seed', asNumber),
    presencePenalty: fields.take('presence_penalty', asNumber),
    frequencyPenalty: fields.take('frequency_penalty', asNumber),
    stop: fields.take('stop', readStop),
    candidateCount: fields.take('n', asNumber),
    logprobs: readLogprobs(fields),
  }
}

function readStop(value: JsonValue): readonly string[] | undefined {
  const list = typeof value === 'string' ? [value] : asArray(value)
  const texts = list.filter((item) => typeof item === 'string')
  return texts.length > 0 && texts.length === list.length ? texts : undefined
}

function readLogprobs(fields: Fields): CanonicalRequest['logprobs'] {
  const wanted = fields.take('logprobs', asBoolean)
  const top = fields.take('top_logprobs', asNumber)
  return wanted === true ? { top: top ?? 0 } : undefined
}

/** OpenAI's effort, OpenRouter's object, and the switches of DeepSeek and Qwen. */
function readReasoning(fields: Fields): Settings {
  const object = fields.takeObject('reasoning', ['effort', 'enabled', 'max_tokens', 'exclude', 'summary'])
  const effort = fields.take('reasoning_effort', asEffort) ?? asEffort(object?.['effort'] ?? null)
  const thinking = readThinking(fields.takeObject('thinking', ['type', 'budget_tokens']))
  const enabled =
    fields.take('enable_thinking', asBoolean) ?? asBoolean(object?.['enabled']) ?? thinking?.enabled
  const budgetTokens =
    fields.take('thinking_budget', asNumber) ?? asNumber(object?.['max_tokens']) ?? thinking?.budgetTokens
  const summary = asText(object?.['summary'])
  const request: ReasoningRequest = defined({
    effort: effort ?? (enabled === false ? 'none' : undefined),
    budgetTokens,
    enabled: enabled === true ? true : undefined,
    summary,
  })
  if (object?.['exclude'] === true) return { reasoning: { ...request, show: 'none' } }
  return asksToReason(request) ? { reasoning: { ...request, show: 'summary' } } : keepAny(request)
}

/** Chat has no field for it: vendors of this protocol show what they reason, so who asks for it expects to see it. */
function asksToReason({ effort, budgetTokens, enabled, summary }: ReasoningRequest): boolean {
  if (effort !== undefined) return effort !== 'none'
  return enabled === true || budgetTokens !== undefined || summary !== undefined
}

function keepAny(reasoning: ReasoningRequest): Settings {
  return Object.keys(reasoning).length === 0 ? {} : { reasoning }
}

function readThinking(
  thinking: JsonObject | undefined,
): { enabled: boolean; budgetTokens: number | undefined } | undefined {
  const type = asText(thinking?.['type'])
  if (type !== 'enabled' && type !== 'disabled' && type !== 'adaptive') return undefined
  return { enabled: type !== 'disabled', budgetTokens: asNumber(thinking?.['budget_tokens']) }
}

function readFormat(value: JsonValue): ResponseFormat | undefined {
  const format = asObject(value)
  switch (format?.['type']) {
    case 'text':
      return { type: 'text' }
    case 'json_object':
      // llama.cpp and Together take a schema here.
      return isJsonObject(format['schema'])
        ? { type: 'json-schema', schema: format['schema'] }
        : { type: 'json' }
    case 'json_schema':
      return readSchema(asObject(format['json_schema']) ?? format)
    default:
      return undefined
  }
}

function readSchema(given: JsonObject): ResponseFormat {
  return defined({
    type: 'json-schema' as const,
    name: asText(given['name']),
    description: asText(given['description']),
    schema: asObject(given['schema']) ?? asObject(given['schema_definition']) ?? {},
    strict: asBoolean(given['strict']),
  })
}

/** A list with a word that is not known stays as it is. */
function readModalities(value: JsonValue): CanonicalRequest['outputModalities'] {
  const list = asArray(value)
  const known = list.filter((word) => word === 'text' || word === 'audio' || word === 'image')
  return known.length > 0 && known.length === list.length ? known : undefined
}

function readVerbosity(value: JsonValue): CanonicalRequest['verbosity'] {
  return value === 'low' || value === 'medium' || value === 'high' ? value : undefined
}

function readCacheRequest(fields: Fields): Settings {
  const key = fields.take('prompt_cache_key', asText)
  const options = fields.takeObject('prompt_cache_options', ['mode', 'ttl'])
  const automatic = fields.take('cache_control', asObject)
  const mode = options?.['mode']
  const ttl = options?.['ttl']
  const cache: CacheRequest = defined({
    key,
    automatic: automatic === undefined ? undefined : { life: automatic['ttl'] === '1h' ? 'long' : 'short' },
    mode: mode === 'explicit' || mode === 'implicit' ? mode : undefined,
    life: ttl === '30m' ? 'short' : ttl === '12h' ? 'long' : undefined,
  })
  return { session: key, ...(Object.keys(cache).length === 0 ? {} : { cache }) }
}

/** `user` is the older name, `user_id` DeepSeek's; where several are given the others keep their own meaning. */
function readEndUser(fields: Fields): string | undefined {
  return (
    fields.take('safety_identifier', asText) ?? fields.take('user', asText) ?? fields.take('user_id', asText)
  )
}

function readStore(fields: Fields): Settings {
  const store = fields.take('store', asBoolean)
  return store === undefined ? {} : { state: { store } }
}

/** Leaves out the members that are undefined. */
function defined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}
