import { GatewayError } from '../../errors.js'
import type { JsonValue } from '../../canonical/json.js'

/** Deeper nesting than any real request has; recursion elsewhere is safe below it. */
const MAX_DEPTH = 512

/** Where the members of a JSON object stand in its text. */
export interface ObjectText {
  readonly text: string
  /** Start and end of each top-level member's value; of a repeated key, the last. */
  readonly members: ReadonlyMap<string, readonly [start: number, end: number]>
  /** A key stands twice: parsers disagree on which one counts, so such a text is never forwarded as it came. */
  readonly repeated: boolean
  /** Index after the opening brace. */
  readonly inside: number
}

/**
 * Finds the top-level members of a JSON object without building it. The text must be valid JSON (parsed before).
 * Strings are skipped by `indexOf`, so the cost follows the number of tokens, not of characters.
 * Throws `invalid_json` when the nesting is deeper than 512.
 */
export function scanObject(text: string): ObjectText {
  const members = new Map<string, readonly [number, number]>()
  let repeated = false
  let at = text.indexOf('{') + 1
  const inside = at
  for (;;) {
    const keyStart = text.indexOf('"', at)
    if (keyStart < 0) return { text, members, repeated, inside }
    const keyEnd = skipString(text, keyStart)
    const key = readKey(text.slice(keyStart, keyEnd))
    const start = skipSpace(text, text.indexOf(':', keyEnd) + 1)
    const end = skipValue(text, start)
    if (members.has(key)) repeated = true
    members.set(key, [start, end])
    at = skipSpace(text, end)
    if (text.charCodeAt(at) !== COMMA) return { text, members, repeated, inside }
    at++
  }
}

/**
 * Sets top-level members in the text of an object, and leaves out those that are to be undefined; the text of every
 * other value stays. `parsed` is the same object, used in place of the text when a key stands in it twice.
 */
export function setMembers(
  object: ObjectText,
  parsed: Readonly<Record<string, JsonValue | undefined>>,
  edits: Readonly<Record<string, JsonValue | undefined>>,
): string {
  if (object.repeated) return JSON.stringify({ ...parsed, ...edits })
  const names = Object.keys(edits)
  if (names.some((name) => edits[name] === undefined)) return dropMembers(object, edits)
  const [only] = names
  const place = names.length === 1 && only !== undefined ? object.members.get(only) : undefined
  if (place !== undefined && only !== undefined) {
    return object.text.slice(0, place[0]) + JSON.stringify(edits[only]) + object.text.slice(place[1])
  }
  return setManyMembers(object, edits)
}

/** Writes the members anew, each value as it stands in the text. */
function dropMembers(
  { text, members }: ObjectText,
  edits: Readonly<Record<string, JsonValue | undefined>>,
): string {
  const values = new Map([...members].map(([key, [start, end]]) => [key, text.slice(start, end)]))
  for (const [key, value] of Object.entries(edits)) {
    if (value === undefined) values.delete(key)
    else values.set(key, JSON.stringify(value))
  }
  return `{${[...values].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`
}

function setManyMembers(object: ObjectText, edits: Readonly<Record<string, JsonValue | undefined>>): string {
  const places: { start: number; end: number; value: string }[] = []
  let added = ''
  for (const [key, value] of Object.entries(edits)) {
    const place = object.members.get(key)
    if (place === undefined) added += `${JSON.stringify(key)}:${JSON.stringify(value)},`
    else places.push({ start: place[0], end: place[1], value: JSON.stringify(value) })
  }
  if (added !== '') {
    const empty = object.members.size === 0
    places.push({ start: object.inside, end: object.inside, value: empty ? added.slice(0, -1) : added })
  }
  places.sort((one, other) => one.start - other.start)
  let result = ''
  let from = 0
  for (const { start, end, value } of places) {
    result += object.text.slice(from, start) + value
    from = end
  }
  return result + object.text.slice(from)
}

const QUOTE = 34
const COMMA = 44
const BACKSLASH = 92
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const OPEN_BRACE = 123
const CLOSE_BRACE = 125

function readKey(quoted: string): string {
  return quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1)
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) <= 32) at++
  return at
}

/** Index after the closing quote of the string that opens at `start`. */
function skipString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1)
  while (at > 0 && isEscaped(text, at)) at = text.indexOf('"', at + 1)
  return at < 0 ? text.length : at + 1
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1
  while (text.charCodeAt(before) === BACKSLASH) before--
  return (at - before) % 2 === 0
}

function skipValue(text: string, start: number): number {
  const first = text.charCodeAt(start)
  if (first === QUOTE) return skipString(text, start)
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return skipScalar(text, start)
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = skipString(text, at) - 1
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > MAX_DEPTH)
        throw new GatewayError('invalid_json', 'The request body is nested too deeply.')
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      if (--depth === 0) return at + 1
    }
  }
  return text.length
}

function skipScalar(text: string, start: number): number {
  let at = start
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === COMMA || code === CLOSE_BRACE || code <= 32) return at
  }
  return at
}
