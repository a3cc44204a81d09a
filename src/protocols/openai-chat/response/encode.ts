import type {
  AssistantPart,
  Citation,
  GeneratedAudioPart,
  MediaSource,
  TokenLogprob,
} from '../../../canonical/content.js'
import type { JsonObject } from '../../../canonical/json.js'
import type { CanonicalResponse } from '../../../canonical/response.js'
import type { Warning } from '../../../canonical/warning.js'
import type { EncodeContext, Translated } from '../../protocol.js'
import { PROTOCOL } from '../vocabulary.js'
import { writeCallSignature, writeDetails, writeOrder } from './details.js'
import { writeFinish } from './finish.js'
import { writeLogprobs } from './logprobs.js'
import { asksForOldCall, LOST_CALLS, writeOldCall, writeOldFinish } from './old-call.js'
import { writeUsage } from './usage.js'

/** Writes a whole answer for a Chat client. */
export function encodeResponse(response: CanonicalResponse, context: EncodeContext): Translated<JsonObject> {
  const warnings: Warning[] = []
  const hasCalls = response.content.some((part) => part.type === 'tool-call')
  const usage = writeUsage(response.usage)
  const finish = writeFinish(response.finish, hasCalls)
  const value: JsonObject = {
    id: response.id === '' ? makeId(context) : response.id,
    object: 'chat.completion',
    created: response.created ?? context.created,
    model: context.model,
    choices: [
      {
        index: 0,
        message: writeMessage(response, context, warnings),
        logprobs: writeLogprobs({
          content: tokensOf(response.content, 'text'),
          refusal: tokensOf(response.content, 'refusal'),
        }),
        finish_reason: asksForOldCall(context.body) ? writeOldFinish(finish) : finish,
      },
    ],
    ...(usage === null ? {} : { usage }),
    ...(response.serviceTier === undefined ? {} : { service_tier: response.serviceTier }),
  }
  return { value, warnings }
}

function tokensOf(content: readonly AssistantPart[], type: 'text' | 'refusal'): readonly TokenLogprob[] {
  return content.flatMap((part) => (part.type === type && 'logprobs' in part ? (part.logprobs ?? []) : []))
}

/** The id of an answer that came without one. */
export function makeId(context: EncodeContext): string {
  return `chatcmpl-${context.hash(context.requestId, 24)}`
}

/** A citation as a `url_citation`, its offsets moved to where its text stands in the whole; `undefined`: no words for it. */
export function writeAnnotation(
  citation: Citation,
  place: { readonly start: number; readonly end: number },
): JsonObject | undefined {
  if (citation.raw?.protocol === PROTOCOL && place.start === 0) return citation.raw.value as JsonObject
  if (citation.url === undefined) return undefined
  return {
    type: 'url_citation',
    url_citation: {
      start_index: citation.start === undefined ? place.start : place.start + citation.start,
      end_index: citation.end === undefined ? place.end : place.start + citation.end,
      url: citation.url,
      title: citation.title ?? '',
    },
  }
}

/** An image that the model made, as an entry of `images`. */
export function writeImage(source: MediaSource): JsonObject | undefined {
  if (source.type === 'file') return undefined
  const url = source.type === 'url' ? source.url : `data:${source.mediaType};base64,${source.data}`
  return { type: 'image_url', image_url: { url } }
}

interface Draft {
  text: string
  reasoning: string
  refusal: string
  readonly details: JsonObject[]
  readonly calls: JsonObject[]
  readonly annotations: JsonObject[]
  readonly images: JsonObject[]
  readonly steps: string[]
  audio: GeneratedAudioPart | undefined
  reasoningCount: number
}

function writeMessage(
  { content, finish }: CanonicalResponse,
  context: EncodeContext,
  warnings: Warning[],
): JsonObject {
  const draft: Draft = {
    text: '',
    reasoning: '',
    refusal: '',
    details: [],
    calls: [],
    annotations: [],
    images: [],
    steps: [],
    audio: undefined,
    reasoningCount: 0,
  }
  for (const part of content) addPart(draft, part, { context, warnings })
  const refusal = draft.refusal || (finish.reason === 'content-filter' ? finish.explanation : undefined)
  const details = [...draft.details, ...writeOrder(draft.steps, context)]
  const silent =
    draft.text === '' && (draft.calls.length > 0 || refusal !== undefined || draft.audio !== undefined)
  return {
    role: 'assistant',
    content: silent ? null : draft.text,
    refusal: refusal ?? null,
    ...(draft.reasoning === '' ? {} : { reasoning_content: draft.reasoning }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
    ...(draft.annotations.length === 0 ? {} : { annotations: draft.annotations }),
    ...(draft.images.length === 0 ? {} : { images: draft.images }),
    ...(draft.audio === undefined ? {} : { audio: writeAudio(draft.audio) }),
    ...writeCalls(draft.calls, context, warnings),
  }
}

function writeCalls(calls: readonly JsonObject[], { body }: EncodeContext, warnings: Warning[]): JsonObject {
  const [first] = calls
  if (first === undefined) return {}
  if (!asksForOldCall(body)) return { tool_calls: calls }
  if (calls.length > 1) warnings.push(LOST_CALLS)
  return writeOldCall(first)
}

function addPart(
  draft: Draft,
  part: AssistantPart,
  { context, warnings }: { context: EncodeContext; warnings: Warning[] },
): void {
  switch (part.type) {
    case 'text':
      addText(draft, part, warnings)
      return
    case 'reasoning': {
      const index = draft.reasoningCount
      const details = writeDetails({ text: part.text, state: part.state, index }, context)
      draft.reasoning += part.text
      draft.details.push(...details)
      if (details.length === 0) return
      draft.steps.push(`r${index}`)
      draft.reasoningCount++
      return
    }
    case 'tool-call': {
      const index = draft.calls.length
      const signature = writeCallSignature(part.state, part.id, context)
      draft.steps.push(`c${index}`)
      draft.details.push(...signature.details)
      draft.calls.push({ id: part.id, ...writeCallBody(part), ...signature.extra })
      return
    }
    case 'refusal':
      draft.refusal += part.text
      return
    case 'generated-image': {
      const image = writeImage(part.source)
      if (image === undefined) warnings.push(LOST_IMAGE)
      else draft.images.push(image)
      return
    }
    case 'generated-audio':
      draft.audio = part
      return
    case 'provider':
      warnings.push(lostBlock(part.kind))
  }
}

function addText(draft: Draft, part: Extract<AssistantPart, { type: 'text' }>, warnings: Warning[]): void {
  const start = draft.text.length
  draft.text += part.text
  if (part.text !== '') draft.steps.push(`t${part.text.length}`)
  for (const citation of part.citations ?? []) {
    const annotation = writeAnnotation(citation, { start, end: draft.text.length })
    if (annotation !== undefined) draft.annotations.push(annotation)
    else warnings.push(LOST_CITATION)
  }
}

/** No arguments are an empty object here: clients parse the text. */
function writeCallBody(part: Extract<AssistantPart, { type: 'tool-call' }>): JsonObject {
  if (part.kind === 'custom') return { type: 'custom', custom: { name: part.name, input: part.input } }
  const isEmpty = part.input === '' && part.status !== 'incomplete'
  return { type: 'function', function: { name: part.name, arguments: isEmpty ? '{}' : part.input } }
}

function writeAudio({ id, data, transcript }: GeneratedAudioPart): JsonObject {
  return { id: id ?? '', data: data ?? '', transcript: transcript ?? '', expires_at: 0 }
}

function dropped(field: string, message: string): Warning {
  return { code: 'dropped', path: `choices[0].message.${field}`, message, semantic: false }
}

/** An image that only its vendor can show. */
export const LOST_IMAGE: Warning = dropped('images', 'An image kept at the provider was dropped.')

/** A citation without a URL. */
export const LOST_CITATION: Warning = dropped(
  'annotations',
  'A citation was dropped: this protocol cites web pages only.',
)

/** A block that only its own protocol can say. */
export function lostBlock(kind: string): Warning {
  return dropped('content', `A ${kind} block was dropped: this protocol has no words for it.`)
}
