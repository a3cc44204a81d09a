import type { BlockStart, StreamPart } from '../../canonical/stream.js'
import type { Warning } from '../../canonical/warning.js'
import { createJsonScanner, type JsonScanner } from './json-scanner.js'

/** Push transform: parts of any order in, strictly nested blocks out. */
export interface Linearizer {
  push(part: StreamPart): readonly StreamPart[]
}

type BlockPart = Extract<StreamPart, { readonly key: number }>

/** A block that is open downstream, or waits for it. */
interface Lane {
  readonly key: number
  /** Tells when a function's arguments are whole; null for blocks that only their `close` ends. */
  readonly scanner: JsonScanner | null
  readonly queue: BlockPart[]
}

interface State {
  current: Lane | null
  /** In the order in which they were opened. */
  readonly waiting: Map<number, Lane>
  /** Blocks that were closed downstream before the vendor closed them. */
  readonly closedEarly: Set<number>
  queuedBytes: number
  ended: boolean
}

/** What may wait at most, in bytes. */
const MAX_QUEUED_BYTES = 16 * 1024 * 1024
/** Rough memory of a queued part beside its text. */
const PART_BYTES = 64

const NOTHING: readonly StreamPart[] = []

/**
 * Creates a transform for clients that take one block at a time. The first open block stays live; parts of others
 * wait until it is closed, and then follow in the order in which they were opened.
 *
 * Chat vendors close their calls only at the end. So that one call after the other streams without delay, a call
 * whose JSON is complete is closed as soon as another block is there. More than 16 MiB of waiting parts end the
 * stream with an error.
 */
export function createLinearizer(maxQueuedBytes: number = MAX_QUEUED_BYTES): Linearizer {
  const state: State = {
    current: null,
    waiting: new Map(),
    closedEarly: new Set(),
    queuedBytes: 0,
    ended: false,
  }
  return {
    push(part) {
      if (state.ended) return NOTHING
      if ('key' in part) return pushBlockPart(state, part, maxQueuedBytes)
      if (part.type === 'error') state.ended = true
      if (part.type !== 'finish') return [part]
      state.ended = true
      return [...drain(state), part]
    },
  }
}

function pushBlockPart(state: State, part: BlockPart, maxQueuedBytes: number): readonly StreamPart[] {
  if (part.type === 'open') return openLane(state, part, maxQueuedBytes)
  if (state.current?.key === part.key) return pass(state, state.current, part)
  const lane = state.waiting.get(part.key)
  if (lane !== undefined) return isClosed(lane) ? NOTHING : wait(state, lane, part, maxQueuedBytes)
  if (state.closedEarly.has(part.key)) return afterClose(part)
  return NOTHING
}

function openLane(
  state: State,
  part: Extract<BlockPart, { readonly type: 'open' }>,
  maxQueuedBytes: number,
): readonly StreamPart[] {
  const lane: Lane = { key: part.key, scanner: scannerFor(part.block), queue: [] }
  if (state.current === null) {
    state.current = lane
    return [part]
  }
  const { current } = state
  state.waiting.set(part.key, lane)
  const full = wait(state, lane, part, maxQueuedBytes)
  if (full.length > 0) return full
  return current.scanner?.complete === true ? advance(state, [closeEarly(state, current)]) : NOTHING
}

function scannerFor(block: BlockStart): JsonScanner | null {
  return block.kind === 'tool' && block.tool === 'function' ? createJsonScanner() : null
}

/** A part of the live block. Its end, told or seen, lets the next one follow. */
function pass(state: State, lane: Lane, part: BlockPart): readonly StreamPart[] {
  const parts = checked(lane, part)
  if (part.type === 'close') return state.waiting.size === 0 ? released(state, parts) : advance(state, parts)
  if (lane.scanner?.complete === true && state.waiting.size > 0) {
    return advance(state, [...parts, closeEarly(state, lane)])
  }
  return parts
}

function released(state: State, parts: readonly StreamPart[]): readonly StreamPart[] {
  state.current = null
  return parts
}

/** The part as it may go out: nothing follows the end of a call's arguments. */
function checked(lane: Lane, part: BlockPart): readonly StreamPart[] {
  if (part.type !== 'delta' || lane.scanner === null) return [part]
  const end = lane.scanner.feed(part.text)
  if (end === part.text.length) return [part]
  const rest = part.text.slice(end)
  const kept: readonly StreamPart[] = end === 0 ? NOTHING : [{ ...part, text: part.text.slice(0, end) }]
  return rest.trim() === '' ? kept : [...kept, TRAILING]
}

function closeEarly(state: State, lane: Lane): StreamPart {
  state.closedEarly.add(lane.key)
  return { type: 'close', key: lane.key, status: 'complete' }
}

/** The live block is closed: those that wait follow, up to the first that is still open. */
function advance(state: State, parts: readonly StreamPart[]): readonly StreamPart[] {
  const out = [...parts]
  state.current = null
  for (const [key, lane] of state.waiting) {
    state.waiting.delete(key)
    state.current = lane
    for (const part of lane.queue) {
      state.queuedBytes -= sizeOf(part)
      out.push(...checked(lane, part))
    }
    const closed = isClosed(lane)
    if (!closed && (lane.scanner?.complete !== true || state.waiting.size === 0)) return out
    if (!closed) out.push(closeEarly(state, lane))
    state.current = null
  }
  return out
}

/** True when a block that waits has had its end: whatever comes after it is of no block. */
function isClosed({ queue }: Lane): boolean {
  return queue.at(-1)?.type === 'close'
}

/** The answer is finished: everything goes out, and what the vendor left open is closed. */
function drain(state: State): readonly StreamPart[] {
  const out: StreamPart[] = []
  for (let lane = state.current; lane !== null; lane = state.current) {
    const incomplete = lane.scanner !== null && !lane.scanner.complete
    out.push({ type: 'close', key: lane.key, status: incomplete ? 'incomplete' : 'complete' })
    out.push(...advance(state, NOTHING))
  }
  return out
}

function wait(state: State, lane: Lane, part: BlockPart, maxQueuedBytes: number): readonly StreamPart[] {
  const last = lane.queue.at(-1)
  if (part.type === 'delta' && last?.type === 'delta' && part.logprobs === undefined) {
    lane.queue[lane.queue.length - 1] = { ...last, text: last.text + part.text }
    state.queuedBytes += part.text.length * 2
  } else {
    lane.queue.push(part)
    state.queuedBytes += sizeOf(part)
  }
  if (state.queuedBytes <= maxQueuedBytes) return NOTHING
  state.ended = true
  state.waiting.clear()
  return [OVERFLOW]
}

function sizeOf(part: BlockPart): number {
  switch (part.type) {
    case 'delta':
      return PART_BYTES + part.text.length * 2
    case 'open':
      return (
        PART_BYTES +
        (part.block.kind === 'image' || part.block.kind === 'provider' ? jsonBytes(part.block) : 0)
      )
    case 'note':
    case 'seal':
      return PART_BYTES + jsonBytes(part)
    default:
      return PART_BYTES
  }
}

function jsonBytes(value: unknown): number {
  return JSON.stringify(value).length * 2
}

/** What still comes for a call that was closed because it was complete. */
function afterClose(part: BlockPart): readonly StreamPart[] {
  const harmless = part.type === 'close' || (part.type === 'delta' && part.text.trim() === '')
  return harmless ? NOTHING : [TRAILING]
}

const TRAILING: StreamPart = {
  type: 'warning',
  warning: {
    code: 'dropped',
    path: 'stream',
    message: 'What the vendor sent for a call after its arguments were complete was dropped.',
    semantic: true,
  } satisfies Warning,
}

const OVERFLOW: StreamPart = {
  type: 'error',
  error: {
    kind: 'garbage',
    message: 'The upstream interleaved more than can be held back to put it in order.',
  },
}
