import { type JsonObject, lookUp } from '../../../canonical/json.js'
import type { CanonicalRequest } from '../../../canonical/request.js'
import type { Target } from '../../../canonical/target.js'
import { cachePaths } from '../../cache-paths.js'
import { fieldPath, type Translated } from '../../protocol.js'
import { GEMINI, SERVICE_TIERS } from '../vocabulary.js'
import { omit } from '../wire/index.js'
import { encodeConversation } from './encode-contents.js'
import { encodeGeneration } from './encode-generation.js'
import { encodeTools } from './encode-tools.js'
import { type Encoding, reject } from './encoding.js'

/** Extension fields that are merged into what the canonical request says. */
const MERGED: ReadonlySet<string> = new Set(['generationConfig', 'toolConfig'])

/**
 * Encodes a request for `generateContent`; model and streaming go into the URL. Throws GatewayError
 * `unsupported_parameter`, whose `param` names the field, for what Gemini cannot be asked at all.
 */
export function encodeRequest(request: CanonicalRequest, target: Target): Translated<JsonObject> {
  const encoding: Encoding = { target, warnings: [] }
  refuseState(request, encoding)
  const { systemInstruction, contents, mediaResolution } = encodeConversation(request, encoding)
  const tools = encodeTools(request, encoding)
  const generation = encodeGeneration(request, tools, encoding)
  const serviceTier = encodeServiceTier(request, encoding)
  warnOfTheRest(request, encoding)
  const generationConfig = mediaResolution === undefined ? generation : { mediaResolution, ...generation }
  return {
    value: {
      ...(systemInstruction === undefined ? {} : { systemInstruction }),
      contents,
      ...(tools.tools === undefined ? {} : { tools: tools.tools }),
      ...(tools.toolConfig === undefined ? {} : { toolConfig: tools.toolConfig }),
      ...(generationConfig === undefined ? {} : { generationConfig }),
      ...(serviceTier === undefined ? {} : { serviceTier }),
      ...omit(request.extensions?.[GEMINI] ?? {}, MERGED),
    },
    warnings: encoding.warnings,
  }
}

/** Conversations that another vendor keeps cannot be read here. */
function refuseState({ state }: CanonicalRequest, encoding: Encoding): void {
  if (state === undefined) return
  const { previousResponseId, conversation, background } = state
  if (previousResponseId !== undefined || conversation !== undefined || background === true) {
    reject(fieldPath('state'), encoding)
  }
  if (state.store === true) lose('state', 'Gemini keeps no answers for later.', encoding)
}

function encodeServiceTier({ serviceTier }: CanonicalRequest, encoding: Encoding): string | undefined {
  if (serviceTier === undefined) return undefined
  if (!Object.hasOwn(SERVICE_TIERS, serviceTier)) lose('serviceTier', 'Gemini has no such tier.', encoding)
  return lookUp(SERVICE_TIERS, serviceTier)
}

function warnOfTheRest(request: CanonicalRequest, encoding: Encoding): void {
  if (request.verbosity !== undefined) loseMeaning('verbosity', 'Gemini has no verbosity.', encoding)
  if (request.endUser !== undefined) lose('endUser', 'Gemini takes no end-user id.', encoding)
  if (request.metadata !== undefined) lose('metadata', 'Gemini takes no metadata.', encoding)
  const { key, life, mode } = request.cache ?? {}
  for (const path of cachePaths({ key, life, mode: mode === 'explicit' ? mode : undefined })) {
    const message = 'Gemini caches prompts by itself and takes no settings for it.'
    encoding.warnings.push({ code: 'dropped', path, message, semantic: false })
  }
  const marked = firstMarked(request)
  if (marked !== undefined) {
    encoding.warnings.push({
      code: 'dropped',
      path: marked,
      message: 'Gemini caches prompts by itself: cache markers are not sent.',
      semantic: false,
    })
  }
}

/** Path of the first thing with a cache marker: one word about all of them is enough. */
function firstMarked(request: CanonicalRequest): string | undefined {
  for (const message of request.messages) {
    for (const part of message.content) {
      const marked = part.type === 'tool-result' ? [part, ...part.content].find(isMarked) : part
      if (marked !== undefined && isMarked(marked))
        return `${marked.path ?? message.path ?? fieldPath('messages')}.cache_control`
    }
  }
  const tool = request.tools?.find((each) => each.type !== 'hosted' && each.cache !== undefined)
  return tool === undefined ? undefined : `${tool.path ?? fieldPath('tools')}.cache_control`
}

function isMarked(part: { readonly cache?: unknown }): boolean {
  return part.cache !== undefined
}

function lose(field: keyof CanonicalRequest, message: string, encoding: Encoding): void {
  encoding.warnings.push({ code: 'dropped', path: fieldPath(field), message, semantic: false })
}

function loseMeaning(field: keyof CanonicalRequest, message: string, encoding: Encoding): void {
  encoding.warnings.push({ code: 'dropped', path: fieldPath(field), message, semantic: true })
}
