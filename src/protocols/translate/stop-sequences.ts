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
  let textKey = -1
  let held = ''
  let matched = false

  const scan = (key: number, text: string): readonly StreamPart[] => {
    held += text
    const hit = firstHit(held, sequences)
    if (hit !== null) {
      matched = true
      const before = held.slice(0, hit.at)
      held = ''
      return [...deltas(key, before), ...stop(hit.sequence)]
    }
    const safe = Math.max(0, held.length - (longest - 1))
    const out = held.slice(0, safe)
    held = held.slice(safe)
    return deltas(key, out)
  }

  const stop = (sequence: string): readonly StreamPart[] => [
    ...[...open].map((key): StreamPart => ({ type: 'close', key, status: 'complete' })),
    { type: 'finish', finish: { reason: 'stop-sequence', stopSequence: sequence } },
  ]

  const flush = (key: number): readonly StreamPart[] => {
    if (key !== textKey) return []
    const rest = held
    held = ''
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
          if (part.block.kind === 'text') textKey = part.key
          return [part]
        case 'delta':
          return part.key === textKey ? scan(part.key, part.text) : [part]
        case 'close': {
          open.delete(part.key)
          return [...flush(part.key), part]
        }
        default:
          return [part]
      }
    },
  }
}

function deltas(key: number, text: string): readonly StreamPart[] {
  return text === '' ? [] : [{ type: 'delta', key, text }]
}

function firstHit(
  text: string,
  sequences: readonly string[],
): { readonly at: number; readonly sequence: string } | null {
  let best: { at: number; sequence: string } | null = null
  for (const sequence of sequences) {
    const at = sequence === '' ? -1 : text.indexOf(sequence)
    if (at >= 0 && (best === null || at < best.at)) best = { at, sequence }
  }
  return best
}
