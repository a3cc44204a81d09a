import { isJsonObject, parseJson } from '../../../src/index.js'

/** What the user told the vendor to do, in `[[…]]` inside the last user text. */
export interface Directives {
  /** The text without the directives. */
  readonly text: string
  readonly calls: readonly CallDirective[]
  readonly say: string | undefined
  readonly reasoning: string | undefined
  readonly outputTokens: number | undefined
  readonly finish: ForcedFinish | undefined
  readonly usage: UsageDirective | 'none' | undefined
  readonly delayMs: number
  readonly error: ErrorDirective | undefined
  readonly cutAfterEvents: number | undefined
  readonly stall: boolean
}

/** `input` is what stands after the name: JSON for a function, any text for a custom tool. */
export interface CallDirective {
  readonly name: string
  readonly input: string
}

/** `afterEvents` undefined: an HTTP error; a number: an error event inside the stream after so many events. */
export interface ErrorDirective {
  readonly status: number
  readonly afterEvents: number | undefined
}

/** `input` counts the whole prompt, `output` the whole answer; the others are parts of them. */
type UsageDirective = Readonly<Partial<Record<(typeof USAGE_NAMES)[number], number>>>

const USAGE_NAMES = ['input', 'cached', 'write', 'write1h', 'output', 'reasoning'] as const
const FINISHES = ['length', 'refusal', 'content_filter'] as const

/** An ending that a directive can force. */
type ForcedFinish = (typeof FINISHES)[number]

const NOTHING: Directives = {
  text: '',
  calls: [],
  say: undefined,
  reasoning: undefined,
  outputTokens: undefined,
  finish: undefined,
  usage: undefined,
  delayMs: 0,
  error: undefined,
  cutAfterEvents: undefined,
  stall: false,
}

const MAX_TOKENS = 100_000
const MAX_DELAY_MS = 60_000
/** JSON may hold `]]` itself: how many candidates for the end of a directive are tried. */
const MAX_ENDS = 16

type Reader = (value: string, found: Directives) => Partial<Directives>

const READERS: Readonly<Record<string, Reader>> = {
  tool: (value, found) => ({ calls: [...found.calls, readCall(value)] }),
  say: (value) => ({ say: value }),
  reason: (value) => ({ reasoning: value }),
  tokens: (value) => ({ outputTokens: readNumber(value, MAX_TOKENS) }),
  finish: (value) => ({ finish: FINISHES.find((finish) => finish === value) }),
  usage: (value) => ({ usage: readUsage(value) }),
  'no-usage': () => ({ usage: 'none' }),
  delay: (value) => ({ delayMs: readNumber(value, MAX_DELAY_MS) ?? 0 }),
  error: (value) => ({ error: readError(value) }),
  cut: (value) => ({ cutAfterEvents: readNumber(value, MAX_TOKENS) }),
  stall: () => ({ stall: true }),
}

/** Reads the directives out of a text; what is none stays in the text. */
export function readDirectives(text: string): Directives {
  const found: Directives = { ...NOTHING }
  let rest = ''
  let position = 0
  for (const opening of text.matchAll(/\[\[([a-z-]+):?/g)) {
    const name = opening[1] ?? ''
    const start = opening.index + opening[0].length
    const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined
    if (read === undefined || opening.index < position) continue
    const end = findEnd(text, start, name)
    if (end === -1) break
    Object.assign(found, read(text.slice(start, end).trim(), found))
    rest += text.slice(position, opening.index)
    position = end + 2
  }
  return { ...found, text: (rest + text.slice(position)).trim() }
}

/** Where `]]` closes the directive; -1 when nothing does. */
function findEnd(text: string, start: number, name: string): number {
  const first = text.indexOf(']]', start)
  if (name !== 'tool') return first
  let end = first
  for (let tries = 0; end !== -1 && tries < MAX_ENDS; tries += 1) {
    const { input } = readCall(text.slice(start, end).trim())
    if (!input.startsWith('{') || parseJson(input) !== undefined) return end
    end = text.indexOf(']]', end + 1)
  }
  return first
}

function readCall(value: string): CallDirective {
  const [, name = '', input = ''] = /^([^\s{]*)\s*([^]*)$/.exec(value) ?? []
  return { name, input }
}

/** The input of a call directive when it is a JSON object, as it was written. */
export function readCallArguments(input: string): string | undefined {
  return isJsonObject(parseJson(input)) ? input : undefined
}

function readNumber(value: string, most: number): number | undefined {
  return /^\d+$/.test(value) ? Math.min(Number(value), most) : undefined
}

function readError(value: string): ErrorDirective | undefined {
  const [, status, afterEvents] = /^([45]\d\d)(?:@(\d+))?$/.exec(value) ?? []
  if (status === undefined) return undefined
  return { status: Number(status), afterEvents: readNumber(afterEvents ?? '', MAX_TOKENS) }
}

function readUsage(value: string): UsageDirective {
  const usage: Partial<Record<(typeof USAGE_NAMES)[number], number>> = {}
  for (const pair of value.split(',')) {
    const [key, count = ''] = pair.split('=').map((side) => side.trim())
    const name = USAGE_NAMES.find((known) => known === key)
    if (name !== undefined) usage[name] = readNumber(count, Number.MAX_SAFE_INTEGER) ?? 0
  }
  return usage
}
