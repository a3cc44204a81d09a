import type { JsonObject } from '../../../src/index.js'
import { invalid } from './problem.js'
import { countTokens } from './tokens.js'

/** What a request asks, read from any of the four protocols. */
export interface Question {
  readonly model: string
  readonly stream: boolean
  readonly turns: readonly Turn[]
  readonly tools: readonly Tool[]
  readonly toolChoice: ToolChoice
  readonly parallelCalls: boolean
  /** Tokens of reasoning, text and calls together. */
  readonly maxTokens: number | undefined
  readonly stopSequences: readonly string[]
  readonly reasoning: ReasoningWish
  /** Schema of the JSON that the text must be; undefined for prose. */
  readonly jsonSchema: JsonObject | undefined
  /** The request as it came, for what a protocol echoes. */
  readonly request: JsonObject
}

/** `unasked`: only a directive brings reasoning. `hidden`: it is counted and sealed, its text is not shown. */
export type ReasoningWish = 'unasked' | 'hidden' | 'shown'

/** One message. Results of tools are on a user turn, whatever role the protocol gives them. */
export interface Turn {
  readonly role: 'system' | 'user' | 'assistant'
  readonly text: string
  readonly calls: readonly PastCall[]
  readonly results: readonly PastResult[]
}

/** A call that an earlier answer made. */
export interface PastCall {
  readonly id: string
  readonly name: string
  readonly input: string
}

/** What the client's tool answered. */
interface PastResult {
  readonly callId: string
  readonly text: string
}

/** A tool on offer; a custom one takes raw text instead of JSON. */
export interface Tool {
  readonly name: string
  readonly form: 'function' | 'custom'
  readonly description: string
  readonly schema: JsonObject
}

export type ToolChoice =
  | { readonly type: 'auto' | 'none' | 'any' }
  | { readonly type: 'tool'; readonly name: string }

/** A turn of text alone, to be spread over. */
export function textTurn(role: Turn['role'], text: string): Turn {
  return { role, text, calls: [], results: [] }
}

/** Tokens of the conversation and of the tools on offer. */
export function countPrompt(question: Pick<Question, 'turns' | 'tools'>): number {
  const texts = question.turns.flatMap((turn) => [
    turn.text,
    ...turn.calls.flatMap((call) => [call.name, call.input]),
    ...turn.results.map((result) => result.text),
  ])
  const tools = question.tools.flatMap((tool) => [tool.name, tool.description, JSON.stringify(tool.schema)])
  return [...texts, ...tools].reduce((sum, text) => sum + countTokens(text), 0)
}

/** What has been said since the last answer. */
export function freshTurns(turns: readonly Turn[]): readonly Turn[] {
  return turns.slice(turns.findLastIndex((turn) => turn.role === 'assistant') + 1)
}

/** The last thing a user said in words, over all turns; empty when there is none. */
export function lastUserText(turns: readonly Turn[]): string {
  return turns.findLast((turn) => turn.role === 'user' && turn.text !== '')?.text ?? ''
}

/** Calls whose results do not follow before anything else is said. */
export function findUnansweredCalls(turns: readonly Turn[]): readonly string[] {
  let pending: readonly string[] = []
  for (const turn of turns) {
    const answered = new Set(turn.results.map((result) => result.callId))
    if (pending.length > 0 && answered.size === 0) return pending
    pending = [...pending.filter((id) => !answered.has(id)), ...turn.calls.map((call) => call.id)]
  }
  return pending
}

/** The first result that answers no earlier call. */
export function findOrphanResult(turns: readonly Turn[]): string | undefined {
  const called = new Set<string>()
  for (const turn of turns) {
    const orphan = turn.results.find((result) => !called.has(result.callId))
    if (orphan !== undefined) return orphan.callId
    for (const call of turn.calls) called.add(call.id)
  }
  return undefined
}

/** Refuses a choice that forces a tool which is not on offer. */
export function checkToolChoice(question: Question, param: string): Question {
  const { toolChoice, tools } = question
  if (toolChoice.type === 'tool' && !tools.some((tool) => tool.name === toolChoice.name)) {
    throw invalid(`The tool '${toolChoice.name}' is chosen but not on offer.`, param, 'invalid_value')
  }
  if (toolChoice.type === 'any' && tools.length === 0) {
    throw invalid('A tool call is required but no tool is on offer.', param, 'invalid_value')
  }
  return question
}

/** The limit that a request sets; refuses what is no whole number of at least `least`. */
export function readLimit(value: unknown, param: string, least: number): number | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value
  throw invalid(`'${param}' must be a whole number of at least ${least}.`, param, 'invalid_value')
}
