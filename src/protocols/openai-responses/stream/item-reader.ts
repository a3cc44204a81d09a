import type { TokenLogprob } from '../../../canonical/content.js'
import type { JsonObject, JsonValue } from '../../../canonical/json.js'
import { asArray, asObject, asString, asText } from '../../../canonical/narrow.js'
import { PROTOCOL, readAnnotation, readAnnotations } from '../wire/content.js'
import type { WireItem } from '../wire/index.js'
import { readLogprobs } from '../wire/logprobs.js'
import { readNativeState, readReasoningText } from '../wire/reasoning.js'
import { createBlock, type Block, type PartSink } from './block.js'

type Status = 'complete' | 'incomplete'
/** What a delta is a piece of. */
export type Channel = 'text' | 'refusal' | 'summary' | 'raw' | 'input'

/** Reads one output item from its events. Events of a kind that the item cannot have are ignored. */
export interface ItemReader {
  readonly type: string
  /** `index`: of the content or summary part. */
  delta(channel: Channel, index: number, text: string, logprobs?: readonly TokenLogprob[]): void
  /** The whole text of a part, when it is done. */
  whole(channel: Channel, index: number, text: string, logprobs?: readonly TokenLogprob[]): void
  note(index: number, annotation: JsonObject): void
  /** A part of the content is done. */
  finishPart(index: number, part: JsonObject): void
  /** The item is done; `item` is null when the response ended without saying so. */
  finish(item: WireItem | null, status: Status): void
  readonly finished: boolean
}

/** What readers need to know of the vendor. */
export interface ReaderOptions {
  readonly sink: PartSink
  /** Whose reasoning state it is. */
  readonly family: string
  /** An id for a call that came without one. */
  readonly makeCallId: () => string
}

/** Creates the reader for an item of a type. `item` is null when its events came without it. */
export function createItemReader(type: string, item: WireItem | null, options: ReaderOptions): ItemReader {
  switch (type) {
    case 'message':
      return createMessageReader(item, options)
    case 'reasoning':
      return createReasoningReader(item, options)
    case 'function_call':
    case 'custom_tool_call':
      return createCallReader(type, item, options)
    default:
      return createWholeReader(type, options)
  }
}

function createMessageReader(added: WireItem | null, { sink }: ReaderOptions): ItemReader {
  const blocks = new Map<number, Block>()
  const phase = asText(added?.phase)
  const itemId = asText(added?.id)
  let finished = false

  const blockAt = (channel: Channel, index: number): Block => {
    const known = blocks.get(index)
    if (known !== undefined) return known
    // Parts follow each other: a new one ends those before it.
    for (const block of blocks.values()) block.close('complete')
    const block = createBlock(sink, () =>
      channel === 'refusal' ? { kind: 'refusal' } : { kind: 'text', phase, itemId },
    )
    blocks.set(index, block)
    return block
  }
  const completePart = (index: number, part: JsonObject): void => {
    if (!blocks.has(index) && !isMade(part)) return
    const channel = part.type === 'refusal' ? 'refusal' : 'text'
    const block = blockAt(channel, index)
    block.complete(asString(channel === 'refusal' ? part.refusal : part.text), readLogprobs(part.logprobs))
    for (const citation of readAnnotations(part.annotations).slice(block.noteCount)) block.note(citation)
  }
  return {
    ...IGNORE,
    type: 'message',
    delta(channel, index, text, logprobs) {
      if (channel === 'text' || channel === 'refusal') blockAt(channel, index).append(text, logprobs)
    },
    whole: (channel, index, text, logprobs) => blockAt(channel, index).complete(text, logprobs),
    note: (index, annotation) => blockAt('text', index).note(readAnnotation(annotation)),
    finishPart(index, part) {
      completePart(index, part)
      blocks.get(index)?.close('complete')
    },
    finish(item, status) {
      finished = true
      const opened = [...blocks.keys()]
      asArray(item?.content).forEach((value, at) => {
        const part = asObject(value)
        // Some vendors count parts from another number while they stream.
        if (part !== undefined && isMade(part)) completePart(blocks.has(at) ? at : (opened[at] ?? at), part)
      })
      for (const block of blocks.values()) block.close(item?.status === 'incomplete' ? 'incomplete' : status)
    },
    get finished() {
      return finished
    },
  }
}

const nothing = (): void => undefined
const IGNORE = { delta: nothing, whole: nothing, note: nothing, finishPart: nothing }

/** Empty parts are not parts of the answer. */
function isMade(part: JsonObject): boolean {
  return asText(part.text) !== undefined || asText(part.refusal) !== undefined
}

function createReasoningReader(added: WireItem | null, { sink, family }: ReaderOptions): ItemReader {
  let itemId = asText(added?.id)
  let raw = false
  let part = 0
  let finished = false
  const block = createBlock(sink, () => ({ kind: 'reasoning', itemId, ...(raw ? { raw } : {}) }))
  let isOpen = false

  const append = (channel: Channel, index: number, text: string): void => {
    if (text === '' || (channel !== 'summary' && channel !== 'raw')) return
    const isRaw = channel === 'raw'
    if (!isOpen) raw = isRaw
    // One channel is shown: the one that came first.
    else if (isRaw !== raw) return
    if (isOpen && index > part) block.append('\n\n')
    part = Math.max(part, index)
    isOpen = true
    block.append(text)
  }
  return {
    ...IGNORE,
    type: 'reasoning',
    delta: append,
    finish(item, status) {
      finished = true
      if (item !== null) {
        const visible = readReasoningText(item)
        itemId ??= asText(item.id)
        if (!isOpen) raw = visible.raw
        if (visible.raw === raw) block.complete(visible.text)
        const state = readNativeState(item, family, visible)
        if (state !== undefined) block.seal(state)
      }
      block.close(item?.status === 'incomplete' ? 'incomplete' : status)
    },
    get finished() {
      return finished
    },
  }
}

function createCallReader(
  type: string,
  added: WireItem | null,
  { sink, makeCallId }: ReaderOptions,
): ItemReader {
  const tool = type === 'custom_tool_call' ? 'custom' : 'function'
  const field = tool === 'custom' ? 'input' : 'arguments'
  let head: WireItem = added ?? {}
  let waiting = ''
  let finished = false
  const nameOf = (): string | undefined => asText(head.name)
  const block = createBlock(sink, () => ({
    kind: 'tool',
    tool,
    id: asText(head.call_id) ?? asText(head.id) ?? makeCallId(),
    name: nameOf() ?? '',
    namespace: asText(head.namespace),
    itemId: asText(head.id),
  }))
  if (nameOf() !== undefined) block.open()

  return {
    ...IGNORE,
    type,
    delta(channel, _index, text) {
      if (channel !== 'input') return
      // A block opens with its name; vendors that send it late must be waited for.
      if (nameOf() === undefined) waiting += text
      else block.append(text)
    },
    whole(_channel, _index, text) {
      if (nameOf() !== undefined) block.complete(text)
    },
    finish(item, status) {
      finished = true
      if (nameOf() === undefined && item !== null) head = { ...head, ...item }
      if (nameOf() === undefined) {
        sink.add({ type: 'warning', warning: NAMELESS })
        return
      }
      block.open()
      block.append(waiting)
      block.complete(textOf(item?.[field]))
      block.close(item?.status === 'incomplete' ? 'incomplete' : status)
    },
    get finished() {
      return finished
    },
  }
}

const NAMELESS = {
  code: 'dropped',
  path: 'output',
  message: 'The vendor sent a tool call without a name.',
  semantic: true,
} as const

function textOf(value: JsonValue | undefined): string | undefined {
  return asString(value) ?? (asObject(value) === undefined ? undefined : JSON.stringify(value))
}

/** Items that are said in one piece: images, and what only this protocol can say. */
function createWholeReader(type: string, { sink }: ReaderOptions): ItemReader {
  let finished = false
  return {
    ...IGNORE,
    type,
    finish(item, status) {
      finished = true
      if (item === null) return
      const data = type === 'image_generation_call' ? asText(item.result) : undefined
      const mediaType = `image/${asText(item.output_format) ?? 'png'}`
      const block = createBlock(sink, () =>
        data === undefined
          ? { kind: 'provider', protocol: PROTOCOL, type, value: item }
          : { kind: 'image', source: { type: 'base64', mediaType, data } },
      )
      block.open()
      block.close(status)
    },
    get finished() {
      return finished
    },
  }
}
