import { isJsonObject, parseJson } from '../../canonical/json.js'

/** Unwraps `{"input":"…"}` as it streams: raw argument text in, the string's content out. */
export interface InputUnwrapper {
  push(fragment: string): string
  /** What could not be given out before: a trailing escape, or everything when the shape was another. */
  end(): string
}

const HEAD = /^\s*\{\s*"input"\s*:\s*"/
/** Everything that can still become the head. */
const HEAD_BEGINNING = /^\s*(?:\{\s*(?:"(?:i(?:n(?:p(?:u(?:t(?:"\s*(?::\s*)?)?)?)?)?)?)?)?)?$/
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }

/** An unwrapper for the arguments of a free-text tool that a vendor sees as a function. */
export function createInputUnwrapper(): InputUnwrapper {
  let state: 'before' | 'inside' | 'after' | 'other' = 'before'
  let raw = ''
  let held = ''

  const enter = (): string => {
    const head = HEAD.exec(raw)
    if (head === null) {
      if (!HEAD_BEGINNING.test(raw)) state = 'other'
      return ''
    }
    state = 'inside'
    return decode(raw.slice(head[0].length))
  }

  const decode = (fragment: string): string => {
    const { text, rest, closed } = decodeStringPart(held + fragment)
    held = rest
    if (closed) state = 'after'
    return text
  }

  return {
    push(fragment) {
      if (state === 'after') return ''
      if (state === 'inside') return decode(fragment)
      raw += fragment
      return state === 'before' ? enter() : ''
    },
    end() {
      if (state === 'inside' || state === 'after') return ''
      return unwrapInput(raw)
    },
  }
}

/** The input in whole arguments: the `input` member, or all of it when the model wrote another shape. */
function unwrapInput(args: string): string {
  const json = parseJson(args)
  if (isJsonObject(json) && typeof json['input'] === 'string') return json['input']
  return args
}

/** The inverse: free text as the arguments of the function. */
export function wrapInput(input: string): string {
  return JSON.stringify({ input })
}

interface DecodedPart {
  readonly text: string
  /** An unfinished escape, or the first half of a surrogate pair. */
  readonly rest: string
  readonly closed: boolean
}

function decodeStringPart(source: string): DecodedPart {
  let text = ''
  let at = 0
  while (at < source.length) {
    const stop = nextSpecial(source, at)
    text += source.slice(at, stop)
    if (stop === source.length) break
    if (source[stop] === '"') return { text, rest: '', closed: true }
    const escape = readEscape(source, stop)
    if (escape === null) return { text, rest: source.slice(stop), closed: false }
    text += escape.text
    at = escape.end
  }
  return { text, rest: '', closed: false }
}

function nextSpecial(source: string, from: number): number {
  for (let at = from; at < source.length; at++) {
    const character = source[at]
    if (character === '"' || character === '\\') return at
  }
  return source.length
}

/** Null: the escape (or the second half of its surrogate pair) is still to come. */
function readEscape(source: string, at: number): { readonly text: string; readonly end: number } | null {
  const kind = source[at + 1]
  if (kind === undefined) return null
  if (kind !== 'u') return { text: ESCAPES[kind] ?? kind, end: at + 2 }
  if (source.length < at + 6) return null
  const unit = Number.parseInt(source.slice(at + 2, at + 6), 16)
  const isHighSurrogate = unit >= 0xd800 && unit < 0xdc00
  const next = source.slice(at + 6, at + 12)
  if (isHighSurrogate && next.length < 6 && '\\u'.startsWith(next.slice(0, 2))) return null
  return { text: Number.isNaN(unit) ? '' : String.fromCharCode(unit), end: at + 6 }
}
