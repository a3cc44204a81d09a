import type { AssistantPart, Citation, MediaSource } from '../../../canonical/content.js'
import type { JsonObject } from '../../../canonical/json.js'
import type { Finish } from '../../../canonical/response.js'
import type { OpaqueState } from '../../../canonical/state.js'
import { completeUsage, type PartialUsage } from '../../../canonical/usage.js'
import type { CodecContext } from '../../protocol.js'
import { unitsToByteOffset } from '../stream/citations.js'
import { finishWordFor, GEMINI, isGoogleState } from '../vocabulary.js'
import { toArguments } from '../wire/arguments.js'

/** PCM as Gemini's speech models make it; the canonical form has no media type for generated audio. */
const SPEECH = 'audio/L16;codec=pcm;rate=24000'

/** A part of an answer on the wire; `null` when Gemini has no word for it. */
export function encodePart(part: AssistantPart, context: CodecContext): JsonObject | null {
  switch (part.type) {
    case 'text':
      return part.text === '' && part.state === undefined
        ? null
        : { text: part.text, ...signatureOf(part.state, context) }
    case 'refusal':
      return part.text === '' ? null : { text: part.text }
    case 'reasoning':
      return part.text === '' && part.state === undefined
        ? null
        : { text: part.text, thought: true, ...signatureOf(part.state, context) }
    case 'tool-call':
      if (part.status === 'incomplete') return null
      return {
        functionCall: { id: part.id, name: part.name, args: toArguments(part.kind, part.input).args },
        ...signatureOf(part.state, context),
      }
    case 'generated-image': {
      const media = encodeSource(part.source)
      return media === null ? null : { ...media, ...signatureOf(part.state, context) }
    }
    case 'generated-audio':
      return part.data === undefined ? null : { inlineData: { mimeType: SPEECH, data: part.data } }
    case 'provider':
      return part.protocol === GEMINI ? part.value : null
  }
}

/** Google's state as it is, another vendor's in an envelope. */
export function signatureOf(
  state: OpaqueState | undefined,
  context: CodecContext,
): { readonly thoughtSignature?: string } {
  if (state === undefined) return {}
  const { data } = state
  return {
    thoughtSignature: isGoogleState(state) && typeof data === 'string' ? data : context.seal(state),
  }
}

function encodeSource(source: MediaSource): JsonObject | null {
  switch (source.type) {
    case 'base64':
      return { inlineData: { mimeType: source.mediaType, data: source.data } }
    case 'url':
      return { fileData: { mimeType: source.mediaType, fileUri: source.url } }
    case 'file':
      return source.protocol === GEMINI
        ? { fileData: { mimeType: source.mediaType, fileUri: source.fileId } }
        : null
  }
}

/** Text with the citations that stand on it. */
export interface CitedText {
  readonly text: string
  readonly citations: readonly Citation[]
}

/** Citations as grounding metadata: UTF-16 offsets become bytes. `undefined` when there are none. */
export function encodeGrounding(texts: readonly CitedText[]): JsonObject | undefined {
  const cited = texts.flatMap(({ text, citations }) => citations.map((citation) => ({ text, citation })))
  if (cited.length === 0) return undefined
  return {
    groundingChunks: cited.map(({ citation }) => encodeChunk(citation)),
    groundingSupports: cited.flatMap(({ text, citation: { start, end } }, at) =>
      start === undefined || end === undefined
        ? []
        : {
            segment: {
              startIndex: unitsToByteOffset(text, start),
              endIndex: unitsToByteOffset(text, end),
              text: text.slice(start, end),
            },
            groundingChunkIndices: [at],
          },
    ),
  }
}

function encodeChunk(citation: Citation): JsonObject {
  if (citation.raw?.protocol === GEMINI) return citation.raw.value as JsonObject
  const title = citation.title ?? citation.filename
  const source = {
    ...(citation.url === undefined ? {} : { uri: citation.url }),
    ...(title === undefined ? {} : { title }),
  }
  return citation.kind === 'url' ? { web: source } : { retrievedContext: source }
}

/** Usage in Google's arithmetic. */
export function encodeUsage(partial: PartialUsage): JsonObject {
  const usage = completeUsage(partial)
  return {
    promptTokenCount: usage.inputTokens,
    candidatesTokenCount: usage.outputTokens - usage.reasoningTokens,
    totalTokenCount: usage.inputTokens + usage.outputTokens,
    ...(usage.cacheReadTokens > 0 ? { cachedContentTokenCount: usage.cacheReadTokens } : {}),
    ...(usage.reasoningTokens > 0 ? { thoughtsTokenCount: usage.reasoningTokens } : {}),
  }
}

/** How an answer ended, as fields of its candidate. */
export function encodeFinish(finish: Finish): JsonObject {
  return {
    finishReason: finishWordFor(finish.reason, finish.raw),
    ...(finish.explanation === undefined ? {} : { finishMessage: finish.explanation }),
  }
}
