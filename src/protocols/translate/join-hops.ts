import type { Citation } from '../../canonical/content.js'
import type { BlockStart, StreamPart } from '../../canonical/stream.js'
import { addUsage, mergeUsage, type PartialUsage } from '../../canonical/usage.js'
import type { Continuation } from '../protocol.js'

/** Makes the parts of one answer of those of the several that a vendor gave it in. */
export interface HopJoiner {
  /** More of the current hop. */
  push(parts: readonly StreamPart[]): readonly StreamPart[]
  /** The last parts of a hop that another one goes on from. */
  next(tail: readonly StreamPart[]): readonly StreamPart[]
  /** The last parts of the last hop. */
  end(tail: readonly StreamPart[]): readonly StreamPart[]
}

type FinishPart = Extract<StreamPart, { type: 'finish' }>
type BlockPart = Extract<StreamPart, { key: number }>

/** A block that a hop may have been cut in: whether it has ended, the next hop tells. */
interface CutBlock {
  readonly key: number
  readonly kind: BlockStart['kind']
  readonly length: number
  readonly close: StreamPart
}

/** A block that goes on in a later hop. */
interface ResumedBlock {
  /** Its key in that hop. */
  readonly key: number
  /** Its own key. */
  readonly as: number
  /** Where its text went on: offsets of the hop count from here. */
  readonly length: number
}

interface State {
  readonly continuation: Continuation
  /** What the hops before have used; null in the first one. */
  earlier: PartialUsage | null
  usage: PartialUsage
  /** Keys of a hop start here. */
  offset: number
  nextKey: number
  /** The pause that ends the answer unless it goes on. */
  pause: FinishPart | null
  /** The text block that was opened last, with its own key. */
  latest: { readonly key: number; readonly kind: BlockStart['kind']; length: number } | null
  cut: CutBlock | null
  resumed: ResumedBlock | null
}

/** Creates a joiner: blocks are renumbered, usage is summed, and only the last hop ends the answer. */
export function createHopJoiner(continuation: Continuation): HopJoiner {
  const state: State = {
    continuation,
    earlier: null,
    usage: {},
    offset: 0,
    nextKey: 0,
    pause: null,
    latest: null,
    cut: null,
    resumed: null,
  }
  const push = (parts: readonly StreamPart[]): readonly StreamPart[] =>
    parts.every(isPlain) && state.earlier === null
      ? watch(parts, state)
      : parts.flatMap((part) => join(part, state))
  return {
    push,
    next(tail) {
      const joined = push(tail)
      const left = joined.filter((part) => !saysEnd(part, continuation))
      beginHop(state)
      return continuation.seamless ? holdClose(left, state) : left
    },
    end(tail) {
      const joined = push(tail)
      const { pause } = state
      return pause === null ? joined : [...joined, ...takeCut(state), pausedWarning(continuation), pause]
    },
  }
}

/** Of the first hop most parts are as they are. */
function isPlain({ type }: StreamPart): boolean {
  return type !== 'finish' && type !== 'usage' && type !== 'open'
}

function watch(parts: readonly StreamPart[], { latest }: State): readonly StreamPart[] {
  for (const part of parts) {
    if (part.type === 'delta' && part.key === latest?.key) latest.length += part.text.length
  }
  return parts
}

function join(part: StreamPart, state: State): readonly StreamPart[] {
  switch (part.type) {
    case 'start':
      return state.earlier === null ? [part] : []
    case 'usage':
      state.usage = mergeUsage(state.usage, part.usage)
      return [state.earlier === null ? part : { ...part, usage: addUsage(state.earlier, state.usage) }]
    case 'finish':
      if (part.finish.reason !== 'pause') return [...takeCut(state), part]
      state.pause = part
      return []
    case 'open':
      return open(part.key, part.block, state)
    case 'delta':
    case 'note':
    case 'seal':
    case 'close':
      return [renumber(part, state)]
    default:
      return [part]
  }
}

function open(key: number, block: BlockStart, state: State): readonly StreamPart[] {
  const { cut } = state
  if (cut !== null && cut.kind === block.kind) {
    state.cut = null
    state.resumed = { key, as: cut.key, length: cut.length }
    state.latest = { key: cut.key, kind: block.kind, length: cut.length }
    return []
  }
  const own = state.offset + key
  state.nextKey = Math.max(state.nextKey, own + 1)
  state.latest = { key: own, kind: block.kind, length: 0 }
  return [...takeCut(state), { type: 'open', key: own, block }]
}

function renumber(part: BlockPart, state: State): StreamPart {
  const resumed = state.resumed?.key === part.key ? state.resumed : null
  const key = resumed?.as ?? state.offset + part.key
  if (part.type === 'delta' && key === state.latest?.key) state.latest.length += part.text.length
  if (part.type !== 'note' || resumed === null) return { ...part, key }
  return { ...part, key, citation: shift(part.citation, resumed.length) }
}

function shift(citation: Citation, length: number): Citation {
  const { start, end } = citation
  return {
    ...citation,
    ...(start === undefined ? {} : { start: start + length }),
    ...(end === undefined ? {} : { end: end + length }),
  }
}

/** What ended a hop is no news of an answer that goes on. */
function saysEnd(part: StreamPart, { endPath }: Continuation): boolean {
  if (part.type === 'warning') return part.warning.path === endPath
  return part.type === 'finish' || part.type === 'error'
}

function beginHop(state: State): void {
  state.earlier = addUsage(state.earlier ?? {}, state.usage)
  state.usage = {}
  state.offset = state.nextKey
  state.pause = null
  state.resumed = null
}

const GROWING: ReadonlySet<BlockStart['kind']> = new Set(['text', 'reasoning'])

function holdClose(parts: readonly StreamPart[], state: State): readonly StreamPart[] {
  const { latest } = state
  const at = parts.findLastIndex((part) => part.type === 'close')
  const close = parts[at]
  if (close?.type !== 'close' || latest?.key !== close.key || !GROWING.has(latest.kind)) return parts
  state.cut = { ...latest, close }
  return parts.toSpliced(at, 1)
}

function takeCut(state: State): readonly StreamPart[] {
  const { cut } = state
  state.cut = null
  return cut === null ? [] : [cut.close]
}

function pausedWarning({ endPath }: Continuation): StreamPart {
  return {
    type: 'warning',
    warning: {
      code: 'emulated',
      path: endPath,
      message: 'The provider paused its turn there; for the client it ended.',
      semantic: true,
    },
  }
}
