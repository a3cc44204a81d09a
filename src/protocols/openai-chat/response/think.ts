import type { Piece } from './content.js'

/** Splits text at `<think>` tags, whatever pieces it comes in. */
export interface ThinkScanner {
  push(text: string): readonly Piece[]
  /** What was held back as the possible begin of a tag. */
  end(): readonly Piece[]
}

const TAGS = { text: '<think>', reasoning: '</think>' } as const

/** Creates a {@link ThinkScanner}. At most the length of a tag is held back. */
export function createThinkScanner(): ThinkScanner {
  let inside: 'text' | 'reasoning' = 'text'
  let held = ''
  return {
    push(text) {
      const pieces: Piece[] = []
      let rest = held + text
      held = ''
      for (;;) {
        const tag = TAGS[inside]
        const at = rest.indexOf(tag)
        if (at === -1) break
        if (at > 0) pieces.push({ kind: inside, text: rest.slice(0, at) })
        rest = rest.slice(at + tag.length)
        inside = inside === 'text' ? 'reasoning' : 'text'
        // Models put a line break around the tags; it belongs to neither side.
        rest = rest.replace(/^\n+/, '')
      }
      const keep = partialTag(rest, TAGS[inside])
      held = rest.slice(rest.length - keep)
      if (rest.length > keep) pieces.push({ kind: inside, text: rest.slice(0, rest.length - keep) })
      return pieces
    },
    end() {
      const text = held
      held = ''
      return text === '' ? [] : [{ kind: inside, text }]
    },
  }
}

/** Length of the longest end of `text` that begins `tag`. */
function partialTag(text: string, tag: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
    if (tag.startsWith(text.slice(text.length - length))) return length
  }
  return 0
}
