import type { JsonObject, JsonValue } from '../../../canonical/json.js'
import { asArray, asObject } from '../../../canonical/narrow.js'
import type { AssistantMessage, Message, SystemMessage, UserMessage } from '../../../canonical/request.js'
import {
  encodeAssistantPart,
  encodeOrphan,
  encodeText,
  encodeToolResult,
  encodeUserPart,
} from './encode-content.js'
import { matchResults, type MatchedResults } from './match-results.js'
import { fieldsOf, PLACED, reinsert, restoredIn, type Placed } from './restore.js'
import type { Draft, Scope } from './scope.js'

type WireMessage = { role: string; content: Draft[] } & Draft
type Run = readonly Message[]

/** Encodes everything after the instructions. */
export function encodeMessages(messages: readonly Message[], scope: Scope): JsonObject[] {
  const runs = toRuns(messages)
  const results = matchResults(runs)
  const wire: WireMessage[] = []
  for (const [index, run] of runs.entries()) {
    const encoded = isAssistantRun(run)
      ? [encodeAssistantRun(run, scope)]
      : encodeUserRun(run, { index, results, scope })
    wire.push(...encoded.filter(({ content }) => content.length > 0))
    const unanswered = isAssistantRun(run) && index === runs.length - 1 ? results.callsOf(index) : []
    if (unanswered.length > 0) {
      wire.push({ role: 'user', content: unanswered.map((call) => noResult(call.id, call.path, scope)) })
    }
  }
  return withValidEnds(wire, scope)
}

/** Leading system messages are the instructions; later ones stay where they stand. */
export function splitInstructions(messages: readonly Message[]): {
  readonly instructions: readonly SystemMessage[]
  readonly conversation: readonly Message[]
} {
  const first = messages.findIndex(({ role }) => role !== 'system')
  const end = first < 0 ? messages.length : first
  return {
    instructions: messages.slice(0, end).filter((message) => message.role === 'system'),
    conversation: messages.slice(end),
  }
}

/** Neighbours of one side: the vendor joins them, and a step of tool calls and its results must not be torn apart. */
function toRuns(messages: readonly Message[]): readonly Run[] {
  const runs: Message[][] = []
  for (const message of messages) {
    const last = runs.at(-1)
    const isSameSide = (last?.[0]?.role === 'assistant') === (message.role === 'assistant')
    if (last !== undefined && isSameSide) last.push(message)
    else runs.push([message])
  }
  return runs
}

function isAssistantRun(run: Run): run is readonly AssistantMessage[] {
  return run[0]?.role === 'assistant'
}

function encodeAssistantRun(run: readonly AssistantMessage[], scope: Scope): WireMessage {
  const content = run.flatMap((message) => {
    warnOfName(message, scope)
    if (message.phase !== undefined) {
      scope.warn('dropped', `${message.path ?? 'messages'}.phase`, 'The vendor knows no phases.')
    }
    return message.content.flatMap((part) => encodeAssistantPart(part, scope))
  })
  const [only] = run
  return { role: 'assistant', content, ...(run.length === 1 ? fieldsOf(only?.extensions) : {}) }
}

interface UserRunContext {
  readonly index: number
  readonly results: MatchedResults
  readonly scope: Scope
}

/**
 * Results of the calls before come first, together and complete, in one message, as the vendor demands. What else the
 * message of the first result holds follows in it; all other messages stay as they are.
 */
function encodeUserRun(run: Run, context: UserRunContext): WireMessage[] {
  const { index, results, scope } = context
  const answers = encodeAnswers(context)
  const messages: WireMessage[] = []
  for (const [position, message] of run.entries()) {
    if (message.role === 'assistant') continue
    if (message.role === 'system') {
      messages.push(encodeMidSystem(message, scope))
      continue
    }
    warnOfName(message, scope)
    const content = message.content.flatMap((part) => {
      if (part.type !== 'tool-result') return encodeUserPart(part, scope)
      return results.isMatched(part) ? [] : encodeOrphan(part, scope)
    })
    const takesAnswers = position === 0 && answers.length > 0 && hasAnswer(message, results)
    messages.push({
      role: 'user',
      content: takesAnswers ? [...answers.splice(0), ...content] : content,
      ...fieldsOf(message.extensions),
    })
  }
  return answers.length > 0 && index > 0 ? [{ role: 'user', content: answers }, ...messages] : messages
}

function encodeAnswers({ index, results, scope }: UserRunContext): Draft[] {
  return results.callsOf(index - 1).length === 0
    ? []
    : [
        ...results.answersOf(index - 1).map(({ result, run }) => {
          if (run !== index) {
            scope.warn('moved', result.path ?? 'messages', 'A tool result must directly follow its call.')
          }
          return encodeToolResult(result, scope)
        }),
        ...results
          .callsOf(index - 1)
          .filter((call) => !results.isAnswered(call))
          .map((call) => noResult(call.id, call.path, scope)),
      ]
}

function hasAnswer(message: UserMessage, results: MatchedResults): boolean {
  return message.content.some((part) => part.type === 'tool-result' && results.isMatched(part))
}

function noResult(id: string, path: string | undefined, { warn }: Scope): Draft {
  warn('repaired', path ?? 'messages', 'This tool call had no result; the vendor is told so.', true)
  return { type: 'tool_result', tool_use_id: id, content: '[no result]', is_error: true }
}

/** A system message in the conversation: as such where the model takes it, else as a reminder in the user's turn. */
function encodeMidSystem(message: SystemMessage, scope: Scope): WireMessage {
  const { target, restored, warn } = scope
  warnOfName(message, scope)
  if (target.traits.systemMessages ?? restored !== null) return nativeSystem(message, scope)
  const text = message.content.map((part) => part.text).join('\n')
  if (text.trim() === '') return { role: 'user', content: [] }
  warn(
    'emulated',
    message.path ?? 'messages',
    'The model takes no system message here; it is sent as a reminder in the user turn.',
  )
  const [cache] = message.content.flatMap((part) => part.cache ?? [])
  return {
    role: 'user',
    content: encodeText(
      {
        type: 'text',
        text: `<system-reminder>\n${text}\n</system-reminder>`,
        path: message.path,
        cache,
      },
      scope,
    ),
  }
}

function nativeSystem(message: SystemMessage, scope: Scope): WireMessage {
  const { output_config: config, ...others } = fieldsOf(message.extensions)
  const effort = restoredIn(message.extensions)?.effort
  const outputConfig = { ...(effort === undefined ? {} : { effort }), ...asObject(config) }
  const fields = Object.entries(others)
  const content = message.content.flatMap((part) => encodeText(part, scope))
  return {
    role: 'system',
    content: reinsert(
      content,
      fields.filter(isPlaced).flatMap(([, list]) => placesIn(list)),
    ),
    ...Object.fromEntries(fields.filter((field) => !isPlaced(field))),
    ...(Object.keys(outputConfig).length > 0 ? { output_config: outputConfig } : {}),
  }
}

function isPlaced([name]: readonly [string, unknown]): boolean {
  return name.startsWith(PLACED)
}

function placesIn(list: JsonValue | undefined): readonly Placed[] {
  return asArray(list).flatMap((value) => {
    const entry = asObject(value)
    const block = asObject(entry?.value)
    return block === undefined ? [] : [{ at: Number(entry?.at), value: block }]
  })
}

/** The vendor wants a user first, and newer models a user last. */
function withValidEnds(wire: WireMessage[], { target, warn, restored }: Scope): JsonObject[] {
  if (wire[0]?.role !== 'user' && !(restored !== null && wire[0]?.role === 'system')) {
    wire.unshift({ role: 'user', content: [{ type: 'text', text: '(continue)' }] })
    warn(
      'repaired',
      'messages',
      'A conversation must begin with the user, so a short user text was put first.',
    )
  }
  const last = wire.at(-1)
  if (last?.role !== 'assistant') return wire
  const text = last.content.at(-1)
  if (typeof text?.text === 'string') text.text = text.text.trimEnd()
  if (target.traits.prefill === false) {
    wire.push({ role: 'user', content: [{ type: 'text', text: 'Continue.' }] })
    warn('repaired', 'messages', 'The model cannot continue its own message, so it is asked to go on.', true)
  }
  return wire
}

function warnOfName(message: Message, { warn }: Scope): void {
  if (message.name !== undefined) {
    warn('dropped', `${message.path ?? 'messages'}.name`, 'The vendor knows no names of participants.')
  }
}
