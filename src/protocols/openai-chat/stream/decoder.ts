import { isJsonObject, type JsonObject, lookUp } from '../../../canonical/json.js'
import { asArray, asNumber, asObject, asText } from '../../../canonical/narrow.js'
import type { StreamPart } from '../../../canonical/stream.js'
import type { UpstreamError } from '../../../canonical/upstream-error.js'
import type { DecodeContext, SseEvent, StreamDecoder } from '../../protocol.js'
import { readError } from '../error/index.js'
import { makeAnswerId, toGeneratedImage } from '../response/decode.js'
import { readImageUrl, readReasoningText, splitContent } from '../response/content.js'
import { readFinish } from '../response/finish.js'
import { readLogprobs } from '../response/logprobs.js'
import { createThinkScanner, type ThinkScanner } from '../response/think.js'
import { findUsage } from '../response/usage.js'
import { FAILED_REASONS } from '../vocabulary.js'
import { firstChoice, isEndMark, type WireChoice, type WireMessage } from '../wire.js'
import { createBlocks, type Blocks } from './blocks.js'
import { createCalls, type Calls } from './calls.js'
import { findError, namesOf } from './observe.js'

const TRUNCATED: UpstreamError = {
  kind: 'truncated',
  message: 'The provider closed the stream before the answer was complete.',
}
const GARBAGE: UpstreamError = {
  kind: 'garbage',
  message: 'The provider sent events that could not be read.',
}

interface State {
  readonly context: DecodeContext
  readonly blocks: Blocks
  readonly calls: Calls
  readonly scanner: ThinkScanner | null
  answerId: string
  started: boolean
  /** The vendor's finish reason, once it came; the finish itself waits for usage. */
  word: string
  matched: unknown
  serviceTier: string | undefined
  malformed: number
  audioKey: number | null
  spokenKey: number | null
  done: boolean
  /** Losses that are told once, however often they happen. */
  readonly told: Set<string>
}

/** Reads a vendor's stream. Total over garbage; a stream without a finish reason never ends well. */
export function createStreamDecoder(context: DecodeContext): StreamDecoder {
  const blocks = createBlocks(context.target.family)
  const state: State = {
    context,
    blocks,
    calls: createCalls(blocks, context),
    scanner: context.target.dialect?.inlineThink === true ? createThinkScanner() : null,
    answerId: '',
    started: false,
    word: '',
    matched: undefined,
    serviceTier: undefined,
    malformed: 0,
    audioKey: null,
    spokenKey: null,
    done: false,
    told: new Set(),
  }
  return {
    push(event) {
      const out: StreamPart[] = []
      if (!state.done) pushEvent(state, event, out)
      return out
    },
    end() {
      const out: StreamPart[] = []
      if (!state.done) finish(state, out, false)
      return out
    },
  }
}

function pushEvent(state: State, event: SseEvent, out: StreamPart[]): void {
  const { data } = event
  if (isEndMark(data)) {
    finish(state, out, true)
    return
  }
  const chunk = parse(data)
  if (event.event === 'error') fail(state, out, readError(chunk ?? data))
  else if (chunk === undefined) skip(state, out)
  else pushChunk(state, chunk, out)
}

function parse(data: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(data)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function skip(state: State, out: StreamPart[]): void {
  state.malformed++
  if (state.malformed > 1) fail(state, out, GARBAGE)
  else tell(state, out, 'An event that is no JSON object was skipped.')
}

function pushChunk(state: State, chunk: JsonObject, out: StreamPart[]): void {
  const choices = asArray(chunk['choices'])
  if (chunk['error'] || chunk['base_resp']) {
    const error = findError(chunk)
    if (error !== undefined || chunk['error']) {
      fail(state, out, error ?? GARBAGE)
      return
    }
  }
  const usage = chunk['usage'] || chunk['x_groq'] || choices.length > 0 ? findUsage(chunk) : undefined
  if (choices.length === 0 && usage === undefined) {
    out.push({ type: 'ping' })
    return
  }
  if (!state.started) start(state, chunk, out)
  state.serviceTier = asText(chunk['service_tier']) ?? state.serviceTier
  const choice = firstChoice(choices)
  if (choice !== undefined) pushChoice(state, choice, out)
  if (usage !== undefined && !state.done) {
    const { serviceTier } = state
    out.push({ type: 'usage', usage, ...(serviceTier === undefined ? {} : { serviceTier }) })
  }
}

function start(state: State, chunk: JsonObject, out: StreamPart[]): void {
  const created = asNumber(chunk['created'])
  const { responseId: id, model } = namesOf(chunk)
  state.started = true
  state.answerId = id ?? makeAnswerId(chunk, state.context)
  out.push({
    type: 'start',
    id: state.answerId,
    model: model ?? state.context.target.model,
    ...(id === undefined ? { isIdOurs: true } : {}),
    ...(model === undefined ? { isModelOurs: true } : {}),
    ...(created === undefined ? {} : { created }),
  })
}

function pushChoice(state: State, choice: WireChoice, out: StreamPart[]): void {
  if ((choice.index ?? 0) !== 0) {
    tell(state, out, 'Only the first of several answers was carried over.')
    return
  }
  const delta: WireMessage | undefined = asObject(choice.delta) ?? asObject(choice.message)
  if (delta !== undefined) {
    if (state.word === '') pushDelta(state, delta, out)
    else if (says(delta)) tell(state, out, 'Content after the finish reason was dropped.')
  }
  if (choice.logprobs !== null && choice.logprobs !== undefined) weigh(state, choice.logprobs, out)
  if (isJsonObject(choice.error)) {
    fail(state, out, readError(choice.error))
    return
  }
  const word = asText(choice.finish_reason)
  if (word === undefined || state.word !== '') return
  state.word = word
  state.matched = choice.stop_reason
  const failed = lookUp(FAILED_REASONS, word)
  if (failed === undefined) closeAll(state, out, word)
  else fail(state, out, { kind: failed, message: 'The provider ended the answer with an error.', code: word })
}

function pushDelta(state: State, delta: WireMessage, out: StreamPart[]): void {
  const { blocks, calls } = state
  const reasoning = readReasoningText(delta)
  const details = delta.reasoning_details
  if (Array.isArray(details) && details.length > 0) blocks.details(out, details, reasoning)
  else if (reasoning !== '') blocks.reasoning(out, reasoning)
  const { content } = delta
  if (typeof content === 'string') {
    if (content !== '') say(state, content, out)
  } else if (content !== null && content !== undefined) pushPieces(state, content, out)
  if (typeof delta.refusal === 'string' && delta.refusal !== '') blocks.refusal(out, delta.refusal)
  if (delta.tool_calls !== undefined) {
    for (const call of asArray(delta.tool_calls)) calls.push(out, asObject(call) ?? {}, state.answerId)
  }
  const legacy = asObject(delta.function_call)
  if (legacy !== undefined) calls.push(out, { index: -1, function: legacy }, state.answerId)
  if (delta.annotations !== undefined) {
    for (const annotation of asArray(delta.annotations)) {
      if (!blocks.annotation(out, annotation)) tell(state, out, 'A citation without text was dropped.')
    }
  }
  if (delta.images !== undefined)
    for (const image of asArray(delta.images)) pushImage(state, readImageUrl(image), out)
  if (isJsonObject(delta.audio)) pushAudio(state, delta.audio, out)
}

function say(state: State, text: string, out: StreamPart[]): void {
  if (state.scanner === null) {
    state.blocks.text(out, text)
    return
  }
  for (const piece of state.scanner.push(text)) {
    if (piece.kind === 'reasoning') state.blocks.reasoning(out, piece.text)
    else state.blocks.text(out, piece.text)
  }
}

function pushPieces(state: State, content: unknown, out: StreamPart[]): void {
  for (const { kind, text } of splitContent(content)) {
    if (kind === 'text') say(state, text, out)
    else if (kind === 'reasoning') state.blocks.reasoning(out, text)
    else if (kind === 'refusal') state.blocks.refusal(out, text)
    else if (kind === 'image') pushImage(state, text, out)
    else tell(state, out, 'A part of an unknown type was dropped.')
  }
}

function pushImage({ blocks }: State, url: string | undefined, out: StreamPart[]): void {
  if (url === undefined) return
  blocks.close(out)
  const key = blocks.nextKey()
  const { source } = toGeneratedImage(url)
  out.push(
    { type: 'open', key, block: { kind: 'image', source } },
    { type: 'close', key, status: 'complete' },
  )
}

function pushAudio(state: State, audio: JsonObject, out: StreamPart[]): void {
  if (state.audioKey === null) {
    state.blocks.close(out)
    state.audioKey = state.blocks.nextKey()
    const id = asText(audio['id'])
    out.push({
      type: 'open',
      key: state.audioKey,
      block: { kind: 'audio', ...(id === undefined ? {} : { id }) },
    })
  }
  const data = asText(audio['data'])
  if (data !== undefined) out.push({ type: 'delta', key: state.audioKey, text: data })
  const words = asText(audio['transcript'])
  if (words === undefined) return
  if (state.spokenKey === null) {
    state.spokenKey = state.blocks.nextKey()
    out.push({ type: 'open', key: state.spokenKey, block: { kind: 'text', spoken: true } })
  }
  out.push({ type: 'delta', key: state.spokenKey, text: words })
}

/** Log probabilities belong to the text that came with them, else to the text before. */
function weigh(state: State, value: unknown, out: StreamPart[]): void {
  const logprobs = readLogprobs(value)
  if (logprobs === undefined) return
  const placed =
    state.word === '' &&
    (logprobs.content.length === 0 || state.blocks.weigh(out, 'text', logprobs.content)) &&
    (logprobs.refusal.length === 0 || state.blocks.weigh(out, 'refusal', logprobs.refusal))
  if (!placed) tell(state, out, 'Log probabilities of what is no text were dropped.')
}

function says(delta: WireMessage): boolean {
  return (
    splitContent(delta.content).length > 0 ||
    asArray(delta.tool_calls).length > 0 ||
    readReasoningText(delta) !== ''
  )
}

function closeAll(state: State, out: StreamPart[], word: string): void {
  for (const piece of state.scanner?.end() ?? []) {
    if (piece.kind === 'reasoning') state.blocks.reasoning(out, piece.text)
    else state.blocks.text(out, piece.text)
  }
  state.blocks.close(out)
  for (const key of [state.audioKey, state.spokenKey]) {
    if (key !== null) out.push({ type: 'close', key, status: 'complete' })
  }
  const nameless = state.calls.close(out, word === 'length' || word === 'content_filter')
  if (nameless > 0) tell(state, out, 'A tool call without a name was dropped.')
}

/** The stream is over: well only if the vendor has said so. */
function finish(state: State, out: StreamPart[], marked: boolean): void {
  const lenient = marked && state.started && state.context.target.dialect?.lenientFinish === true
  if (state.word === '' && !(lenient && !state.calls.any())) {
    fail(state, out, TRUNCATED)
    return
  }
  if (state.word === '') {
    closeAll(state, out, 'stop')
    tell(state, out, 'The provider gave no finish reason; its end mark was taken for one.')
  }
  const read = readFinish(state.word === '' ? 'stop' : state.word, state.calls.any(), state.matched)
  if (read.warning !== undefined) out.push({ type: 'warning', warning: read.warning })
  state.done = true
  out.push({ type: 'finish', finish: read.finish })
}

function fail(state: State, out: StreamPart[], error: UpstreamError): void {
  state.done = true
  out.push({ type: 'error', error })
}

function tell(state: State, out: StreamPart[], message: string): void {
  if (state.told.has(message)) return
  state.told.add(message)
  out.push({
    type: 'warning',
    warning: { code: 'dropped', path: 'choices[0].delta', message, semantic: false },
  })
}
