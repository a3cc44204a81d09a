import type { CanonicalResponse } from '../../canonical/response.js'
import type { StreamPart } from '../../canonical/stream.js'

/** Takes the Markdown fence off the texts of an answer that was asked to be JSON: no JSON begins with one. */
export interface FenceStripper {
  push(part: StreamPart): readonly StreamPart[]
}

/** A text block whose end is not known yet. */
interface Watched {
  /** `before`: it may still begin with a fence. `inside`: it did. `plain`: it did not. */
  state: 'before' | 'inside' | 'plain'
  held: string
}

/** The line that opens a fence. */
const HEAD = /^\s*```[A-Za-z]*[ \t]*\r?\n/
/** Everything that can still become such a line. */
const HEAD_BEGINNING = /^\s*(?:`{0,2}|```[A-Za-z]*[ \t]*\r?)$/
const FENCE = '```'

/** A stripper for a stream: only what may be a fence is held back. */
export function createFenceStripper(): FenceStripper {
  const texts = new Map<number, Watched>()
  return {
    push(part) {
      if (part.type === 'open') {
        if (part.block.kind === 'text' && part.block.spoken !== true)
          texts.set(part.key, { state: 'before', held: '' })
        return [part]
      }
      const text = 'key' in part ? texts.get(part.key) : undefined
      if (part.type === 'delta' && text !== undefined) return passDelta(text, part)
      if (part.type === 'error') return [...[...texts].flatMap(([key, one]) => toDelta(key, end(one))), part]
      if (part.type !== 'close' || text === undefined) return [part]
      texts.delete(part.key)
      return [...toDelta(part.key, end(text)), part]
    },
  }
}

/** The same for a whole answer. */
export function stripFences(response: CanonicalResponse): CanonicalResponse {
  const content = response.content.map((part) => {
    if (part.type !== 'text') return part
    const text: Watched = { state: 'before', held: '' }
    const stripped = pass(text, part.text) + end(text)
    return stripped === part.text ? part : { ...part, text: stripped }
  })
  return { ...response, content }
}

function passDelta(text: Watched, part: Extract<StreamPart, { type: 'delta' }>): readonly StreamPart[] {
  if (text.state === 'plain') return [part]
  const passed = pass(text, part.text)
  return passed === '' && part.logprobs === undefined ? [] : [{ ...part, text: passed }]
}

function pass(text: Watched, piece: string): string {
  const known = text.held + piece
  if (text.state === 'plain') return piece
  if (text.state === 'inside') return passInside(text, known)
  const head = HEAD.exec(known)
  if (head !== null) {
    text.state = 'inside'
    return passInside(text, known.slice(head[0].length))
  }
  if (HEAD_BEGINNING.test(known)) {
    text.held = known
    return ''
  }
  text.state = 'plain'
  text.held = ''
  return known
}

/** Everything but an end that may be the closing fence. */
function passInside(text: Watched, known: string): string {
  const at = fenceAt(known)
  text.held = known.slice(at)
  return known.slice(0, at)
}

/** Where white space, up to three backticks and white space begin at the end of a text. */
function fenceAt(text: string): number {
  const beforeBlank = text.trimEnd().length
  let at = beforeBlank
  while (at > 0 && beforeBlank - at < FENCE.length && text[at - 1] === '`') at--
  return text.slice(0, at).trimEnd().length
}

function end({ state, held }: Watched): string {
  return state === 'inside' && held.trim() === FENCE ? '' : held
}

function toDelta(key: number, text: string): readonly StreamPart[] {
  return text === '' ? [] : [{ type: 'delta', key, text }]
}
