import type { Citation } from '../../../canonical/content.js'
import { type JsonObject, parseJson } from '../../../canonical/json.js'
import { asObject } from '../../../canonical/narrow.js'
import type { OpaqueState } from '../../../canonical/state.js'
import type { BlockStart } from '../../../canonical/stream.js'
import type { EncodeContext } from '../../protocol.js'
import type { WarningCode } from '../../../canonical/warning.js'
import { parseInput } from '../request/encode-content.js'
import { carry, hidesReasoning, nativeData, toolCarrier } from '../response/carrier.js'
import { encodeCitation } from '../wire/citation.js'
import { LOST_CITATION, LOST_PART, NOT_AN_OBJECT, ONLY_TRANSCRIPT, PLACEHOLDER } from '../wire/losses.js'
import { PROTOCOL } from '../wire/index.js'
import { isJsonPrefix } from '../wire/json-prefix.js'
import { deltaEvent, eventOf, startEvent, stopEvent } from './events.js'

/** Where a block stands on the wire. */
export interface BlockPlace {
  /** Gives out the index of the next block. */
  next(): number
  /** Reports what becomes of the part; `field`: which of its fields, as the end of a path. */
  warn(code: WarningCode, message: string, field?: string): void
}

/** Encodes one block of an answer. A block may come out as none, one or two on the wire. */
export interface BlockEncoder {
  open(): string
  delta(text: string): string
  note(citation: Citation): string
  seal(state: OpaqueState): string
  /** `null`: the arguments are no JSON, which no client can read. */
  close(status: 'complete' | 'incomplete'): string | null
}

/** Creates the encoder of a block. */
export function createBlockEncoder(
  block: BlockStart,
  counter: BlockPlace,
  context: EncodeContext,
): BlockEncoder {
  switch (block.kind) {
    case 'text':
    case 'refusal':
      return createText(counter)
    case 'reasoning':
      return createReasoning(counter, context)
    case 'tool':
      return createTool(block, counter, context)
    case 'image':
      counter.warn('emulated', PLACEHOLDER)
      return createFixed(() => wholeText('[generated image]', counter))
    case 'audio':
      counter.warn('emulated', ONLY_TRANSCRIPT)
      return createFixed(() => '')
    case 'provider':
      if (block.protocol === PROTOCOL) return createFixed(() => wholeBlock(block.value, counter))
      counter.warn('dropped', LOST_PART)
      return createFixed(() => '')
  }
}

const nothing = (): string => ''

function createFixed(open: () => string): BlockEncoder {
  return { open, delta: nothing, note: nothing, seal: nothing, close: nothing }
}

/** Opened by its first text: the vendor's clients take no empty text blocks back. */
function createText(counter: BlockPlace): BlockEncoder {
  let index = -1
  let text = ''
  return {
    open: nothing,
    delta(piece) {
      if (piece === '') return ''
      text += piece
      if (index >= 0) return deltaEvent(index, 'text_delta', 'text', piece)
      index = counter.next()
      return startEvent(index, { type: 'text', text: '' }) + deltaEvent(index, 'text_delta', 'text', piece)
    },
    note(citation) {
      const encoded = index < 0 ? null : encodeCitation(citation, text)
      if (encoded === null) {
        counter.warn('dropped', LOST_CITATION, '.citations')
        return ''
      }
      return eventOf('content_block_delta', { index, delta: { type: 'citations_delta', citation: encoded } })
    },
    seal: nothing,
    close: () => (index < 0 ? '' : stopEvent(index)),
  }
}

/** Opened by its first text or at its end; the signature comes last. */
function createReasoning(counter: BlockPlace, context: EncodeContext): BlockEncoder {
  const hidden = hidesReasoning(context)
  let index = -1
  let text = ''
  let state: OpaqueState | undefined
  const open = (): string => {
    if (index >= 0) return ''
    index = counter.next()
    return startEvent(index, { type: 'thinking', thinking: '', signature: '' })
  }
  return {
    open: nothing,
    delta(piece) {
      if (hidden || piece === '') return ''
      text += piece
      return open() + deltaEvent(index, 'thinking_delta', 'thinking', piece)
    },
    note: nothing,
    seal(sealed) {
      state = sealed
      return ''
    },
    close() {
      const redacted = state === undefined ? undefined : nativeData(state, 'redacted')
      if (index < 0 && redacted !== undefined) {
        return wholeBlock({ type: 'redacted_thinking', data: redacted }, counter)
      }
      if (index < 0 && state === undefined) return ''
      return open() + signed(index, carry(state, text, context))
    },
  }
}

function createTool(
  block: Extract<BlockStart, { kind: 'tool' }>,
  counter: BlockPlace,
  context: EncodeContext,
): BlockEncoder {
  const { id, name, tool } = block
  let index = -1
  let input = ''
  /** Arguments that begin as an object go out as they come; null: nothing but space has come. */
  let isStreaming: boolean | null = tool === 'custom' ? false : null
  let late: OpaqueState | undefined
  return {
    open() {
      const carrier = block.state === undefined ? '' : carrierOf(block.state, id, counter, context)
      index = counter.next()
      return carrier + startEvent(index, { type: 'tool_use', id, name, input: {} })
    },
    delta(piece) {
      input += piece
      if (isStreaming === true) return deltaEvent(index, 'input_json_delta', 'partial_json', piece)
      if (isStreaming === false || piece.trim() === '') return ''
      isStreaming = piece.trimStart().startsWith('{')
      return isStreaming ? deltaEvent(index, 'input_json_delta', 'partial_json', input) : ''
    },
    note: nothing,
    seal(state) {
      late = state
      return ''
    },
    close(status) {
      // Clients read cut arguments, but not wrong ones.
      const isReadable = status === 'complete' ? parseJson(input) !== undefined : isJsonPrefix(input)
      if (isStreaming === true && !isReadable) return null
      const rest = isStreaming === true ? '' : heldInput(index, input, tool)
      if (isStreaming !== true && tool === 'function' && parseInput(input) === null) {
        counter.warn('repaired', NOT_AN_OBJECT)
      }
      const carrier = late === undefined ? '' : carrierOf(late, id, counter, context)
      return rest + stopEvent(index) + carrier
    },
  }
}

/** Arguments that did not begin as an object: none at all, an object in a string, or something to keep as it is. */
function heldInput(index: number, input: string, tool: 'function' | 'custom'): string {
  const value = tool === 'custom' ? { input } : (parseInput(input) ?? { _raw: input })
  if (Object.keys(value).length === 0) return ''
  return deltaEvent(index, 'input_json_delta', 'partial_json', JSON.stringify(value))
}

/** A thinking block without text, for state of a tool call. */
function carrierOf(state: OpaqueState, id: string, counter: BlockPlace, context: EncodeContext): string {
  const index = counter.next()
  return (
    startEvent(index, { type: 'thinking', thinking: '', signature: '' }) +
    signed(index, carry(toolCarrier(state, id), '', context))
  )
}

function signed(index: number, signature: string): string {
  return deltaEvent(index, 'signature_delta', 'signature', signature) + stopEvent(index)
}

function wholeText(text: string, counter: BlockPlace): string {
  const index = counter.next()
  return (
    startEvent(index, { type: 'text', text: '' }) +
    deltaEvent(index, 'text_delta', 'text', text) +
    stopEvent(index)
  )
}

/** A block in one piece; its input goes as a delta, where clients look for it. */
function wholeBlock(value: JsonObject, counter: BlockPlace): string {
  const index = counter.next()
  const input = asObject(value.input)
  if (input === undefined || Object.keys(input).length === 0)
    return startEvent(index, value) + stopEvent(index)
  return (
    startEvent(index, { ...value, input: {} }) +
    deltaEvent(index, 'input_json_delta', 'partial_json', JSON.stringify(input)) +
    stopEvent(index)
  )
}
