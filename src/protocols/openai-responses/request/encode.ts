import type { TextPart } from '../../../canonical/content.js'
import { emptyObject, type JsonObject, type JsonValue, lookUp } from '../../../canonical/json.js'
import { asArray, asObject } from '../../../canonical/narrow.js'
import type { CanonicalRequest, Message } from '../../../canonical/request.js'
import type { Target } from '../../../canonical/target.js'
import type { Warning } from '../../../canonical/warning.js'
import { type CodecContext, fieldPath, type Translated } from '../../protocol.js'
import { ENCRYPTED_REASONING, LOGPROBS, SERVICE_TIERS } from '../vocabulary.js'
import { PROTOCOL } from '../wire/content.js'
import { satisfiesStrict } from '../wire/strict-schema.js'
import { unsupported, warn, warnOfMeaning, type EncodeJob } from './encode-content.js'
import { encodeInput } from './encode-input.js'
import { encodeReasoningRequest } from './encode-reasoning.js'
import { encodeToolChoice, encodeTools } from './encode-tools.js'

const SMALLEST_LIMIT = 16
const MOST_BREAKPOINTS = 4

/** Encodes a request for a vendor. It is stateless: nothing is stored, and reasoning state comes back to us. */
export function encodeRequest(
  request: CanonicalRequest,
  target: Target,
  context: CodecContext,
): Translated<JsonObject> {
  const warnings: Warning[] = []
  const job: EncodeJob = { target, context, warnings, cached: selectBreakpoints(request, target, warnings) }
  refuseImpossible(request, job)
  if (request.outputModalities?.some((modality) => modality !== 'text')) {
    warnOfMeaning(job, 'dropped', fieldPath('outputModalities'), 'The answer can only be text here.')
  }
  const tools = encodeTools(request, job)
  const body: Record<string, JsonValue | undefined> = {
    model: target.model,
    ...encodeInput(request.messages, job),
    tools: tools.length === 0 ? undefined : tools,
    tool_choice: encodeToolChoice(request, job),
    parallel_tool_calls: request.parallelToolCalls,
    max_output_tokens: encodeLimit(request, job),
    ...encodeSampling(request, job),
    reasoning: encodeReasoningRequest(request, job),
    text: encodeText(request, job),
    include: encodeInclude(request, target),
    store: request.state?.store ?? false,
    metadata: request.metadata,
    service_tier: encodeTier(request, job),
    safety_identifier: request.endUser,
    prompt_cache_key: request.cache?.key ?? request.session,
    prompt_cache_options: encodeCacheOptions(request, job),
    stream: request.stream ? true : undefined,
  }
  return { value: withExtensions(body, request.extensions?.[PROTOCOL]), warnings }
}

/** What no other way of saying it would do justice to. */
function refuseImpossible(request: CanonicalRequest, { target }: EncodeJob): void {
  const { candidateCount = 1, stop = [], outputModalities = [] } = request
  if (candidateCount > 1) throw unsupported(fieldPath('candidateCount'), target)
  if (outputModalities.includes('audio')) throw unsupported(fieldPath('outputModalities'), target)
  if (stop.length > 0) throw unsupported(fieldPath('stop'), target)
}

function encodeLimit({ maxOutputTokens }: CanonicalRequest, job: EncodeJob): number | undefined {
  if (maxOutputTokens === undefined || maxOutputTokens === 0) return undefined
  const highest = job.target.maxOutputTokens ?? Number.POSITIVE_INFINITY
  const limit = Math.max(SMALLEST_LIMIT, Math.min(maxOutputTokens, highest))
  if (limit !== maxOutputTokens) {
    warn(
      job,
      'clamped',
      fieldPath('maxOutputTokens'),
      `The output limit was set to ${limit}, the nearest allowed.`,
    )
  }
  return limit
}

const SAMPLING = [
  ['temperature', 'temperature'],
  ['topP', 'top_p'],
] as const
const NO_SAMPLING = ['topK', 'seed', 'presencePenalty', 'frequencyPenalty'] as const

/** Values that a model uses anyway: clients send them without a thought, and nothing is lost with them. */
const NEUTRAL: Readonly<Partial<Record<keyof CanonicalRequest, number>>> = {
  temperature: 1,
  topP: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
}

function encodeSampling(request: CanonicalRequest, job: EncodeJob): JsonObject {
  const { sampling } = job.target.traits
  const isFixed =
    sampling === 'fixed' || (sampling === 'when-reasoning-off' && request.reasoning?.effort !== 'none')
  const encoded: Record<string, number> = {}
  const dropSampling = (field: keyof CanonicalRequest, value: number, reason: string): void => {
    const report = value === NEUTRAL[field] ? warn : warnOfMeaning
    report(job, 'dropped', fieldPath(field), reason)
  }
  for (const [field, name] of SAMPLING) {
    const value = request[field]
    if (value === undefined) continue
    if (isFixed) dropSampling(field, value, 'The model takes no sampling parameters.')
    else encoded[name] = value
  }
  for (const field of NO_SAMPLING) {
    const value = request[field]
    if (value !== undefined) dropSampling(field, value, 'The parameter does not exist in this protocol.')
  }
  if (request.logprobs !== undefined && request.logprobs.top > 0) encoded.top_logprobs = request.logprobs.top
  return encoded
}

function encodeText({ responseFormat, verbosity }: CanonicalRequest, job: EncodeJob): JsonObject | undefined {
  const format = encodeFormat(responseFormat, job)
  if (format === undefined && verbosity === undefined) return undefined
  return { ...(format === undefined ? {} : { format }), ...(verbosity === undefined ? {} : { verbosity }) }
}

function encodeFormat(format: CanonicalRequest['responseFormat'], job: EncodeJob): JsonObject | undefined {
  if (format === undefined) return undefined
  switch (format.type) {
    case 'text':
      return { type: 'text' }
    case 'json':
      return { type: 'json_object' }
    case 'json-schema': {
      const { name = 'response', description, schema } = format
      const strict = format.strict === true ? satisfiesStrict(schema) : format.strict
      if (strict !== format.strict) {
        warn(
          job,
          'dropped',
          fieldPath('responseFormat'),
          'The schema does not meet the rules of strict mode here.',
        )
      }
      return {
        type: 'json_schema',
        name,
        ...(description === undefined ? {} : { description }),
        schema,
        ...(strict === undefined ? {} : { strict }),
      }
    }
  }
}

/** Models that do not reason refuse to be asked for their reasoning. */
function encodeInclude(request: CanonicalRequest, { traits }: Target): readonly JsonValue[] | undefined {
  const include = [
    ...(traits.reasoning === 'none' ? [] : [ENCRYPTED_REASONING]),
    ...(request.logprobs === undefined ? [] : [LOGPROBS]),
    ...asArray(request.extensions?.[PROTOCOL]?.include),
  ]
  return include.length === 0 ? undefined : include
}

function encodeTier({ serviceTier }: CanonicalRequest, job: EncodeJob): string | undefined {
  if (serviceTier === undefined) return undefined
  const tier = lookUp(SERVICE_TIERS, serviceTier)
  if (tier === undefined)
    warn(job, 'dropped', fieldPath('serviceTier'), 'The service tier is not known here.')
  return tier
}

function encodeCacheOptions(
  { cache, maxOutputTokens }: CanonicalRequest,
  job: EncodeJob,
): JsonObject | undefined {
  const { mode, life } = cache ?? {}
  const isPossible = job.target.traits.cacheBreakpoints === true
  if (!isPossible && (mode === 'explicit' || life === 'long')) {
    warn(job, 'dropped', fieldPath('cache'), 'The model caches prompts by its own rules.')
  }
  const options = {
    ...(isPossible && mode !== undefined ? { mode } : {}),
    ...(isPossible && life !== undefined ? { ttl: life === 'long' ? '12h' : '30m' } : {}),
    ...(maxOutputTokens === 0 ? { prewarm: true } : {}),
  }
  return Object.keys(options).length === 0 ? undefined : options
}

/**
 * The last four breakpoints count; one on a tool moves to the instructions, which come after the tools. Models
 * without breakpoints cache every prompt by themselves, so nothing is lost there.
 */
function selectBreakpoints(
  { messages, tools = [] }: CanonicalRequest,
  { traits }: Target,
  warnings: Warning[],
): ReadonlySet<object> {
  if (traits.cacheBreakpoints !== true) return new Set()
  const lose = (code: 'dropped' | 'moved', part: Marked | undefined, message: string): void => {
    if (part === undefined) return
    warnings.push({ code, path: `${part.path ?? 'input'}.cache_control`, message, semantic: false })
  }
  const marked: Marked[] = messages.flatMap(({ content, role }) =>
    role === 'assistant' ? [] : content.flatMap(withInner).filter(isMarked),
  )
  const tool = tools.find((each) => each.type !== 'hosted' && each.cache !== undefined)
  const anchor = tool === undefined ? undefined : lastInstruction(messages)
  if (anchor !== undefined && !marked.includes(anchor)) marked.unshift(anchor)
  if (anchor === undefined)
    lose('dropped', tool, 'There are no instructions that could carry the breakpoint.')
  else lose('moved', tool, 'A breakpoint on a tool stands on the instructions here.')
  const answer = messages.flatMap((message) => (message.role === 'assistant' ? message.content : []))
  lose('dropped', answer.find(isMarked), 'Text of the model takes no breakpoint here.')
  const [excess] = marked.splice(0, Math.max(0, marked.length - MOST_BREAKPOINTS))
  lose('dropped', excess, 'The vendor takes four breakpoints; the last four are kept.')
  return new Set(marked)
}

interface Marked {
  readonly path?: string | undefined
  readonly cache?: unknown
}

function withInner(part: Message['content'][number]): readonly Marked[] {
  return part.type === 'tool-result' ? [...part.content, part] : [part]
}

function isMarked(part: Marked): boolean {
  return part.cache !== undefined
}

function lastInstruction(messages: readonly Message[]): TextPart | undefined {
  const end = messages.findIndex(({ role }) => role !== 'system')
  const leading = end < 0 ? messages : messages.slice(0, end)
  const last = leading.at(-1)
  return last?.role === 'system' ? last.content.at(-1) : undefined
}

/** Adds what the same protocol said and no other could; objects that both sides know are joined. */
function withExtensions(
  body: Record<string, JsonValue | undefined>,
  own: JsonObject | undefined,
): JsonObject {
  const merged = emptyObject()
  for (const field in body) if (body[field] !== undefined) merged[field] = body[field]
  for (const field in own) {
    if (field === 'include') continue
    const ours = asObject(merged[field])
    const theirs = asObject(own[field])
    merged[field] =
      ours !== undefined && theirs !== undefined ? { ...theirs, ...ours } : (merged[field] ?? own[field])
  }
  return merged
}
