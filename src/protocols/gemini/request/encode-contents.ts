import type { AssistantPart, ImagePart, ToolResultPart } from '../../../canonical/content.js'
import type { JsonObject } from '../../../canonical/json.js'
import type { CanonicalRequest, Message, SystemMessage } from '../../../canonical/request.js'
import { fieldPath } from '../../protocol.js'
import { SKIP_SIGNATURE } from '../vocabulary.js'
import { encodeAnswer, type EncodedCall } from './encode-answers.js'
import { encodeContentPart, encodeResolution } from './encode-media.js'
import { encodeMissingResult, encodeOrphan, encodeResult } from './encode-results.js'
import type { Encoding } from './encoding.js'

/** The conversation on the wire. */
export interface EncodedConversation {
  readonly systemInstruction: JsonObject | undefined
  readonly contents: readonly JsonObject[]
  readonly mediaResolution: string | undefined
}

interface UserTurn {
  readonly role: 'user'
  readonly parts: JsonObject[]
  readonly results: ToolResultPart[]
}

interface ModelTurn {
  readonly role: 'model'
  readonly parts: readonly JsonObject[]
  readonly calls: readonly EncodedCall[]
}

type Turn = UserTurn | ModelTurn

/** Encodes the messages: instructions apart, one content for a run of messages of one side, results first. */
export function encodeConversation(request: CanonicalRequest, encoding: Encoding): EncodedConversation {
  const first = request.messages.findIndex(({ role }) => role !== 'system')
  const leading = first < 0 ? request.messages.length : first
  const parts = request.messages
    .slice(0, leading)
    .flatMap(({ role, content }) => (role === 'system' ? content : []))
    .flatMap((part) => encodeContentPart(part, encoding))
  for (const message of request.messages) warnOfMessage(message, encoding)
  const turns = toTurns(request.messages.slice(leading), encoding)
  answerCalls(turns, encoding)
  const contents: JsonObject[] = turns
    .filter((turn) => turn.parts.length > 0)
    .map(({ role, parts: own }) => ({ role, parts: own }))
  addBounds(contents, encoding)
  if (encoding.target.traits.needsThoughtSignatures === true) addSentinels(contents, turns, encoding)
  return {
    systemInstruction: parts.length === 0 ? undefined : { parts },
    contents,
    mediaResolution: encodeResolution(imagesOf(request.messages), encoding),
  }
}

/** Runs of messages of one side. A side that has nothing to say does not part those around it. */
function toTurns(messages: readonly Message[], encoding: Encoding): Turn[] {
  const turns: Turn[] = []
  let answer: AssistantPart[] = []
  const endAnswer = (): void => {
    const { parts, calls } = encodeAnswer(answer, encoding)
    answer = []
    if (parts.length > 0) turns.push({ role: 'model', parts, calls })
  }
  for (const message of messages) {
    if (message.role === 'assistant') {
      answer.push(...message.content)
      continue
    }
    if (answer.length > 0) endAnswer()
    const turn: UserTurn = { role: 'user', parts: [], results: [] }
    if (message.role === 'system') turn.parts.push(...encodeReminder(message, encoding))
    else {
      for (const part of message.content) {
        if (part.type === 'tool-result') turn.results.push(part)
        else turn.parts.push(...encodeContentPart(part, encoding))
      }
    }
    addUserTurn(turns, turn)
  }
  if (answer.length > 0) endAnswer()
  return turns
}

function addUserTurn(turns: Turn[], turn: UserTurn): void {
  const last = turns.at(-1)
  if (last?.role === 'user') {
    last.parts.push(...turn.parts)
    last.results.push(...turn.results)
  } else if (turn.parts.length > 0 || turn.results.length > 0) turns.push(turn)
}

/** Gemini knows instructions only before the conversation; hoisting a later one would change what came before it. */
function encodeReminder(message: SystemMessage, encoding: Encoding): readonly JsonObject[] {
  const text = message.content
    .map((part) => part.text)
    .filter((line) => line !== '')
    .join('\n')
  if (text === '') return []
  encoding.warnings.push({
    code: 'emulated',
    path: message.path ?? fieldPath('messages'),
    message: 'An instruction within the conversation was sent as marked text of the user.',
    semantic: false,
  })
  return [
    { text: text.includes('<system-reminder>') ? text : `<system-reminder>\n${text}\n</system-reminder>` },
  ]
}

/** Puts the results of every turn's calls, all together, before what the user says next. */
function answerCalls(turns: readonly Turn[], encoding: Encoding): void {
  for (const [at, turn] of turns.entries()) {
    if (turn.role !== 'user') continue
    const before = turns[at - 1]
    const calls = before?.role === 'model' ? before.calls : []
    if (calls.length === 0 && turn.results.length === 0) continue
    const { parts, beside } = encodeResults(calls, turns, at, encoding)
    turn.parts.unshift(...parts, ...beside)
  }
}

function encodeResults(
  calls: readonly EncodedCall[],
  turns: readonly Turn[],
  at: number,
  encoding: Encoding,
): { readonly parts: readonly JsonObject[]; readonly beside: readonly JsonObject[] } {
  const turn = turns[at]
  const open = new Map<string, EncodedCall[]>()
  for (const call of calls) open.set(call.id, [...(open.get(call.id) ?? []), call])
  const parts: JsonObject[] = []
  const beside: JsonObject[] = []
  const orphans: JsonObject[] = []
  const answer = (call: EncodedCall, result: ToolResultPart): void => {
    const encoded = encodeResult(result, call.name, encoding)
    parts.push(encoded.part)
    beside.push(...encoded.beside)
  }
  for (const result of turn?.role === 'user' ? turn.results : []) {
    const call = open.get(result.toolCallId)?.shift()
    if (call === undefined) orphans.push(...encodeOrphan(result, encoding))
    else answer(call, result)
  }
  for (const call of [...open.values()].flat()) {
    const result = takeLater(call.id, turns, at + 1)
    if (result !== undefined) answer(call, result)
    else parts.push(encodeMissingResult(call.id, call.name))
    warnOfMissing(call, result !== undefined, encoding)
  }
  return { parts, beside: [...beside, ...orphans] }
}

function warnOfMissing(call: EncodedCall, found: boolean, encoding: Encoding): void {
  encoding.warnings.push({
    code: found ? 'moved' : 'repaired',
    path: call.path ?? call.name,
    message: found
      ? 'The result of a call was moved to follow it.'
      : 'A call without a result was given an empty one.',
    semantic: false,
  })
}

/** How far ahead the result of a call is looked for. */
const LOOK_AHEAD_TURNS = 16

function takeLater(id: string, turns: readonly Turn[], from: number): ToolResultPart | undefined {
  for (const turn of turns.slice(from, from + LOOK_AHEAD_TURNS)) {
    if (turn.role === 'model') {
      // The same id again is another call: what follows answers that one.
      if (turn.calls.some((call) => call.id === id)) return undefined
      continue
    }
    const at = turn.results.findIndex((result) => result.toolCallId === id)
    if (at >= 0) return turn.results.splice(at, 1)[0]
  }
  return undefined
}

/** A conversation begins with the user; some models also want it to end there. */
function addBounds(contents: JsonObject[], encoding: Encoding): void {
  if (contents[0]?.['role'] !== 'user') {
    contents.unshift({ role: 'user', parts: [{ text: '(continue)' }] })
    encoding.warnings.push({
      code: 'repaired',
      path: fieldPath('messages'),
      message: 'A conversation must begin with the user: a short message was put first.',
      semantic: false,
    })
  }
  if (encoding.target.traits.prefill === false && contents.at(-1)?.['role'] === 'model') {
    contents.push({ role: 'user', parts: [{ text: 'Continue.' }] })
    encoding.warnings.push({
      code: 'emulated',
      path: fieldPath('messages'),
      message: 'The model does not go on with its own text: a short message asks it to.',
      semantic: true,
    })
  }
}

/**
 * Calls of the running turn that lost their signature on the way get Google's stand-in. Only the first call of a
 * step needs one, and only those after the user's last words are checked.
 */
function addSentinels(contents: readonly JsonObject[], turns: readonly Turn[], encoding: Encoding): void {
  const begin = contents.findLastIndex(({ role, parts }) => role === 'user' && saysSomething(parts))
  const running = new Set(contents.slice(begin + 1).map(({ parts }) => parts))
  for (const turn of turns) {
    if (turn.role !== 'model' || !running.has(turn.parts)) continue
    const call = turn.calls[0]
    if (call === undefined || call.part['thoughtSignature'] !== undefined) continue
    call.part['thoughtSignature'] = SKIP_SIGNATURE
    encoding.warnings.push({
      code: 'emulated',
      path: call.path ?? call.name,
      message: 'The client did not return the thought signature of this call: a stand-in was sent.',
      semantic: false,
    })
  }
}

function saysSomething(parts: unknown): boolean {
  const list = parts as readonly JsonObject[]
  return (
    list.some((part) => typeof part['text'] === 'string') &&
    !list.some((part) => part['functionResponse'] !== undefined)
  )
}

function imagesOf(messages: readonly Message[]): readonly ImagePart[] {
  return messages.flatMap(({ role, content }) =>
    role === 'user' ? content.filter((part): part is ImagePart => part.type === 'image') : [],
  )
}

function warnOfMessage(message: Message, encoding: Encoding): void {
  const path = message.path ?? fieldPath('messages')
  if (message.name !== undefined) {
    encoding.warnings.push({
      code: 'dropped',
      path: `${path}.name`,
      message: 'Gemini has no names of participants.',
      semantic: true,
    })
  }
  if (message.role === 'assistant' && message.phase !== undefined) {
    encoding.warnings.push({
      code: 'dropped',
      path: `${path}.phase`,
      message: 'Gemini does not tell commentary from answers.',
      semantic: false,
    })
  }
}
