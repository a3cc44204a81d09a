import type { Citation } from '../../../canonical/content.js'
import type { Finish } from '../../../canonical/response.js'
import type { BlockStart, StreamPart } from '../../../canonical/stream.js'
import { INCOMPLETE } from '../vocabulary.js'
import {
  type BlockWriter,
  createCallWriter,
  createImageWriter,
  createProviderWriter,
  createSilentWriter,
} from './block-writer.js'
import type { EventLog } from './event-sink.js'
import { createMessageWriter, type MessageWriter } from './message-writer.js'
import { createReasoningWriter, writeCallState } from './reasoning-writer.js'

type BlockPart = Extract<StreamPart, { key: number }>

/** The open blocks of a stream, each with its writer. */
export interface BlockTable {
  push(part: BlockPart): void
  finish(end: Finish): void
}

/** A text block inside a message item. */
interface TextBlock {
  readonly kind: 'text' | 'refusal'
  readonly phase?: string | undefined
  readonly itemId?: string | undefined
  readonly citations: Citation[]
  /** Where its text begins in the part; -1 until there is some. */
  offset: number
}

/** Creates a {@link BlockTable}. `showRaw`: the client wants the chain of thought itself. */
export function createBlockTable(log: EventLog, showRaw: boolean): BlockTable {
  const texts = new Map<number, TextBlock>()
  const writers = new Map<number, BlockWriter>()
  let message: MessageWriter | null = null
  let messageStatus: 'completed' | 'incomplete' = 'completed'
  let hasRefusal = false

  const finishMessage = (status: 'completed' | 'incomplete'): void => {
    message?.finish(messageStatus === 'incomplete' ? messageStatus : status)
    message = null
    messageStatus = 'completed'
  }
  const writeText = (block: TextBlock, text: string): void => {
    if (message === null || (block.kind === 'text' && !message.continues(block))) {
      finishMessage('completed')
      message = createMessageWriter(log, block)
    }
    const length = message.begin(block.kind)
    if (block.offset < 0) block.offset = length
    hasRefusal ||= block.kind === 'refusal'
    message.append(text)
  }
  const closeText = (block: TextBlock, status: 'complete' | 'incomplete'): void => {
    if (block.offset < 0) return
    message?.annotate(block.citations, block.offset)
    if (status === 'incomplete') messageStatus = 'incomplete'
  }
  const open = (key: number, block: BlockStart): void => {
    if (block.kind === 'text' || block.kind === 'refusal') {
      texts.set(key, { ...block, citations: [], offset: -1 })
      return
    }
    finishMessage('completed')
    writers.set(key, createWriter(block, log, showRaw))
  }
  const pushText = (block: TextBlock, part: Exclude<BlockPart, { type: 'open' }>): void => {
    if (part.type === 'delta') writeText(block, part.text)
    else if (part.type === 'note') block.citations.push(part.citation)
    else if (part.type === 'close') closeText(block, part.status)
  }
  return {
    push(part) {
      if (part.type === 'open') {
        open(part.key, part.block)
        return
      }
      const text = texts.get(part.key)
      if (text !== undefined) {
        pushText(text, part)
        return
      }
      const writer = writers.get(part.key)
      if (part.type === 'delta') writer?.delta(part.text)
      else if (part.type === 'seal') writer?.seal(part.state)
      else if (part.type === 'close') writer?.close(part.status)
    },
    finish({ reason, explanation }) {
      if (reason === 'content-filter' && explanation !== undefined && !hasRefusal) {
        writeText({ kind: 'refusal', citations: [], offset: -1 }, explanation)
      }
      finishMessage(INCOMPLETE[reason] === undefined ? 'completed' : 'incomplete')
    },
  }
}

function createWriter(
  block: Exclude<BlockStart, { kind: 'text' | 'refusal' }>,
  log: EventLog,
  showRaw: boolean,
): BlockWriter {
  switch (block.kind) {
    case 'reasoning':
      return createReasoningWriter(log, block, showRaw)
    case 'tool': {
      const callId = log.callId(block.id)
      if (block.state !== undefined) writeCallState(log, block.state, callId)
      return createCallWriter(log, block, callId)
    }
    case 'image':
      return createImageWriter(log, block)
    case 'provider':
      return createProviderWriter(log, block)
    case 'audio':
      return createSilentWriter()
  }
}
