import type {
  AssistantPart,
  Citation,
  ReasoningPart,
  TextPart,
  ToolCallPart,
} from '../../../canonical/content.js'
import type { JsonObject } from '../../../canonical/json.js'
import { asArray, asNumber, asObject, asString, asText } from '../../../canonical/narrow.js'
import type { CanonicalResponse } from '../../../canonical/response.js'
import { completeUsage } from '../../../canonical/usage.js'
import type { Warning } from '../../../canonical/warning.js'
import type { DecodeContext, Translated } from '../../protocol.js'
import { PROTOCOL } from '../vocabulary.js'
import {
  asJsonText,
  firstChoice,
  parseDataUrl,
  type WireChoice,
  type WireMessage,
  type WireToolCall,
} from '../wire.js'
import {
  detailsText,
  readCitation,
  readImageUrl,
  readReasoningText,
  splitContent,
  type Piece,
} from './content.js'
import { isCompleteJson, readFinish } from './finish.js'
import { readLogprobs } from './logprobs.js'
import { createThinkScanner } from './think.js'
import { findUsage } from './usage.js'

/** Reads a vendor's whole answer; never throws. */
export function decodeResponse(body: JsonObject, context: DecodeContext): Translated<CanonicalResponse> {
  const warnings: Warning[] = []
  const choice: WireChoice = firstChoice(body['choices']) ?? {}
  const message: WireMessage = asObject(choice.message) ?? asObject(choice.delta) ?? {}
  const id = asText(body['id']) ?? makeAnswerId(body, context)
  const word = asText(choice.finish_reason) ?? ''
  const calls = readCalls(message, id, { context, cut: word === 'length' || word === 'content_filter' })
  const spoken = readSpoken(message, context, warnings)
  const { finish, warning } = readFinish(word, calls.length > 0, choice.stop_reason)
  if (warning !== undefined) warnings.push(warning)
  noteLosses(body, warnings)
  const weighed = withLogprobs([...spoken, ...calls], choice, warnings)
  const usage = findUsage(body)
  const created = asNumber(body['created'])
  const serviceTier = asText(body['service_tier'])
  const value: CanonicalResponse = {
    id,
    model: asText(body['model']) ?? context.target.model,
    ...(created === undefined ? {} : { created }),
    content: weighed,
    finish,
    usage: usage === undefined ? null : completeUsage(usage),
    ...(serviceTier === undefined ? {} : { serviceTier }),
  }
  return { value, warnings }
}

/** The id of an answer whose vendor gave it none. */
export function makeAnswerId(body: unknown, context: DecodeContext): string {
  return `chatcmpl-${context.hash(JSON.stringify(body) ?? '', 24)}`
}

/** The id of a call whose vendor gave it none: by its place, so that streamed and whole answers agree. */
export function makeCallId(answerId: string, ordinal: number, context: DecodeContext): string {
  return `call_${context.hash(`${answerId}\n${ordinal}`, 24)}`
}

/** An image that the model made, from its URL. */
export function toGeneratedImage(url: string): Extract<AssistantPart, { type: 'generated-image' }> {
  const parsed = parseDataUrl(url)
  return {
    type: 'generated-image',
    source: parsed === undefined ? { type: 'url', url } : { type: 'base64', ...parsed },
  }
}

function readSpoken(
  message: WireMessage,
  context: DecodeContext,
  warnings: Warning[],
): readonly AssistantPart[] {
  const parts: AssistantPart[] = []
  const reasoning = readReasoning(message, context)
  if (reasoning !== undefined) parts.push(reasoning)
  const pieces = splitContent(message.content).flatMap((piece) =>
    piece.kind === 'text' && context.target.dialect?.inlineThink === true ? scan(piece.text) : [piece],
  )
  for (const piece of pieces) addPiece(parts, piece, { context, warnings })
  const refusal = asText(message.refusal)
  if (refusal !== undefined) parts.push({ type: 'refusal', text: refusal })
  for (const image of asArray(message.images)) {
    const url = readImageUrl(image)
    if (url !== undefined) parts.push(toGeneratedImage(url))
  }
  const audio = readAudio(message)
  if (audio !== undefined) parts.push(audio)
  return withCitations(parts, message)
}

function scan(text: string): readonly Piece[] {
  const scanner = createThinkScanner()
  return [...scanner.push(text), ...scanner.end()]
}

function readReasoning(message: WireMessage, context: DecodeContext): ReasoningPart | undefined {
  const details = asArray(message.reasoning_details)
  const text = readReasoningText(message) || detailsText(details)
  if (text === '' && details.length === 0) return undefined
  return {
    type: 'reasoning',
    text,
    ...(details.length > 0 ? {} : { raw: true }),
    state:
      details.length > 0
        ? { family: context.target.family, kind: 'details', data: details }
        : { family: context.target.family, kind: 'reasoning-text', data: text },
  }
}

function addPiece(
  parts: AssistantPart[],
  { kind, text }: Piece,
  { context, warnings }: { context: DecodeContext; warnings: Warning[] },
): void {
  const last = parts.at(-1)
  switch (kind) {
    case 'text':
      if (last?.type === 'text') parts[parts.length - 1] = { ...last, text: last.text + text }
      else parts.push({ type: 'text', text })
      return
    case 'reasoning':
      parts.push({
        type: 'reasoning',
        text,
        raw: true,
        state: { family: context.target.family, kind: 'reasoning-text', data: text },
      })
      return
    case 'refusal':
      parts.push({ type: 'refusal', text })
      return
    case 'image':
      parts.push(toGeneratedImage(text))
      return
    case 'unknown':
      warnings.push(dropped('choices[0].message.content', 'A part of an unknown type was dropped.'))
  }
}

function readAudio(message: WireMessage): AssistantPart | undefined {
  const audio = asObject(message.audio)
  if (audio === undefined) return undefined
  const id = asText(audio['id'])
  const data = asText(audio['data'])
  const transcript = asText(audio['transcript'])
  return {
    type: 'generated-audio',
    ...(id === undefined ? {} : { id }),
    ...(data === undefined ? {} : { data }),
    ...(transcript === undefined ? {} : { transcript }),
  }
}

function withCitations(parts: readonly AssistantPart[], message: WireMessage): readonly AssistantPart[] {
  const citations = asArray(message.annotations)
    .map(readCitation)
    .filter((citation): citation is Citation => citation !== undefined)
  const at = parts.findLastIndex((part) => part.type === 'text')
  const text = parts[at]
  if (citations.length === 0 || text?.type !== 'text') return parts
  const cited: TextPart = { ...text, citations }
  return parts.with(at, cited)
}

function readCalls(
  message: WireMessage,
  answerId: string,
  given: { context: DecodeContext; cut: boolean },
): readonly ToolCallPart[] {
  const legacy = asObject(message.function_call)
  const listed = asArray(message.tool_calls).map((call): WireToolCall => asObject(call) ?? {})
  const calls = listed.length > 0 || legacy === undefined ? listed : [{ function: legacy }]
  const read = calls
    .map((call, at) => readCall(call, makeCallId(answerId, at, given.context), given.context))
    .filter((call) => call !== undefined)
  const last = read.at(-1)
  // The limit can only have cut the last call.
  return last !== undefined && given.cut && last.kind === 'function' && !isCompleteJson(last.input)
    ? [...read.slice(0, -1), { ...last, status: 'incomplete' }]
    : read
}

function readCall(call: WireToolCall, fallbackId: string, context: DecodeContext): ToolCallPart | undefined {
  const custom = asObject(call.custom)
  const inner = custom ?? asObject(call.function) ?? asObject(call) ?? {}
  const name = asText(inner['name'])
  if (name === undefined) return undefined
  const signature = readSignature(call)
  return {
    type: 'tool-call',
    id: asText(call.id) ?? fallbackId,
    name,
    kind: custom === undefined ? 'function' : 'custom',
    input: custom === undefined ? asJsonText(inner['arguments']) : (asString(custom['input']) ?? ''),
    ...(signature === undefined
      ? {}
      : { state: { family: context.target.family, kind: 'thought-signature', data: signature } }),
  }
}

/** Google's thought signature on a call. */
export function readSignature(call: WireToolCall): string | undefined {
  return asText(asObject(asObject(call.extra_content)?.['google'])?.['thought_signature'])
}

function noteLosses(body: JsonObject, warnings: Warning[]): void {
  if (asArray(body['choices']).length > 1) {
    warnings.push(dropped('choices[1]', `Only one answer can be carried over from ${PROTOCOL}.`))
  }
}

/** The tokens of all texts come in one list, so they stand on the first. */
function withLogprobs(
  parts: readonly AssistantPart[],
  choice: WireChoice,
  warnings: Warning[],
): readonly AssistantPart[] {
  const logprobs = readLogprobs(choice.logprobs)
  if (logprobs === undefined) return parts
  const left = { text: logprobs.content, refusal: logprobs.refusal }
  const weighed = parts.map((part) => {
    if ((part.type !== 'text' && part.type !== 'refusal') || left[part.type].length === 0) return part
    const own = left[part.type]
    left[part.type] = []
    return { ...part, logprobs: own }
  })
  if (left.text.length + left.refusal.length > 0) {
    warnings.push(dropped('choices[0].logprobs', 'Log probabilities of what is no text were dropped.'))
  }
  return weighed
}

function dropped(path: string, message: string): Warning {
  return { code: 'dropped', path, message, semantic: false }
}
