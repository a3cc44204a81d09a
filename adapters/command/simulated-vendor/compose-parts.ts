import type { Part } from './answer.js'
import { readCallArguments, readDirectives, type CallDirective, type Directives } from './directives.js'
import { fingerprint, seal } from './fingerprint.js'
import { freshTurns, type Question, type Tool } from './question.js'
import { sampleValue } from './sample.js'
import { countTokens } from './tokens.js'

const SELF = "This is crossmodel-gateway's simulated vendor; no model was called."
const THOUGHT = 'The simulated vendor does not think; it follows fixed rules.'
const REFUSAL = 'The simulated vendor refuses, as it was told to.'
const QUOTE_LENGTH = 200

type Draft =
  | { readonly type: 'reasoning' | 'text' | 'refusal'; readonly text: string }
  | {
      readonly type: 'call'
      readonly name: string
      readonly form: 'function' | 'custom'
      readonly input: string
    }

/** Reasoning if it is wanted, then calls (with the words that are to go before them) or else text; ids and seals derive from the id of the answer. */
export function composeParts(question: Question, directives: Directives, answerId: string): readonly Part[] {
  const calls = composeCalls(question, directives)
  const wantsText = calls.length === 0 || directives.say !== undefined
  const drafts = [
    ...composeReasoning(question, directives),
    ...(wantsText ? [composeText(question, directives)] : []),
    ...calls,
  ]
  return drafts.map((draft, index) => toPart(draft, fingerprint(answerId, String(index))))
}

function toPart(draft: Draft, id: string): Part {
  const base = { id, complete: true }
  if (draft.type === 'call') return { ...draft, ...base }
  const { type, text } = draft
  return type === 'reasoning' ? { type, text, ...base, seal: seal(id) } : { type, text, ...base }
}

function composeReasoning(question: Question, directives: Directives): readonly Draft[] {
  const text = directives.reasoning ?? (question.reasoning === 'unasked' ? '' : THOUGHT)
  return text === '' ? [] : [{ type: 'reasoning', text }]
}

function composeText(question: Question, directives: Directives): Draft {
  if (directives.finish === 'refusal') return { type: 'refusal', text: REFUSAL }
  if (directives.say !== undefined) return { type: 'text', text: directives.say }
  if (directives.outputTokens !== undefined)
    return { type: 'text', text: fillTokens(directives.outputTokens) }
  if (question.jsonSchema !== undefined) {
    return { type: 'text', text: JSON.stringify(sampleValue(question.jsonSchema)) }
  }
  const results = freshTurns(question.turns).flatMap((turn) => turn.results)
  if (results.length > 0) {
    const quoted = results.map((result) => quote(result.text)).join(' and ')
    return { type: 'text', text: `${SELF} Your tool answered: ${quoted}` }
  }
  const missing = directives.calls.filter((call) => question.tools.every(({ name }) => name !== call.name))
  const notes = missing.map((call) => ` There is no tool ${call.name} on offer.`)
  const said = `You said: ${quote(directives.text)}${recallEarlier(question)}`
  return { type: 'text', text: `${SELF}${notes.join('')} ${said}` }
}

/** What the user said before the last time: it shows that the vendor was told the whole conversation. */
function recallEarlier({ turns }: Question): string {
  const said = turns.filter(({ role, text }) => role === 'user' && text !== '')
  const earlier = readDirectives(said.at(-2)?.text ?? '').text
  return earlier === '' ? '' : `, and before that: ${quote(earlier)}`
}

/** So many tokens exactly: the short words of the vendor's own sentence, again and again. */
function fillTokens(count: number): string {
  const words = SELF.split(' ').filter((word) => countTokens(word) === 1)
  return Array.from({ length: count }, (_, index) => words[index % words.length]).join(' ')
}

function quote(text: string): string {
  return text.length <= QUOTE_LENGTH ? `"${text}"` : `"${text.slice(0, QUOTE_LENGTH)}…"`
}

/** Calls that directives name, or the one that the tool choice forces; none once a tool has answered. */
function composeCalls(question: Question, directives: Directives): readonly Draft[] {
  const { tools, toolChoice } = question
  if (toolChoice.type === 'none' || hasBeenAnswered(question)) return []
  const told = directives.calls.flatMap((call) => {
    const tool = tools.find(({ name }) => name === call.name)
    return tool === undefined ? [] : [composeCall(tool, call)]
  })
  const forced = tools.find(
    ({ name }) => toolChoice.type === 'any' || (toolChoice.type === 'tool' && toolChoice.name === name),
  )
  const calls = told.length === 0 && forced !== undefined ? [composeCall(forced, undefined)] : told
  return question.parallelCalls ? calls : calls.slice(0, 1)
}

/** Results have come and the user said nothing since: the directives that led to them are done. */
function hasBeenAnswered(question: Question): boolean {
  const fresh = freshTurns(question.turns)
  const spoken = fresh.some((turn) => turn.role === 'user' && turn.text !== '')
  return !spoken && fresh.some((turn) => turn.results.length > 0)
}

function composeCall(tool: Tool, call: CallDirective | undefined): Draft {
  const told = call?.input ?? ''
  const input =
    tool.form === 'custom'
      ? told || `simulated input for ${tool.name}`
      : (readCallArguments(told) ?? JSON.stringify(sampleValue({ type: 'object', ...tool.schema })))
  return { type: 'call', name: tool.name, form: tool.form, input }
}
