import { type JsonObject, lookUp } from '../../../../canonical/json.js'
import type { CanonicalRequest, ResponseFormat } from '../../../../canonical/request.js'
import { cachePaths } from '../../../cache-paths.js'
import { fieldPath } from '../../../protocol.js'
import { compact, unsupported, type Encoding } from './encoding.js'

const MAX_STOP_SEQUENCES = 4
const MAX_USER_LENGTH = 128

/** The output limit in the vendor's field, never above what the model can write. */
export function encodeLimit(
  request: CanonicalRequest,
  { target, dialect, ...encoding }: Encoding,
): JsonObject {
  const asked = request.maxOutputTokens
  if (asked === undefined) return {}
  if (asked === 0) throw unsupported(fieldPath('maxOutputTokens'), { target, dialect, ...encoding })
  const limit = Math.min(asked, target.maxOutputTokens ?? asked)
  if (limit < asked) {
    encoding.note(
      'clamped',
      fieldPath('maxOutputTokens'),
      `The output limit was lowered to the model's ${limit} tokens.`,
    )
  }
  return { [dialect.maxTokensField ?? 'max_completion_tokens']: limit }
}

/** Temperature and its kin, as far as the model takes them. `off`: reasoning was switched off. */
export function encodeSampling(request: CanonicalRequest, off: boolean, encoding: Encoding): JsonObject {
  const { target, dialect } = encoding
  const { sampling } = target.traits
  const free = sampling === undefined || sampling === 'free' || (sampling === 'when-reasoning-off' && off)
  const choose = (field: SamplingField, allowed: boolean): number | undefined => {
    const value = request[field]
    if (value === undefined || allowed) return value
    const note = value === NEUTRAL[field] ? encoding.note : encoding.change
    note('dropped', fieldPath(field), `${field} was not sent: the model does not take it.`)
    return undefined
  }
  return compact({
    temperature: choose('temperature', free),
    top_p: choose('topP', free),
    top_k: choose('topK', free && dialect.topK === true),
    presence_penalty: choose('presencePenalty', free),
    frequency_penalty: choose('frequencyPenalty', free),
    [dialect.seedField ?? 'seed']: request.seed,
  })
}

type SamplingField = 'temperature' | 'topP' | 'topK' | 'presencePenalty' | 'frequencyPenalty'

/** Values that a model which refuses the field uses anyway. */
const NEUTRAL: Readonly<Partial<Record<SamplingField, number>>> = {
  temperature: 1,
  topP: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
}

/** Stop sequences: the vendor's limit is OpenAI's unless its dialect says otherwise. */
export function encodeStop(request: CanonicalRequest, encoding: Encoding): JsonObject {
  const { stop } = request
  if (stop === undefined || stop.length === 0) return {}
  const tooMany = stop.length > MAX_STOP_SEQUENCES && encoding.target.dialect === undefined
  if (tooMany || encoding.target.traits.stop === false) throw unsupported(fieldPath('stop'), encoding)
  return { stop }
}

/** The answer's format; where the vendor knows no schema, JSON mode and the schema in words. */
export function encodeFormat(
  format: ResponseFormat | undefined,
  encoding: Encoding,
): { readonly fields: JsonObject; readonly instruction: string | undefined } {
  const { structuredOutput } = encoding.dialect
  const hasSchemas =
    (structuredOutput ?? 'json_schema') === 'json_schema' && encoding.target.traits.jsonSchemaOutput !== false
  if (format === undefined) return { fields: {}, instruction: undefined }
  if (format.type === 'text') return { fields: { response_format: { type: 'text' } }, instruction: undefined }
  if (format.type === 'json-schema' && hasSchemas) {
    return { fields: { response_format: writeSchema(format) }, instruction: undefined }
  }
  const fields = structuredOutput === 'none' ? {} : { response_format: { type: 'json_object' } }
  if (format.type === 'json') {
    if (structuredOutput !== 'none') return { fields, instruction: undefined }
    encoding.change(
      'emulated',
      fieldPath('responseFormat'),
      'JSON was asked for in words: this vendor has no JSON mode.',
    )
    return { fields, instruction: 'Answer with one JSON object and nothing else.' }
  }
  encoding.change(
    'emulated',
    fieldPath('responseFormat'),
    'The schema was given in words: this vendor takes none.',
  )
  const schema = JSON.stringify(format.schema)
  return {
    fields,
    instruction: `Answer with one JSON object that matches this JSON Schema, and nothing else:\n${schema}`,
  }
}

function writeSchema(format: Extract<ResponseFormat, { type: 'json-schema' }>): JsonObject {
  return {
    type: 'json_schema',
    json_schema: compact({
      name: toSchemaName(format.name),
      description: format.description,
      schema: format.schema,
      strict: format.strict,
    }),
  }
}

/** The name is required here, and its characters are few. */
function toSchemaName(name: string | undefined): string {
  const clean = (name ?? '').replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 64)
  return clean === '' ? 'response' : clean
}

/** Prompt-cache routing, for vendors that know OpenAI's fields. They keep a prompt for the short life only. */
export function encodeCacheRequest(request: CanonicalRequest, encoding: Encoding): JsonObject {
  const { cache, session } = request
  const { dialect, target } = encoding
  const isKnown = dialect.promptCache ?? target.dialect === undefined
  const lost = isKnown ? { life: cache?.life === 'long' ? cache.life : undefined } : (cache ?? {})
  for (const path of cachePaths(lost)) {
    encoding.note('dropped', path, 'This vendor caches prompts by its own rules.')
  }
  if (!isKnown) return {}
  const options = compact({
    mode: cache?.mode,
    ttl: cache?.life === 'short' ? '30m' : undefined,
  })
  return compact({
    prompt_cache_key: cache?.key ?? session,
    prompt_cache_options: Object.keys(options).length === 0 ? undefined : options,
  })
}

/** The end user in the vendor's own field. */
export function encodeEndUser(request: CanonicalRequest, encoding: Encoding): JsonObject {
  const { endUser } = request
  const field =
    encoding.dialect.endUserField === undefined ? 'safety_identifier' : encoding.dialect.endUserField
  if (endUser === undefined) return {}
  if (field === null) {
    encoding.note(
      'dropped',
      fieldPath('endUser'),
      'The end-user id was not sent: this vendor has no field for it.',
    )
    return {}
  }
  return {
    [field]: endUser.length > MAX_USER_LENGTH ? `user_${encoding.context.hash(endUser, 48)}` : endUser,
  }
}

const TIERS: Readonly<Record<string, string>> = {
  standard: 'default',
  standard_only: 'default',
  ultrafast: 'priority',
}

/** Everything else at the top level. */
export function encodeOthers(request: CanonicalRequest, encoding: Encoding): JsonObject {
  const { state, serviceTier, logprobs, candidateCount } = request
  rejectState(request, encoding)
  return compact({
    n: candidateCount,
    logprobs: logprobs === undefined ? undefined : true,
    top_logprobs: logprobs === undefined || logprobs.top === 0 ? undefined : logprobs.top,
    modalities: request.outputModalities,
    verbosity: request.verbosity,
    service_tier: serviceTier === undefined ? undefined : (lookUp(TIERS, serviceTier) ?? serviceTier),
    metadata: request.metadata,
    store: state?.store === true ? true : undefined,
  })
}

/** Conversations kept by the vendor do not exist here: the client must send the history. */
function rejectState({ state }: CanonicalRequest, encoding: Encoding): void {
  if (state?.previousResponseId !== undefined) throw unsupported('previous_response_id', encoding)
  if (state?.conversation !== undefined) throw unsupported('conversation', encoding)
  if (state?.background === true) throw unsupported('background', encoding)
}
