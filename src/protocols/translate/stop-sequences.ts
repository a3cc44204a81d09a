import type { TokenLogprob } from '../../canonical/content.js'
import type { StreamPart } from '../../canonical/stream.js'

/** Applies stop sequences to a vendor's stream that has no such field: cuts the text and ends the answer. */
export interface StopScanner {
  push(part: StreamPart): readonly StreamPart[]
  /** True once a sequence has matched: the rest of the vendor's answer is not wanted. */
  readonly matched: boolean
}

/** What is held back of an open text. */
interface Held {
  text: string
  /** Tokens of text that has not gone out, and how much has that none of them tells of. */
  readonly tokens: TokenLogprob[]
  credit: number
}

/** Text that could be the beginning of a sequence is held back until it is known not to be. */
export function createStopScanner(sequences: readonly string[]): StopScanner {
  const longest = Math.max(...sequences.map(({ length }) => length))
  const open = new Set<number>()
  const held = new Map<number, Held>()
  let matched = false

  const scan = (key: number, own: Held): readonly StreamPart[] => {
    const { text } = own
    const hit = firstHit(text, sequences)
    if (hit === null) return release(key, own, wholeEnd(text, text.length - (longest - 1)))
    matched = true
    own.text = text.slice(0, hit.at)
    return [
      ...[...open].flatMap((one) => [
        ...flush(one),
        { type: 'close', key: one, status: 'complete' } as const,
      ]),
      { type: 'finish', finish: { reason: 'stop-sequence', stopSequence: hit.sequence } },
    ]
  }

  const flush = (key: number): readonly StreamPart[] => {
    const own = held.get(key)
    held.delete(key)
    if (own === undefined) return []
    if (!matched) own.credit = Number.POSITIVE_INFINITY
    return release(key, own, own.text.length)
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
          if (part.block.kind === 'text' && part.block.spoken !== true)
            held.set(part.key, { text: '', tokens: [], credit: 0 })
          return [part]
        case 'delta': {
          const own = held.get(part.key)
          if (own === undefined) return [part]
          own.text += part.text
          if (part.logprobs !== undefined) own.tokens.push(...part.logprobs)
          return scan(part.key, own)
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

/** The first `length` units of a text, and the tokens that they hold. */
function release(key: number, own: Held, length: number): readonly StreamPart[] {
  const text = own.text.slice(0, length)
  own.text = own.text.slice(length)
  own.credit += text.length
  const logprobs: TokenLogprob[] = []
  for (let [next] = own.tokens; next !== undefined && next.token.length <= own.credit; [next] = own.tokens) {
    own.credit -= next.token.length
    own.tokens.shift()
    logprobs.push(next)
  }
  if (logprobs.length > 0) return [{ type: 'delta', key, text, logprobs }]
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
