import { isJsonObject, type JsonObject } from '../../../canonical/json.js'
import type { Finish } from '../../../canonical/response.js'
import type { OpaqueState } from '../../../canonical/state.js'
import type { StreamPart } from '../../../canonical/stream.js'
import type { UpstreamError } from '../../../canonical/upstream-error.js'
import type { DecodeContext } from '../../protocol.js'
import { hashText } from '../../state-envelope.js'
import { decodeError } from '../error.js'
import { faultOf, finishMeaning, finishWord, GEMINI } from '../vocabulary.js'
import {
  asObject,
  asString,
  asText,
  firstCandidate,
  type WireCandidate,
  type WireFunctionCall,
  type WirePart,
  type WireResponse,
  type WireUsage,
} from '../wire/index.js'
import { mergeCounts, readServiceTier, readUsage } from '../wire/usage.js'
import { createPartialArguments, type PartialArguments } from './arguments.js'
import { groundingCitations, recitationCitations } from './citations.js'

/** Reads an answer piece by piece; a whole answer is one piece. */
export interface AnswerReader {
  /** One response object: a stream's event, or the whole answer. */
  feed(response: JsonObject): readonly StreamPart[]
  /** Ends with `finish` or `error`, unless one of them came before. */
  end(): readonly StreamPart[]
  /** Ends with this error, unless the answer has ended. */
  fail(error: UpstreamError): readonly StreamPart[]
}

interface OpenText {
  readonly key: number
  readonly kind: 'text' | 'reasoning'
  text: string
  /** The last signature wins: a block carries one, and a later one covers the earlier text too. */
  signature: string | undefined
}

interface StreamedCall {
  readonly name: string
  readonly id: string | undefined
  readonly signature: string | undefined
  readonly arguments: PartialArguments
}

interface Reader {
  readonly context: DecodeContext
  out: StreamPart[]
  started: boolean
  ended: boolean
  /** Makes call ids differ between answers. */
  seed: string
  nextKey: number
  open: OpenText | null
  streamed: StreamedCall | null
  readonly callIds: Set<string>
  calls: number
  word: string | undefined
  finishMessage: string | undefined
  blocked: JsonObject | undefined
  usage: WireUsage | undefined
  grounding: JsonObject | undefined
  recitation: JsonObject | undefined
  readonly warned: Set<string>
}

const NOTHING: readonly StreamPart[] = []

/** Creates the reader that both the stream decoder and the response decoder are made of. */
export function createAnswerReader(context: DecodeContext): AnswerReader {
  const reader: Reader = {
    context,
    out: [],
    started: false,
    ended: false,
    seed: '',
    nextKey: 0,
    open: null,
    streamed: null,
    callIds: new Set(),
    calls: 0,
    word: undefined,
    finishMessage: undefined,
    blocked: undefined,
    usage: undefined,
    grounding: undefined,
    recitation: undefined,
    warned: new Set(),
  }
  const run = (step: () => void): readonly StreamPart[] => {
    if (reader.ended) return NOTHING
    reader.out = []
    step()
    return reader.out
  }
  return {
    feed: (response) => run(() => feed(reader, response)),
    end: () => run(() => end(reader)),
    fail: (error) => run(() => fail(reader, error)),
  }
}

function feed(reader: Reader, response: JsonObject & WireResponse): void {
  if (response.error !== undefined) return fail(reader, decodeError(200, {}, response))
  if (!reader.started) start(reader, response)
  if (isJsonObject(response.promptFeedback)) {
    if (asText(response.promptFeedback['blockReason']) !== undefined) reader.blocked = response.promptFeedback
  }
  if (isJsonObject(response.usageMetadata)) feedUsage(reader, response.usageMetadata)
  const candidate = firstCandidate(response)
  if (candidate !== undefined) feedCandidate(reader, candidate)
  if (Array.isArray(response.candidates) && response.candidates.length > 1) {
    warn(reader, 'candidates[1]', 'Only the first candidate of the answer can be translated.', true)
  }
}

function start(reader: Reader, response: WireResponse & JsonObject): void {
  const id = asText(response.responseId)
  const created = Date.parse(asString(response.createTime) ?? '') / 1000
  reader.started = true
  reader.seed = id ?? asString(response.createTime) ?? ''
  reader.out.push({
    type: 'start',
    id: id ?? reader.context.hash(JSON.stringify(response), 24),
    model: asText(response.modelVersion) ?? reader.context.target.model,
    ...(Number.isFinite(created) ? { created: Math.floor(created) } : {}),
  })
}

function feedUsage(reader: Reader, usage: WireUsage): void {
  const merged = mergeCounts(reader.usage, usage)
  if (merged === undefined || merged === reader.usage) return
  reader.usage = merged
  const serviceTier = readServiceTier(usage)
  reader.out.push(
    serviceTier === undefined
      ? { type: 'usage', usage: readUsage(merged) }
      : { type: 'usage', usage: readUsage(merged), serviceTier },
  )
}

function feedCandidate(reader: Reader, candidate: WireCandidate): void {
  const content = candidate.content
  const parts = isJsonObject(content) ? content['parts'] : undefined
  if (Array.isArray(parts)) {
    for (const part of parts as readonly unknown[]) if (isJsonObject(part)) feedPart(reader, part)
  }
  reader.word = finishWord(candidate.finishReason) ?? reader.word
  reader.finishMessage = asText(candidate.finishMessage) ?? reader.finishMessage
  if (isJsonObject(candidate.groundingMetadata)) {
    reader.grounding = { ...reader.grounding, ...candidate.groundingMetadata }
  }
  if (isJsonObject(candidate.citationMetadata)) reader.recitation = candidate.citationMetadata
}

function feedPart(reader: Reader, part: JsonObject & WirePart): void {
  const signature = asText(part.thoughtSignature)
  if (typeof part.text === 'string') {
    if (part.text === '' && signature === undefined) return
    endStreamedCall(reader, 'complete')
    return feedText(reader, part.text, part.thought === true, signature)
  }
  if (isJsonObject(part.functionCall)) return feedCall(reader, part.functionCall, signature)
  endStreamedCall(reader, 'complete')
  closeText(reader)
  const media = part.thought === true ? undefined : asObject(part.inlineData)
  if (media === undefined || !feedMedia(reader, media, signature)) feedOther(reader, part)
}

function feedText(reader: Reader, text: string, thought: boolean, signature: string | undefined): void {
  const kind = thought ? 'reasoning' : 'text'
  let open = reader.open
  if (open === null || open.kind !== kind) {
    if (text === '' && !thought) {
      const path = 'candidates[0].content.parts'
      return warn(reader, path, 'A signature that stands on no text was dropped: it is optional.', false)
    }
    closeText(reader)
    open = { key: reader.nextKey++, kind, text: '', signature: undefined }
    reader.open = open
    reader.out.push({ type: 'open', key: open.key, block: { kind } })
  }
  if (text !== '') {
    open.text += text
    reader.out.push({ type: 'delta', key: open.key, text })
  }
  if (signature !== undefined) open.signature = signature
}

function feedCall(reader: Reader, call: WireFunctionCall, signature: string | undefined): void {
  const name = asText(call.name)
  const streamed = reader.streamed
  if (streamed !== null && name === undefined) {
    streamed.arguments.apply(call.partialArgs)
    if (call.willContinue !== true) endStreamedCall(reader, 'complete')
    return
  }
  endStreamedCall(reader, 'complete')
  if (name === undefined) {
    const path = 'candidates[0].content.parts'
    return warn(reader, path, 'A function call without a name was dropped.', true)
  }
  if (call.partialArgs === undefined && call.willContinue !== true) {
    return emitCall(reader, { name, id: asText(call.id), signature, input: argumentsJson(call.args) })
  }
  const partial = createPartialArguments(asObject(call.args) ?? {})
  partial.apply(call.partialArgs)
  reader.streamed = { name, id: asText(call.id), signature, arguments: partial }
  if (call.willContinue !== true) endStreamedCall(reader, 'complete')
}

function endStreamedCall(reader: Reader, status: 'complete' | 'incomplete'): void {
  const streamed = reader.streamed
  if (streamed === null) return
  reader.streamed = null
  emitCall(reader, { ...streamed, input: streamed.arguments.toJson(), status })
}

interface WholeCall {
  readonly name: string
  readonly id: string | undefined
  readonly signature: string | undefined
  readonly input: string
  readonly status?: 'complete' | 'incomplete' | undefined
}

function emitCall(reader: Reader, call: WholeCall): void {
  closeText(reader)
  const id = uniqueCallId(reader, call)
  const key = reader.nextKey++
  const state = call.signature === undefined ? undefined : toState(reader, call.signature, { tool: id })
  reader.out.push({
    type: 'open',
    key,
    block: { kind: 'tool', tool: 'function', id, name: call.name, ...(state === undefined ? {} : { state }) },
  })
  if (call.input !== '') reader.out.push({ type: 'delta', key, text: call.input })
  reader.out.push({ type: 'close', key, status: call.status ?? 'complete' })
}

/** The vendor's id, unless it has none or gave it to an earlier call too: results are matched by id. */
function uniqueCallId(reader: Reader, call: WholeCall): string {
  const ordinal = reader.calls++
  const made = `${reader.seed}\n${ordinal}\n${call.name}\n${call.input}`
  const id =
    call.id === undefined || reader.callIds.has(call.id) ? `call_${reader.context.hash(made, 24)}` : call.id
  reader.callIds.add(id)
  return id
}

function argumentsJson(args: unknown): string {
  if (typeof args === 'string') return args
  if (typeof args !== 'object' || args === null) return ''
  const json = JSON.stringify(args)
  return json === '{}' ? '' : json
}

function feedMedia(reader: Reader, media: JsonObject, signature: string | undefined): boolean {
  const mediaType = asText(media['mimeType'])
  const data = asText(media['data'])
  if (mediaType === undefined || data === undefined) return false
  const key = reader.nextKey
  if (mediaType.startsWith('image/')) {
    const state = signature === undefined ? {} : { state: toState(reader, signature) }
    const source = { type: 'base64', mediaType, data } as const
    reader.out.push({ type: 'open', key, block: { kind: 'image', source, ...state } })
  } else if (mediaType.startsWith('audio/')) {
    reader.out.push({ type: 'open', key, block: { kind: 'audio' } }, { type: 'delta', key, text: data })
  } else return false
  reader.nextKey++
  reader.out.push({ type: 'close', key, status: 'complete' })
  return true
}

function feedOther(reader: Reader, part: JsonObject): void {
  const type = Object.keys(part).find((name) => name !== 'thoughtSignature' && name !== 'thought')
  if (type === undefined) return
  const key = reader.nextKey++
  reader.out.push(
    { type: 'open', key, block: { kind: 'provider', protocol: GEMINI, type, value: part } },
    { type: 'close', key, status: 'complete' },
  )
}

function closeText(reader: Reader): void {
  const open = reader.open
  if (open === null) return
  reader.open = null
  if (open.signature !== undefined) {
    const state = toState(reader, open.signature)
    const bound = open.kind === 'reasoning' ? { ...state, textHash: hashText(open.text) } : state
    reader.out.push({ type: 'seal', key: open.key, state: bound })
  }
  reader.out.push({ type: 'close', key: open.key, status: 'complete' })
}

function toState(reader: Reader, data: string, binding?: OpaqueState['binding']): OpaqueState {
  return {
    family: reader.context.target.family,
    kind: 'thought-signature',
    data,
    ...(binding === undefined ? {} : { binding }),
  }
}

function end(reader: Reader): void {
  const { word, blocked } = reader
  if (word === undefined && blocked === undefined) {
    return fail(reader, { kind: 'truncated', message: 'The upstream ended before it said why.' })
  }
  const meaning = word === undefined ? 'content-filter' : finishMeaning(word)
  if (meaning === 'fault') return fail(reader, faultOf(word ?? '', reader.finishMessage))
  endStreamedCall(reader, meaning === 'length' ? 'incomplete' : 'complete')
  if (meaning === 'other' && reader.nextKey === 0) {
    return fail(reader, faultOf(word ?? '', `The upstream ended with ${word} and no content.`))
  }
  emitNotes(reader)
  closeText(reader)
  reader.ended = true
  reader.out.push({ type: 'finish', finish: toFinish(reader, meaning) })
}

function toFinish(reader: Reader, meaning: Finish['reason']): Finish {
  const { word, blocked } = reader
  if (word === 'CONTINUATION') {
    warn(reader, 'candidates[0].finishReason', 'The vendor would have gone on: the answer is cut.', true)
  } else if (meaning === 'other') {
    warn(reader, 'candidates[0].finishReason', 'The vendor named a reason that has no equivalent.', false)
  }
  if (word === undefined) {
    const explanation = asText(blocked?.['blockReasonMessage'])
    const raw = asText(blocked?.['blockReason'])
    return { reason: 'content-filter', raw, ...(explanation === undefined ? {} : { explanation }) }
  }
  const reason = meaning === 'stop' && reader.calls > 0 ? 'tool-calls' : meaning
  const explanation = meaning === 'content-filter' ? reader.finishMessage : undefined
  return { reason, raw: word, ...(explanation === undefined ? {} : { explanation }) }
}

/** Sources of an answer come with its last events, so they stand on the text block that is open then. */
function emitNotes(reader: Reader): void {
  const { grounding, recitation, open } = reader
  const text = open?.kind === 'text' ? open.text : ''
  const citations = [
    ...(grounding === undefined ? [] : groundingCitations(grounding, text)),
    ...(recitation === undefined ? [] : recitationCitations(recitation, text)),
  ]
  if (open?.kind === 'text') {
    for (const citation of citations) reader.out.push({ type: 'note', key: open.key, citation })
  } else if (citations.length > 0) {
    const path = 'candidates[0].groundingMetadata'
    warn(reader, path, 'Sources of text that was followed by something else were dropped.', false)
  }
  if (grounding?.['searchEntryPoint'] !== undefined) {
    const path = 'candidates[0].groundingMetadata.searchEntryPoint'
    warn(reader, path, 'The search suggestions that Google wants shown have no place in this protocol.', false)
  }
}

function fail(reader: Reader, error: UpstreamError): void {
  reader.ended = true
  reader.out.push({ type: 'error', error })
}

function warn(reader: Reader, path: string, message: string, semantic: boolean): void {
  if (reader.warned.has(message)) return
  reader.warned.add(message)
  reader.out.push({ type: 'warning', warning: { code: 'dropped', path, message, semantic } })
}
