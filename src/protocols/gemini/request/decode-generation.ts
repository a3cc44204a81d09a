import { type JsonObject, type JsonValue, lookUp } from '../../../canonical/json.js'
import { asObject, asText } from '../../../canonical/narrow.js'
import type {
  CanonicalRequest,
  Effort,
  ReasoningRequest,
  ResponseFormat,
} from '../../../canonical/request.js'
import { toNumber, asStrings, camelKeys, omit } from '../wire/index.js'
import { openApiToJsonSchema } from './open-api.js'

type Settings = { -readonly [Field in keyof CanonicalRequest]?: CanonicalRequest[Field] }

const NUMBERS = {
  maxOutputTokens: 'maxOutputTokens',
  temperature: 'temperature',
  topP: 'topP',
  topK: 'topK',
  seed: 'seed',
  presencePenalty: 'presencePenalty',
  frequencyPenalty: 'frequencyPenalty',
  candidateCount: 'candidateCount',
} as const satisfies Readonly<Record<string, keyof CanonicalRequest>>

const MODALITIES = ['text', 'audio', 'image'] as const
const FORMAT_FIELDS = ['responseMimeType', 'responseSchema', 'responseJsonSchema'] as const

const READ_FIELDS: ReadonlySet<string> = new Set([
  ...Object.keys(NUMBERS),
  'stopSequences',
  'responseLogprobs',
  'logprobs',
  'thinkingConfig',
])

/** What `generationConfig` says in canonical terms, and what only Gemini can say. */
export interface DecodedGeneration {
  readonly settings: Partial<CanonicalRequest>
  readonly rest: JsonObject | undefined
}

/** Decodes `generationConfig`. */
export function decodeGeneration(value: JsonValue | undefined): DecodedGeneration {
  const config = camelKeys(asObject(value) ?? {})
  const settings: Settings = {}
  for (const [wire, field] of Object.entries(NUMBERS)) {
    const number = toNumber(config[wire])
    if (number !== undefined) settings[field] = number
  }
  const stop = asStrings(config['stopSequences'])
  if (stop.length > 0) settings.stop = stop
  if (config['responseLogprobs'] === true) settings.logprobs = { top: toNumber(config['logprobs']) ?? 0 }
  const reasoning = decodeThinking(asObject(config['thinkingConfig']))
  if (reasoning !== undefined) settings.reasoning = reasoning
  const modalities = asStrings(config['responseModalities']).map((modality) => modality.toLowerCase())
  const known = MODALITIES.filter((modality) => modalities.includes(modality))
  const isKnown = known.length > 0 && known.length === modalities.length
  if (isKnown) settings.outputModalities = modalities as typeof known
  const responseFormat = decodeFormat(config)
  if (responseFormat !== undefined) settings.responseFormat = responseFormat
  const read = new Set([
    ...READ_FIELDS,
    ...(responseFormat === undefined ? [] : FORMAT_FIELDS),
    ...(isKnown ? ['responseModalities'] : []),
  ])
  return { settings, rest: omit(config, read) }
}

function decodeFormat(config: JsonObject): ResponseFormat | undefined {
  const mediaType = asText(config['responseMimeType'])
  if (mediaType === 'text/plain') return { type: 'text' }
  // Enumerations as bare text (`text/x.enum`) are Gemini's own.
  if (mediaType !== undefined && mediaType !== 'application/json') return undefined
  const schema = asObject(config['responseJsonSchema'])
  const older = asObject(config['responseSchema'])
  if (schema !== undefined) return { type: 'json-schema', schema }
  if (older !== undefined) return { type: 'json-schema', schema: openApiToJsonSchema(older) }
  return mediaType === undefined ? undefined : { type: 'json' }
}

const EFFORTS: Readonly<Record<string, Effort | undefined>> = {
  MINIMAL: 'minimal',
  LOW: 'low',
  MEDIUM: 'medium',
  HIGH: 'high',
  XHIGH: 'xhigh',
  MAX: 'max',
}

function decodeThinking(value: JsonObject | undefined): ReasoningRequest | undefined {
  if (value === undefined) return undefined
  const config = camelKeys(value)
  const effort = lookUp(EFFORTS, asText(config['thinkingLevel'])?.toUpperCase())
  const budget = toNumber(config['thinkingBudget'])
  const thoughts = config['includeThoughts']
  return {
    ...(effort === undefined ? {} : { effort }),
    ...(budget === undefined ? {} : decodeBudget(budget)),
    ...(typeof thoughts === 'boolean' ? { show: thoughts ? 'summary' : 'none' } : {}),
  }
}

/** 0 switches thinking off, -1 leaves its length to the model. */
function decodeBudget(budget: number): ReasoningRequest {
  if (budget === 0) return { effort: 'none' }
  return budget < 0 ? { enabled: true } : { budgetTokens: budget }
}
