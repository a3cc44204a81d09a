import type { JsonObject, JsonValue } from '../../../canonical/json.js'
import type { CanonicalRequest } from '../../../canonical/request.js'
import type { WarningCode } from '../../../canonical/warning.js'
import { fieldPath } from '../../protocol.js'
import { GEMINI } from '../vocabulary.js'
import type { EncodedTools } from './encode-tools.js'
import { type Encoding, reject } from './encoding.js'
import { sanitizeSchema } from './schema.js'
import { encodeThinking } from './thinking.js'

const MAX_STOP_SEQUENCES = 5
const MAX_SEED = 2 ** 31

type Config = Record<string, JsonValue | undefined>

/** Encodes `generationConfig`; `undefined` when there is nothing to say. */
export function encodeGeneration(
  request: CanonicalRequest,
  tools: EncodedTools,
  encoding: Encoding,
): JsonObject | undefined {
  const config: Config = { ...(request.extensions?.[GEMINI]?.['generationConfig'] as JsonObject | undefined) }
  encodeLimits(request, config, encoding)
  encodeSampling(request, config, encoding)
  encodeFormat(request, config, { tools, encoding })
  if (request.outputModalities !== undefined) {
    config['responseModalities'] = request.outputModalities.map((modality) => modality.toUpperCase())
  }
  const thinkingConfig = encodeThinking(request, encoding)
  if (thinkingConfig !== undefined) config['thinkingConfig'] = thinkingConfig
  return Object.keys(config).length === 0 ? undefined : config
}

function encodeLimits(request: CanonicalRequest, config: Config, encoding: Encoding): void {
  const { maxOutputTokens: asked, stop } = request
  const { maxOutputTokens: limit, traits } = encoding.target
  if (asked === 0) reject(fieldPath('maxOutputTokens'), encoding)
  if (asked !== undefined && limit !== undefined && asked > limit) {
    config['maxOutputTokens'] = limit
    warn(encoding, 'clamped', {
      field: 'maxOutputTokens',
      message: `The model writes at most ${limit} tokens.`,
    })
  } else if (asked !== undefined) config['maxOutputTokens'] = asked
  if ((request.candidateCount ?? 1) > 1) reject(fieldPath('candidateCount'), encoding)
  if (request.candidateCount === 1) config['candidateCount'] = 1
  if (stop === undefined || stop.length === 0) return
  if (traits.stop === false) {
    warn(encoding, 'dropped', {
      field: 'stop',
      message: 'The model takes no stop sequences.',
      semantic: true,
    })
  } else if (stop.length > MAX_STOP_SEQUENCES) reject(fieldPath('stop'), encoding)
  else config['stopSequences'] = stop
}

const SAMPLING = ['temperature', 'topP', 'topK'] as const
const PENALTIES = ['presencePenalty', 'frequencyPenalty'] as const

function encodeSampling(request: CanonicalRequest, config: Config, encoding: Encoding): void {
  const { sampling } = encoding.target.traits
  const off = request.reasoning?.effort === 'none'
  const fixed = sampling === 'fixed' || (sampling === 'when-reasoning-off' && !off)
  for (const field of SAMPLING) {
    if (request[field] === undefined) continue
    if (!fixed) config[field] = request[field]
    else
      warn(encoding, 'dropped', {
        field,
        message: 'The model does not let its sampling be set.',
        // 1 is what clients send who have no wish.
        semantic: field === 'topK' || request[field] !== 1,
      })
  }
  for (const field of PENALTIES) {
    const penalty = request[field]
    if (penalty === undefined) continue
    config[field] = Math.min(penalty, 1.99)
    if (penalty >= 2) warn(encoding, 'clamped', { field, message: 'Penalties must be less than 2.' })
  }
  if (request.seed !== undefined) {
    const fits = Number.isInteger(request.seed) && Math.abs(request.seed) < MAX_SEED
    config['seed'] = fits ? request.seed : Math.trunc(request.seed) % MAX_SEED
    if (!fits)
      warn(encoding, 'clamped', {
        field: 'seed',
        message: 'Seeds are 32-bit integers: the rest of it is used.',
      })
  }
  if (request.logprobs !== undefined) {
    config['responseLogprobs'] = true
    if (request.logprobs.top > 0) config['logprobs'] = request.logprobs.top
  }
}

interface FormatPlace {
  readonly tools: EncodedTools
  readonly encoding: Encoding
}

function encodeFormat(request: CanonicalRequest, config: Config, { tools, encoding }: FormatPlace): void {
  const format = request.responseFormat
  if (format === undefined || format.type === 'text') return
  const { jsonOutputWithFunctions, jsonSchemaOutput } = encoding.target.traits
  const lost = { field: 'responseFormat', semantic: true } as const
  if (tools.functions && (tools.forced || jsonOutputWithFunctions === false)) {
    return warn(encoding, 'dropped', {
      ...lost,
      message: 'The model gives no JSON while it has functions to call.',
    })
  }
  config['responseMimeType'] = 'application/json'
  if (format.type === 'json') return
  if (jsonSchemaOutput === false) {
    return warn(encoding, 'dropped', {
      ...lost,
      message: 'The model cannot be held to a schema: it gets none.',
    })
  }
  const { schema, dropped } = sanitizeSchema(format.schema)
  const described = format.description !== undefined && schema['description'] === undefined
  config['responseJsonSchema'] = described ? { description: format.description, ...schema } : schema
  if (dropped.length > 0) {
    warn(encoding, 'dropped', {
      ...lost,
      message: `Gemini does not know these words of the schema: ${dropped.join(', ')}.`,
    })
  }
}

interface Loss {
  readonly field: keyof CanonicalRequest
  readonly message: string
  readonly semantic?: boolean
}

function warn(encoding: Encoding, code: WarningCode, { field, message, semantic }: Loss): void {
  encoding.warnings.push({ code, path: fieldPath(field), message, semantic: semantic ?? false })
}
