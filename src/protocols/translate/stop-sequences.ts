import type { StreamPart } from '../../canonical/stream.js'

/** Applies stop sequences to a vendor's stream that has no such field: cuts the text and ends the answer. */
export interface StopScanner {
  push(part: StreamPart): readonly StreamPart[]
  /** True once a sequence has matched: the rest of the vendor's answer is not wanted. */
  readonly matched: boolean
}

/** Text that could be the beginning of a sequence is held back until it is known not to be. */
export function createStopScanner(sequences: readonly string[]): StopScanner {
  const longest = Math.max(...sequences.map(({ length }) => length))
  const open = new Set<number>()
  /** What is held back of each open text. */
  const held = new Map<number, string>()
  let matched = false

  const scan = (key: number, text: string): readonly StreamPart[] => {
    const hit = firstHit(text, sequences)
    if (hit === null) {
      const end = wholeEnd(text, text.length - (longest - 1))
      held.set(key, text.slice(end))
      return deltas(key, text.slice(0, end))
    }
    matched = true
    held.set(key, text.slice(0, hit.at))
    return [
      ...[...open].flatMap((one) => [
        ...flush(one),
        { type: 'close', key: one, status: 'complete' } as const,
      ]),
      { type: 'finish', finish: { reason: 'stop-sequence', stopSequence: hit.sequence } },
    ]
  }

  const flush = (key: number): readonly StreamPart[] => {
    const rest = held.get(key) ?? ''
    held.delete(key)
    return deltas(key, rest)
  }

  return {
    get matched() {
      return matched
    },
    push(part) {
      if (matched) return []
      switch (part.type) {
        case 'open':
          open.add(part.key)
          if (part.block.kind === 'text') held.set(part.key, '')
          return [part]
        case 'delta': {
          const before = held.get(part.key)
          return before === undefined ? [part] : scan(part.key, before + part.text)
        }
        case 'close':
          open.delete(part.key)
          return [...flush(part.key), part]
        case 'error':
          return [...[...held.keys()].flatMap(flush), part]
        default:
          return [part]
      }
    },
  }
}

function deltas(key: number, text: string): readonly StreamPart[] {
  return text === '' ? [] : [{ type: 'delta', key, text }]
}

/** `end`, or one less where it would part the halves of a surrogate pair: not every client can join them again. */
function wholeEnd(text: string, end: number): number {
  if (end <= 0) return 0
  return /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) ? end - 1 : end
}

interface Hit {
  readonly at: number
  readonly sequence: string
}

/** The sequence that is complete first, as when the text comes character by character; of several, the longest. */
function firstHit(text: string, sequences: readonly string[]): Hit | null {
  let best: (Hit & { readonly end: number }) | null = null
  for (const sequence of sequences) {
    const at = sequence === '' ? -1 : text.indexOf(sequence)
    const end = at + sequence.length
    if (at < 0) continue
    if (best === null || end < best.end || (end === best.end && at < best.at)) best = { at, sequence, end }
  }
  return best
}
