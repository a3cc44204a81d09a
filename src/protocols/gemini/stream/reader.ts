import { isJsonObject, type JsonObject } from '../../../canonical/json.js'
import { asObject, asString, asText } from '../../../canonical/narrow.js'
import type { Finish } from '../../../canonical/response.js'
import type { StreamPart } from '../../../canonical/stream.js'
import type { UpstreamError } from '../../../canonical/upstream-error.js'
import type { DecodeContext } from '../../protocol.js'
import { decodeError } from '../error.js'
import { faultOf, finishMeaning, finishWord } from '../vocabulary.js'
import {
  firstCandidate,
  type WireCandidate,
  type WirePart,
  type WireResponse,
  type WireUsage,
} from '../wire/index.js'
import { readLogprobs } from '../wire/logprobs.js'
import { mergeCounts, readServiceTier, readUsage } from '../wire/usage.js'
import {
  closeText,
  endStreamedCall,
  feedCall,
  feedMedia,
  feedOther,
  feedText,
  placeLogprobs,
  type Reader,
  warn,
} from './blocks.js'
import { groundingCitations, recitationCitations } from './citations.js'

/** Reads an answer piece by piece; a whole answer is one piece. */
export interface AnswerReader {
  /** One response object: a stream's event, or the whole answer. */
  feed(response: JsonObject): readonly StreamPart[]
  /** Ends with `finish` or `error`, unless one of them came before. */
  end(): readonly StreamPart[]
  /** Passes over an event that was no JSON. */
  skip(): readonly StreamPart[]
  /** Ends with this error, unless the answer has ended. */
  fail(error: UpstreamError): readonly StreamPart[]
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
    skip: () =>
      run(() => warn(reader, 'stream', 'An event of the upstream that is no JSON was skipped.', true)),
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
  const model = asText(response.modelVersion)
  const created = Date.parse(asString(response.createTime) ?? '') / 1000
  reader.started = true
  reader.seed = id ?? asString(response.createTime) ?? ''
  reader.out.push({
    type: 'start',
    id: id ?? reader.context.hash(JSON.stringify(response), 24),
    model: model ?? reader.context.target.model,
    ...(id === undefined ? { isIdOurs: true } : {}),
    ...(model === undefined ? { isModelOurs: true } : {}),
    ...(Number.isFinite(created) ? { created: Math.floor(created) } : {}),
    ...countedAtStart(response.usageMetadata),
  })
}

function countedAtStart(usage: unknown): Pick<Extract<StreamPart, { type: 'start' }>, 'usage'> {
  const merged = isJsonObject(usage) ? mergeCounts(undefined, usage) : undefined
  return merged === undefined ? {} : { usage: readUsage(merged) }
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
  const logprobs = readLogprobs(candidate.logprobsResult)
  if (logprobs !== undefined) placeLogprobs(reader, logprobs)
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
    warn(
      reader,
      path,
      'The search suggestions that Google wants shown have no place in this protocol.',
      false,
    )
  }
}

function fail(reader: Reader, error: UpstreamError): void {
  reader.ended = true
  reader.out.push({ type: 'error', error })
}
