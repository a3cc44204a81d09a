import type { TokenLogprob } from '../../../canonical/content.js'
import type { JsonObject } from '../../../canonical/json.js'
import type { Finish } from '../../../canonical/response.js'
import type { BlockStart, StreamPart } from '../../../canonical/stream.js'
import type { OpaqueState } from '../../../canonical/state.js'
import { completeUsage, mergeUsage, type PartialUsage } from '../../../canonical/usage.js'
import type { Warning } from '../../../canonical/warning.js'
import type { EncodeContext, StreamEncoder } from '../../protocol.js'
import { encodeUpstreamError } from '../error/index.js'
import { writeCallSignature, writeDetails, writeOrder, writeTextDetail } from '../response/details.js'
import {
  lostBlock,
  LOST_CITATION,
  LOST_IMAGE,
  makeId,
  writeAnnotation,
  writeImage,
} from '../response/encode.js'
import { writeFinish } from '../response/finish.js'
import { writeLogprobs } from '../response/logprobs.js'
import { asksForOldCall, LOST_CALLS, writeOldCall, writeOldFinish } from '../response/old-call.js'
import { writeUsage } from '../response/usage.js'

interface Block {
  readonly kind: BlockStart['kind']
  /** What stands before the JSON of a delta's text, and after it. */
  readonly before: string
  readonly after: string
  /** Where the block's text begins in the whole text. */
  readonly start: number
  readonly call: { readonly id: string; readonly index: number; readonly custom: boolean } | undefined
  length: number
  /** Reasoning only: its text, which its state may be bound to. */
  thought: string
  /** Reasoning only: the JSON around a piece of it among the details, if it goes there. */
  readonly detail: readonly [string, string] | undefined
  /** Reasoning only: its index among the details, and whether its state stands there. */
  index: number | undefined
  carried: boolean
}

interface State {
  readonly context: EncodeContext
  readonly withUsage: boolean
  /** The client looks for one call, in `function_call`. */
  readonly oldCall: boolean
  readonly blocks: Map<number, Block>
  readonly warnings: Warning[]
  readonly annotations: JsonObject[]
  readonly images: JsonObject[]
  /** Order of reasoning, text and calls, for the message to be put together again as it was. */
  readonly steps: string[]
  /** Begin of every chunk up to its delta, and the rest after it. */
  head: string
  tail: string
  id: string
  created: number
  roleSent: boolean
  textLength: number
  callCount: number
  detailCount: number
  refused: boolean
  usage: PartialUsage | null
  serviceTier: string | undefined
  done: boolean
}

/** Writes a stream for a Chat client. Calls may be interleaved: their index keeps them apart. */
export function createStreamEncoder(context: EncodeContext): StreamEncoder {
  const state: State = {
    context,
    withUsage: context.request.includeUsage === true,
    oldCall: asksForOldCall(context.body),
    blocks: new Map(),
    warnings: [],
    annotations: [],
    images: [],
    steps: [],
    head: '',
    tail: '',
    id: '',
    created: context.created,
    roleSent: false,
    textLength: 0,
    callCount: 0,
    detailCount: 0,
    refused: false,
    usage: null,
    serviceTier: undefined,
    done: false,
  }
  begin(state, '', undefined)
  return { push: (part) => (state.done ? '' : push(state, part)), warnings: state.warnings }
}

function push(state: State, part: StreamPart): string {
  switch (part.type) {
    case 'delta':
      return part.logprobs === undefined
        ? pushDelta(state, part.key, part.text)
        : pushWeighed(state, part.key, { text: part.text, logprobs: part.logprobs })
    case 'start':
      begin(state, part.id, part.created)
      return ''
    case 'open':
      return open(state, part.key, part.block)
    case 'note':
      annotate(state, part)
      return ''
    case 'seal':
      return seal(state, part.key, part.state)
    case 'close':
      return close(state, part.key, part.status)
    case 'usage':
      state.usage = mergeUsage(state.usage ?? {}, part.usage)
      state.serviceTier = part.serviceTier ?? state.serviceTier
      return ''
    case 'finish':
      state.done = true
      return finish(state, part.finish)
    case 'error':
      state.done = true
      return encodeUpstreamError(part.error)
    case 'warning':
    case 'ping':
      return ''
  }
}

/** Id, time and model are the same in every chunk: they are written once. */
function begin(state: State, id: string, created: number | undefined): void {
  state.id = id === '' ? makeId(state.context) : id
  state.created = created ?? state.created
  state.head = `${envelope(state)},"choices":[{"index":0,"delta":`
  state.tail = `${NO_LOGPROBS},"finish_reason":null}]${state.withUsage ? ',"usage":null' : ''}}\n\n`
}

function envelope({ id, created, context }: State): string {
  const model = JSON.stringify(context.model)
  return `data: {"id":${JSON.stringify(id)},"object":"chat.completion.chunk","created":${created},"model":${model}`
}

function chunk(state: State, delta: JsonObject): string {
  return state.head + JSON.stringify(delta) + state.tail
}

/** The role comes once, first; content is only "" before text, or clients would see an empty text. */
function role(state: State, hasText: boolean): string {
  if (state.roleSent) return ''
  state.roleSent = true
  return chunk(state, { role: 'assistant', content: hasText ? '' : null })
}

function pushDelta(state: State, key: number, text: string): string {
  const block = state.blocks.get(key)
  if (block === undefined || text === '') return ''
  block.length += text.length
  if (block.kind === 'text') state.textLength += text.length
  else if (block.kind === 'reasoning') block.thought += text
  const json = JSON.stringify(text)
  if (block.detail === undefined) return block.before + json + block.after
  const [before, after] = block.detail
  return `${block.before}${json},"reasoning_details":${before}${json}${after}${block.after}`
}

/** A delta with the log probabilities of its tokens: they stand beside it in the choice. */
function pushWeighed(
  state: State,
  key: number,
  { text, logprobs }: { readonly text: string; readonly logprobs: readonly TokenLogprob[] },
): string {
  const kind = state.blocks.get(key)?.kind
  if (kind !== 'text' && kind !== 'refusal') return pushDelta(state, key, text)
  const written = writeLogprobs({
    content: kind === 'text' ? logprobs : [],
    refusal: kind === 'refusal' ? logprobs : [],
  })
  const plain = text === '' ? chunk(state, {}) : pushDelta(state, key, text)
  return `${plain.slice(0, -state.tail.length)},"logprobs":${JSON.stringify(written)}${state.tail.slice(NO_LOGPROBS.length)}`
}

const NO_LOGPROBS = ',"logprobs":null'

function open(state: State, key: number, block: BlockStart): string {
  const first = role(state, block.kind === 'text' && block.spoken !== true)
  switch (block.kind) {
    case 'text':
      if (block.spoken) addSpoken(state, key, 'transcript')
      else add(state, key, { kind: 'text', field: 'content' })
      return first
    case 'refusal':
      state.refused = true
      add(state, key, { kind: 'refusal', field: 'refusal' })
      return first
    case 'reasoning':
      openReasoning(state, key, block)
      return first
    case 'tool':
      return first + openCall(state, key, block)
    case 'image': {
      const image = writeImage(block.source)
      if (image === undefined) state.warnings.push(LOST_IMAGE)
      else state.images.push(image)
      return first
    }
    case 'audio':
      addSpoken(state, key, 'data')
      return first + chunk(state, { audio: { id: block.id ?? '' } })
    case 'provider':
      state.warnings.push(lostBlock(block.type))
      return first
  }
}

/** Audio and its words stand in one object of the delta. */
function addSpoken(state: State, key: number, field: 'data' | 'transcript'): void {
  const before = `${state.head}{"audio":{"${field}":`
  state.blocks.set(key, { ...emptyBlock(state, 'audio'), before, after: `}}${state.tail}` })
}

function emptyBlock(state: State, kind: Block['kind']): Block {
  return {
    kind,
    before: '',
    after: '',
    start: state.textLength,
    call: undefined,
    length: 0,
    thought: '',
    detail: undefined,
    index: undefined,
    carried: false,
  }
}

function add(state: State, key: number, given: { kind: Block['kind']; field: string }): void {
  const before = `${state.head}{"${given.field}":`
  state.blocks.set(key, { ...emptyBlock(state, given.kind), before, after: `}${state.tail}` })
}

/**
 * Reasoning that may get a state is written twice, plainly and as a detail: clients that carry the state join the
 * details by index. Raw reasoning has none that must be carried so.
 */
function openReasoning(state: State, key: number, block: Extract<BlockStart, { kind: 'reasoning' }>): void {
  const index = block.raw === true ? undefined : state.detailCount++
  state.blocks.set(key, {
    ...emptyBlock(state, 'reasoning'),
    before: `${state.head}{"reasoning_content":`,
    after: `}${state.tail}`,
    detail: index === undefined ? undefined : writeTextDetail(index, block.itemId),
    index,
  })
}

function openCall(state: State, key: number, block: Extract<BlockStart, { kind: 'tool' }>): string {
  const index = state.callCount++
  const custom = block.tool === 'custom'
  if (state.oldCall) return openOldCall(state, key, block)
  const { id, name } = block
  state.steps.push(`c${index}`)
  state.blocks.set(key, {
    ...emptyBlock(state, 'tool'),
    before: `${state.head}{"tool_calls":[{"index":${index},${custom ? '"custom":{"input":' : '"function":{"arguments":'}`,
    after: `}}]}${state.tail}`,
    call: { id, index, custom },
  })
  const inner = custom
    ? { type: 'custom', custom: { name, input: '' } }
    : { type: 'function', function: { name, arguments: '' } }
  const signature = writeCallSignature(block.state, id, state.context)
  const details = signature.details.length === 0 ? {} : { reasoning_details: signature.details }
  return chunk(state, { tool_calls: [{ index, id, ...inner, ...signature.extra }], ...details })
}

function openOldCall(state: State, key: number, block: Extract<BlockStart, { kind: 'tool' }>): string {
  if (state.callCount > 1) {
    if (!state.warnings.includes(LOST_CALLS)) state.warnings.push(LOST_CALLS)
    return ''
  }
  state.blocks.set(key, {
    ...emptyBlock(state, 'tool'),
    before: `${state.head}{"function_call":{"arguments":`,
    after: `}}${state.tail}`,
    call: { id: block.id, index: 0, custom: false },
  })
  state.steps.push('c0')
  const { details } = writeCallSignature(block.state, block.id, state.context)
  return chunk(state, {
    ...writeOldCall({ function: { name: block.name, arguments: '' } }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
  })
}

function annotate(state: State, { key, citation }: Extract<StreamPart, { type: 'note' }>): void {
  const block = state.blocks.get(key)
  if (block === undefined) return
  const place = { start: block.start, end: block.start + block.length }
  const annotation = writeAnnotation(citation, place)
  if (annotation === undefined) state.warnings.push(LOST_CITATION)
  else state.annotations.push(annotation)
}

function seal(state: State, key: number, opaque: OpaqueState): string {
  const block = state.blocks.get(key)
  if (block === undefined) return ''
  const { call } = block
  if (call !== undefined) {
    const { extra, details } = writeCallSignature(opaque, call.id, state.context)
    if (details.length === 0) return ''
    const calls = state.oldCall ? {} : { tool_calls: [{ index: call.index, ...extra }] }
    return chunk(state, { ...calls, reasoning_details: details })
  }
  if (block.kind !== 'reasoning') return ''
  const streamed = block.detail !== undefined
  block.index ??= state.detailCount++
  const given = { text: block.thought, state: opaque, index: block.index, streamed }
  const details = writeDetails(given, state.context)
  block.carried = details.length > 0
  return details.length === 0 ? '' : chunk(state, { reasoning_details: details })
}

function close(state: State, key: number, status: 'complete' | 'incomplete'): string {
  const block = state.blocks.get(key)
  if (block === undefined) return ''
  state.blocks.delete(key)
  if (block.kind === 'text' && block.length > 0) state.steps.push(`t${block.length}`)
  const isCarried = block.carried || (block.detail !== undefined && block.length > 0)
  if (isCarried) state.steps.push(`r${block.index ?? 0}`)
  const isBare = block.call !== undefined && !block.call.custom && block.length === 0 && status === 'complete'
  // Clients parse the arguments: none at all are an empty object.
  return isBare ? `${block.before}"{}"${block.after}` : ''
}

function finish(state: State, end: Finish): string {
  const { context, annotations, images } = state
  let text = role(state, true)
  if (annotations.length > 0) text += chunk(state, { annotations })
  if (images.length > 0) text += chunk(state, { images })
  if (end.reason === 'content-filter' && end.explanation !== undefined && !state.refused) {
    text += chunk(state, { refusal: end.explanation })
  }
  const order = writeOrder(state.steps, context)
  if (order.length > 0) text += chunk(state, { reasoning_details: order })
  const reason = writeFinish(end, state.callCount > 0)
  const word = state.oldCall ? writeOldFinish(reason) : reason
  text += `${state.head}{},"logprobs":null,"finish_reason":"${word}"}]${state.withUsage ? ',"usage":null' : ''}}\n\n`
  const usage = state.usage === null ? null : writeUsage(completeUsage(state.usage))
  if (state.withUsage && usage !== null) {
    const tier = state.serviceTier === undefined ? '' : `,"service_tier":${JSON.stringify(state.serviceTier)}`
    text += `${envelope(state)},"choices":[],"usage":${JSON.stringify(usage)}${tier}}\n\n`
  }
  return `${text}data: [DONE]\n\n`
}
