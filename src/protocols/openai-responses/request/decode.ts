import { asEffort } from '../../../canonical/effort.js'
import { emptyObject, type JsonObject, type JsonValue } from '../../../canonical/json.js'
import { asArray, asNumber, asObject, asString, asText } from '../../../canonical/narrow.js'
import type {
  CacheRequest,
  CanonicalRequest,
  Message,
  ReasoningRequest,
  ResponseFormat,
  ToolDefinition,
} from '../../../canonical/request.js'
import type { Warning } from '../../../canonical/warning.js'
import { GatewayError } from '../../../errors.js'
import { checks } from '../wire/checks.js'
import type { CodecContext, Translated } from '../../protocol.js'
import { ENCRYPTED_REASONING, LOGPROBS } from '../vocabulary.js'
import { PROTOCOL } from '../wire/content.js'
import { decodeInput } from './decode-input.js'
import { decodeToolChoice, decodeTools } from './decode-tools.js'

/**
 * Decodes a request that goes to a vendor of another protocol. Throws GatewayError for a malformed one, and for one
 * that needs state which only the vendor of this protocol keeps.
 */
export function decodeRequest(body: JsonObject, context: CodecContext): Translated<CanonicalRequest> {
  refuseServerState(body)
  const warnings: Warning[] = []
  const items = typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : asArray(body.input)
  const input = decodeInput(items, context, warnings)
  const tools = withoutRepeats([...decodeTools(body.tools, 'tools'), ...input.tools], warnings)
  const text = { ...checks.object(body.text, 'text'), ...asObject(input.configuration?.text) }
  const reasoning = {
    ...checks.object(body.reasoning, 'reasoning'),
    ...asObject(input.configuration?.reasoning),
  }
  return {
    value: withoutUndefined({
      model: asString(body.model) ?? '',
      stream: body.stream === true,
      messages: [...decodeInstructions(body.instructions), ...input.messages],
      tools: tools.length === 0 ? undefined : tools,
      toolChoice: decodeToolChoice(body.tool_choice),
      parallelToolCalls: readBoolean(body, 'parallel_tool_calls'),
      temperature: readNumber(body, 'temperature'),
      topP: readNumber(body, 'top_p'),
      logprobs: decodeLogprobs(body),
      ...decodeLimit(body),
      reasoning: decodeReasoningRequest(reasoning),
      responseFormat: decodeFormat(text.format),
      verbosity: VERBOSITIES.find((known) => known === text.verbosity),
      cache: decodeCache(body),
      serviceTier: checks.word(body, 'service_tier'),
      endUser: endUserOf(body),
      metadata: decodeMetadata(checks.object(body.metadata, 'metadata')),
      state: decodeStore(body),
      extensions: decodeExtensions(body, reasoning),
    }),
    warnings,
  }
}

const VERBOSITIES = ['low', 'medium', 'high'] as const
const CACHE_MODES = ['implicit', 'explicit'] as const
const CACHE_LIVES = [
  { ttl: '30m', life: 'short' },
  { ttl: '12h', life: 'long' },
] as const
const SERVER_STATE = ['prompt', 'conversation', 'background'] as const

/** There is no store of conversations behind a translation. */
function refuseServerState(body: JsonObject): void {
  const previous = asText(body.previous_response_id)
  if (previous !== undefined) {
    const message =
      'previous_response_id: responses of this model are not stored here; send the whole conversation.'
    throw new GatewayError('previous_response_not_found', message, { param: 'previous_response_id' })
  }
  for (const field of SERVER_STATE) {
    const value = body[field]
    if (value === undefined || value === null || value === false) continue
    const message = `${field}: not supported by this model, because nothing is stored here between requests.`
    throw new GatewayError('unsupported_responses_feature', message, { param: field })
  }
}

function decodeInstructions(value: JsonValue | undefined): readonly Message[] {
  const text = checks.text(value, 'instructions')
  if (text === '') return []
  const path = 'instructions'
  return [{ role: 'system', content: [{ type: 'text', text, path }], topLevel: true, path }]
}

/** A tool that a search has loaded may be declared as well. The first declaration stays, so that the list only grows. */
function withoutRepeats(tools: readonly ToolDefinition[], warnings: Warning[]): readonly ToolDefinition[] {
  const seen = new Set<string>()
  return tools.filter((tool) => {
    if (tool.type === 'hosted') return true
    const key = `${tool.namespace?.name ?? ''}\n${tool.name}`
    if (!seen.has(key)) return seen.add(key)
    const message = 'The tool was declared before; the first declaration was kept.'
    warnings.push({ code: 'dropped', path: tool.path ?? 'tools', message, semantic: false })
    return false
  })
}

/** A warm-up of the prompt cache asks for no output. */
function decodeLimit(body: JsonObject): Pick<CanonicalRequest, 'maxOutputTokens'> {
  if (asObject(body.prompt_cache_options)?.prewarm === true) return { maxOutputTokens: 0 }
  return { maxOutputTokens: readNumber(body, 'max_output_tokens') }
}

function decodeLogprobs(body: JsonObject): CanonicalRequest['logprobs'] {
  const top = readNumber(body, 'top_logprobs')
  const asked = checks.list(body.include, 'include').includes(LOGPROBS)
  return asked || (top !== undefined && top > 0) ? { top: top ?? 0 } : undefined
}

function decodeReasoningRequest(reasoning: JsonObject): ReasoningRequest | undefined {
  const effort = asEffort(reasoning.effort)
  const summary = asText(reasoning.summary) ?? asText(reasoning.generate_summary)
  if (effort === undefined && summary === undefined) return undefined
  return withoutUndefined({
    effort,
    summary,
    show: summary === undefined || summary === 'none' ? undefined : ('summary' as const),
  })
}

function decodeFormat(value: JsonValue | undefined): ResponseFormat | undefined {
  const format = checks.object(value, 'text.format')
  switch (format?.type) {
    case undefined:
      return undefined
    case 'text':
      return { type: 'text' }
    case 'json_object':
      return { type: 'json' }
    case 'json_schema': {
      const nested = asObject(format?.json_schema) ?? format
      const schema = asObject(nested?.schema)
      if (schema === undefined) throw checks.invalid('text.format.schema', 'an object')
      return withoutUndefined({
        type: 'json-schema' as const,
        name: asText(nested?.name),
        description: asText(nested?.description),
        schema,
        strict: typeof nested?.strict === 'boolean' ? nested.strict : undefined,
      })
    }
    default:
      throw checks.invalid('text.format.type', 'text, json_object or json_schema')
  }
}

function decodeCache(body: JsonObject): CacheRequest | undefined {
  const options = checks.object(body.prompt_cache_options, 'prompt_cache_options')
  const cache: CacheRequest = withoutUndefined({
    key: checks.word(body, 'prompt_cache_key'),
    mode: CACHE_MODES.find((known) => known === options?.mode),
    life: CACHE_LIVES.find(({ ttl }) => ttl === options?.ttl)?.life,
  })
  return Object.keys(cache).length === 0 ? undefined : cache
}

function endUserOf(body: JsonObject): string | undefined {
  const [identifier, user] = ['safety_identifier', 'user'].map((field) => checks.word(body, field))
  return identifier ?? user
}

function decodeStore(body: JsonObject): CanonicalRequest['state'] {
  const store = readBoolean(body, 'store')
  return store === undefined ? undefined : { store }
}

function decodeMetadata(metadata: JsonObject | undefined): Readonly<Record<string, string>> | undefined {
  const entries = Object.entries(metadata ?? {}).filter((entry) => typeof entry[1] === 'string')
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Record<string, string>)
}

/** Fields that the canonical form takes over, and those that mean nothing elsewhere and change nothing here. */
const KNOWN: ReadonlySet<string> = new Set([
  'model',
  'stream',
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'max_output_tokens',
  'temperature',
  'top_p',
  'top_logprobs',
  'include',
  'reasoning',
  'text',
  'prompt_cache_key',
  'prompt_cache_options',
  'service_tier',
  'safety_identifier',
  'user',
  'metadata',
  'store',
  'previous_response_id',
  'background',
  'conversation',
  'prompt',
  'stream_options',
  'client_metadata',
])
const REASONING_KNOWN: ReadonlySet<string> = new Set(['effort', 'summary', 'generate_summary'])
const CACHE_KNOWN: ReadonlySet<string> = new Set(['mode', 'ttl', 'prewarm'])

function decodeExtensions(body: JsonObject, reasoning: JsonObject): CanonicalRequest['extensions'] {
  const own = emptyObject()
  for (const field in body) {
    const value = body[field]
    if (KNOWN.has(field) || value === null || (field === 'truncation' && value === 'disabled')) continue
    own[field] = value
  }
  const include = asArray(body.include).filter((entry) => entry !== ENCRYPTED_REASONING && entry !== LOGPROBS)
  if (include.length > 0) own.include = include
  const thinking = pickUnknown(reasoning, REASONING_KNOWN)
  const effort = asText(reasoning.effort)
  if (effort !== undefined && asEffort(effort) === undefined) thinking.effort = effort
  if (Object.keys(thinking).length > 0) own.reasoning = thinking
  const cache = pickUnknown(asObject(body.prompt_cache_options) ?? {}, CACHE_KNOWN)
  if (Object.keys(cache).length > 0) own.prompt_cache_options = cache
  if (asText(body.safety_identifier) !== undefined && asText(body.user) !== undefined) own.user = body.user
  return Object.keys(own).length === 0 ? undefined : { [PROTOCOL]: own }
}

function pickUnknown(value: JsonObject, known: ReadonlySet<string>): Record<string, JsonValue | undefined> {
  return Object.fromEntries(
    Object.entries(value).filter(([field, entry]) => !known.has(field) && entry !== null),
  )
}

function readNumber(body: JsonObject, field: string): number | undefined {
  const value = body[field]
  if (value === undefined || value === null) return undefined
  const number = asNumber(value)
  if (number === undefined) throw checks.invalid(field, 'a number')
  return number
}

function readBoolean(body: JsonObject, field: string): boolean | undefined {
  const value = body[field]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'boolean') throw checks.invalid(field, 'a boolean')
  return value
}

/** Absent fields are absent, not undefined: the value is compared, hashed and printed. */
function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter((entry) => entry[1] !== undefined)) as T
}
