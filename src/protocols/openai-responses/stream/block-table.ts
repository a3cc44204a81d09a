import type { Citation, TokenLogprob } from '../../../canonical/content.js'
import type { Finish } from '../../../canonical/response.js'
import type { BlockStart, StreamPart } from '../../../canonical/stream.js'
import { INCOMPLETE } from '../vocabulary.js'
import type { BuiltInTool } from '../wire/built-in-tools.js'
import { PROTOCOL } from '../wire/content.js'
import {
  type BlockWriter,
  createBuiltInWriter,
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
  readonly path: string
  readonly citations: Citation[]
  /** Where its text begins in the part; -1 until there is some. */
  offset: number
  /** Tokens came with their probabilities, and have no place. */
  losesTokens: boolean
}

/** What of a client's request decides how its answer is written. */
export interface ClientWishes {
  /** True: the client wants the chain of thought itself. */
  readonly showRaw: boolean
  readonly builtIns: ReadonlyMap<string, BuiltInTool>
}

/** Creates a {@link BlockTable}. */
export function createBlockTable(log: EventLog, wishes: ClientWishes): BlockTable {
  const texts = new Map<number, TextBlock>()
  const writers = new Map<number, BlockWriter>()
  const messages = createMessages(log)
  let opened = 0

  const open = (key: number, block: BlockStart): void => {
    const path = `output[${opened++}]`
    if (block.kind === 'text' || block.kind === 'refusal') {
      texts.set(key, { ...block, path, citations: [], offset: -1, losesTokens: false })
      return
    }
    if (isLost(block)) log.lose(path, NO_COUNTERPART)
    messages.finish('completed')
    writers.set(key, createWriter(block, { log, path, wishes }))
  }
  return {
    push(part) {
      if (part.type === 'open') {
        open(part.key, part.block)
        return
      }
      const text = texts.get(part.key)
      if (text !== undefined) {
        messages.push(text, part)
        return
      }
      const writer = writers.get(part.key)
      if (part.type === 'delta') writer?.delta(part.text)
      else if (part.type === 'seal') writer?.seal(part.state)
      else if (part.type === 'close') writer?.close(part.status)
    },
    finish({ reason, explanation }) {
      if (reason === 'content-filter' && explanation !== undefined) messages.explain(explanation)
      messages.finish(INCOMPLETE[reason] === undefined ? 'completed' : 'incomplete')
    },
  }
}

const TOKENS_OF_REFUSAL = 'Probabilities of the tokens of a refusal have no place in this protocol.'
const NO_COUNTERPART = 'A part of the answer has no counterpart in this protocol and was left out.'

function isLost(block: BlockStart): boolean {
  return (
    block.kind === 'audio' ||
    (block.kind === 'image' && block.source.type !== 'base64') ||
    (block.kind === 'provider' && block.protocol !== PROTOCOL)
  )
}

interface Messages {
  push(block: TextBlock, part: Exclude<BlockPart, { type: 'open' }>): void
  /** Adds a refusal, unless the model gave its own. */
  explain(explanation: string): void
  /** Ends the message that is open, if one is. */
  finish(status: 'completed' | 'incomplete'): void
}

/** Text blocks as message items: a message stays open until something else comes. */
function createMessages(log: EventLog): Messages {
  let message: MessageWriter | null = null
  let isCut = false
  let hasRefusal = false

  const finish: Messages['finish'] = (status) => {
    message?.finish(isCut ? 'incomplete' : status)
    message = null
    isCut = false
  }
  const write = (block: TextBlock, text: string, logprobs?: readonly TokenLogprob[]): void => {
    if (message === null || (block.kind === 'text' && !message.continues(block))) {
      finish('completed')
      message = createMessageWriter(log, block)
    }
    const length = message.begin(block.kind)
    if (block.offset < 0) block.offset = length
    hasRefusal ||= block.kind === 'refusal'
    message.append(text, logprobs)
  }
  return {
    finish,
    push(block, part) {
      if (part.type === 'delta') {
        write(block, part.text, part.logprobs)
        block.losesTokens ||= block.kind === 'refusal' && part.logprobs !== undefined
      } else if (part.type === 'note') block.citations.push(part.citation)
      else if (part.type === 'close' && block.offset >= 0) {
        message?.annotate(block.citations, block)
        if (block.losesTokens) log.lose(`${block.path}.logprobs`, TOKENS_OF_REFUSAL)
        isCut ||= part.status === 'incomplete'
      }
    },
    explain(explanation) {
      if (!hasRefusal)
        write({ kind: 'refusal', path: '', citations: [], offset: -1, losesTokens: false }, explanation)
    },
  }
}

interface WriterPlace {
  readonly log: EventLog
  /** Of the part that the block is. */
  readonly path: string
  readonly wishes: ClientWishes
}

function createWriter(
  block: Exclude<BlockStart, { kind: 'text' | 'refusal' }>,
  { log, path, wishes }: WriterPlace,
): BlockWriter {
  switch (block.kind) {
    case 'reasoning':
      return createReasoningWriter(log, block, wishes.showRaw)
    case 'tool': {
      const callId = log.callId(block.id)
      if (block.state !== undefined) writeCallState(log, block.state, callId)
      const tool = block.tool === 'function' ? wishes.builtIns.get(block.name) : undefined
      if (tool !== undefined && block.namespace === undefined)
        return createBuiltInWriter({ sink: log, block, callId, path }, tool)
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
