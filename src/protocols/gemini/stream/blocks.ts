import type { TokenLogprob } from '../../../canonical/content.js'
import type { JsonObject } from '../../../canonical/json.js'
import { asObject, asText } from '../../../canonical/narrow.js'
import type { OpaqueState } from '../../../canonical/state.js'
import type { StreamPart } from '../../../canonical/stream.js'
import type { DecodeContext } from '../../protocol.js'
import { hashText } from '../../state-envelope.js'
import { GEMINI } from '../vocabulary.js'
import type { WireFunctionCall, WireUsage } from '../wire/index.js'
import { createPartialArguments, type PartialArguments } from './arguments.js'

/** The text block that is being written. */
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

/** Everything that reading one answer remembers. */
export interface Reader {
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

/** Text or a thought: goes on with the open block of its kind, or opens one. */
export function feedText(
  reader: Reader,
  text: string,
  thought: boolean,
  signature: string | undefined,
): void {
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

/** Log probabilities come beside the parts of an event: they are those of its last text. */
export function placeLogprobs(reader: Reader, logprobs: readonly TokenLogprob[]): void {
  const { out, open } = reader
  const texts = new Set(out.flatMap((part) => (isText(part) ? [part.key] : [])))
  if (open?.kind === 'text') texts.add(open.key)
  const at = out.findLastIndex((part) => part.type === 'delta' && texts.has(part.key))
  const delta = out[at]
  if (delta?.type === 'delta') out[at] = { ...delta, logprobs }
  else if (open?.kind === 'text') out.push({ type: 'delta', key: open.key, text: '', logprobs })
  else {
    const path = 'candidates[0].logprobsResult'
    warn(reader, path, 'Log probabilities of what is no text were dropped.', false)
  }
}

function isText(part: StreamPart): part is Extract<StreamPart, { type: 'open' }> {
  return part.type === 'open' && part.block.kind === 'text'
}

/** A call: whole, or a piece of one whose arguments are streamed. */
export function feedCall(reader: Reader, call: WireFunctionCall, signature: string | undefined): void {
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

/** Emits the call whose arguments were streamed, if there is one. */
export function endStreamedCall(reader: Reader, status: 'complete' | 'incomplete'): void {
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

/** Media that the model made; false when the canonical form has no block for them. */
export function feedMedia(reader: Reader, media: JsonObject, signature: string | undefined): boolean {
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

/** A part that only Gemini can say, as one block. */
export function feedOther(reader: Reader, part: JsonObject): void {
  const type = Object.keys(part).find((name) => name !== 'thoughtSignature' && name !== 'thought')
  if (type === undefined) return
  const key = reader.nextKey++
  reader.out.push(
    { type: 'open', key, block: { kind: 'provider', protocol: GEMINI, type, value: part } },
    { type: 'close', key, status: 'complete' },
  )
}

/** Closes the open text block, with its signature. */
export function closeText(reader: Reader): void {
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

/** Reports a loss, once per message. */
export function warn(reader: Reader, path: string, message: string, semantic: boolean): void {
  if (reader.warned.has(message)) return
  reader.warned.add(message)
  reader.out.push({ type: 'warning', warning: { code: 'dropped', path, message, semantic } })
}
