import { type JsonObject, parseJson } from '../../canonical/json.js'
import type { UpstreamError } from '../../canonical/upstream-error.js'
import { mergeUsage } from '../../canonical/usage.js'
import type {
  ClientWire,
  Observation,
  RequestFacts,
  RoutedRequest,
  UpstreamWire,
} from '../../protocols/protocol.js'
import { createEventAligner } from '../../sse/align.js'
import { parseSse } from '../../sse/parse.js'
import { splitEvents } from '../../sse/split.js'
import { createTextDecoder } from '../../sse/text-decoder.js'
import { createTokenCounter } from '../../usage/estimate.js'
import type { Answer, AnswerStream, Exchange, Progress } from './answer.js'
import { createAnswerNotes } from './answer-facts.js'
import { scanObject, setMembers } from '../http/json-text.js'
import type { ReadBody } from '../http/read-body.js'
import { readWhole } from './whole-answer.js'

/** What a same-protocol exchange needs. */
export interface PassthroughOptions {
  readonly client: ClientWire
  readonly upstream: UpstreamWire
  readonly facts: RequestFacts
  readonly request: ReadBody
  readonly routed: RoutedRequest
  /** The model name that the client sees. */
  readonly model: string
  /** Encodes an error that ends the stream; the text is safe to show. */
  encodeFailure(error: UpstreamError, state: FailureState): string
}

/** Where a stream stands that fails, for wires whose error events say so. */
interface FailureState {
  /** Number of the next event. */
  readonly sequence: number
  /** Id of the answer, once one was opened. */
  readonly responseId: string | undefined
}

/** Client and vendor speak the same protocol: bytes go through as they are, and the decoder only watches. */
export function createPassthrough(options: PassthroughOptions): Exchange {
  const { client, facts, request, routed } = options
  const kept = client.dropForeignState(request.json, routed.target)
  const edits = { ...kept.value, ...client.routeRequest(facts, request.json, routed) }
  return {
    direct: true,
    body: setMembers(request.source, request.json, edits),
    headers: null,
    warnings: kept.warnings,
    readAnswer: ([text]) => readAnswer(text, options),
    createStream: () => createStream(options),
  }
}

function readAnswer(text: string, { upstream, model }: PassthroughOptions): Answer {
  const { json, progress } = readWhole(text, upstream)
  return { ...progress, body: json === undefined ? text : renameModel(text, json, model), warnings: [] }
}

function renameModel(text: string, json: JsonObject, model: string): string {
  const name = json['model']
  if (typeof name !== 'string' || name === model) return text
  const member = `"model":${JSON.stringify(name)}`
  const at = text.indexOf(member)
  // The only member of that name in whatever spelling, so it is the top-level one.
  if (at >= 0 && text.indexOf('"model"') === at && text.lastIndexOf('"model"') === at) {
    return `${text.slice(0, at)}"model":${JSON.stringify(model)}${text.slice(at + member.length)}`
  }
  try {
    return setMembers(scanObject(text), json, { model })
  } catch {
    return text // Nested too deeply to scan: the name is worth less than the answer.
  }
}

/** Not an empty name: some vendors name the model only after a first event without one. */
const MODEL = /("model"\s*:\s*)"(?:[^"\\]|\\.)+"/
const BLANK = '\n\n'
const SEQUENCE_FIELD = '"sequence_number"'
const SEQUENCE = /"sequence_number"\s*:\s*(\d+)/g

function createStream(options: PassthroughOptions): AnswerStream {
  const { upstream, facts } = options
  const decoder = createTextDecoder({ keepByteOrderMark: true })
  const aligner = createEventAligner()
  const counter = createTokenCounter()
  const rename = createRenamer(options.model)
  const notes = createAnswerNotes()
  const progress: { -readonly [field in keyof Progress]: Progress[field] } = {
    phase: 'idle',
    error: null,
    usage: null,
    answer: notes.facts,
    countOutput: () => counter.tokens(),
  }
  let responseId: string | undefined
  // The last text with a numbered event: the number is only looked for when the stream fails.
  let numbered = ''

  /** By `exec`: `matchAll` copies the expression at each read. */
  const countOutput = (text: string): void => {
    const { outputText } = upstream
    outputText.lastIndex = 0
    for (let match = outputText.exec(text); match !== null; match = outputText.exec(text)) {
      counter.add(match[1] ?? '')
    }
  }

  const watch = (text: string): string => {
    if (text === '' || progress.error !== null) return ''
    const output = progress.phase === 'idle' || upstream.notable.test(text) ? examine(text) : text
    countOutput(output)
    if (output.includes(SEQUENCE_FIELD)) numbered = output
    return rename(output)
  }

  // Several answers end one by one: the stream is whole with the last of them.
  const ended = new Set<number>()
  const isFinished = ({ finished, finishedIndexes, last }: Observation): boolean => {
    for (const index of finishedIndexes ?? []) ended.add(index)
    if (last) return ended.size > 0
    return finishedIndexes === undefined ? finished === true : ended.size >= facts.candidateCount
  }

  /** Looks at each event; gives the text without what this client must not see, up to an error. */
  const examine = (text: string): string => {
    let output = ''
    for (const block of splitEvents(text).events) {
      const event = parseSse(block)[0]
      if (event === undefined) {
        output += block
        continue
      }
      const seen = upstream.observeEvent(event)
      notes.note(seen)
      if (seen.usage !== undefined) progress.usage = mergeUsage(progress.usage ?? {}, seen.usage)
      if (seen.error !== undefined) {
        progress.error = seen.error
        return output + encodeFailure(seen.error, output)
      }
      responseId = seen.responseId ?? responseId
      if (isFinished(seen)) progress.phase = 'finished'
      else if (!seen.idle && progress.phase === 'idle') progress.phase = 'started'
      if (!(seen.usageOnly && facts.hideUsage)) output += block
    }
    return output
  }

  const encodeFailure = (error: UpstreamError, before: string): string =>
    options.encodeFailure(error, { sequence: nextSequence(numbered + before), responseId })

  const fail = (error: UpstreamError): string => {
    if (progress.error !== null) return ''
    progress.error = error
    return encodeFailure(error, '')
  }

  return {
    progress,
    done: false,
    warnings: [],
    push: (bytes) => watch(aligner.push(decoder.decode(bytes))),
    end() {
      const rest = aligner.push(decoder.end()) + aligner.rest()
      const last = isWholeEvent(rest) ? watch(rest + BLANK) : ''
      if (progress.error !== null) return last
      if (progress.phase === 'finished') return last === '' ? idleRest(rest) : last.slice(0, -BLANK.length)
      return last + fail({ kind: 'truncated', message: '' })
    },
    fail,
  }
}

/**
 * The last event may lack its blank line. It counts when it is whole: a cut one is no JSON and no `[DONE]`,
 * and half an event would swallow the error that follows it.
 */
function isWholeEvent(rest: string): boolean {
  const data = parseSse(rest + BLANK)[0]?.data
  return data !== undefined && (data.trim() === '[DONE]' || parseJson(data) !== undefined)
}

/** What is left of a finished stream goes out unless it is a part of an event. */
function idleRest(rest: string): string {
  return parseSse(rest + BLANK).length === 0 ? rest : ''
}

/** Number for an event after the last numbered one; 0 where events have none. */
function nextSequence(text: string): number {
  let last = -1
  for (const match of text.matchAll(SEQUENCE)) last = Number(match[1])
  return last + 1
}

/**
 * Replaces the vendor's model name by the one that the client knows. Quotes inside strings are escaped on the wire,
 * so the learned text can only be a real member.
 */
function createRenamer(model: string): (text: string) => string {
  let needle: string | null = null
  let replacement = ''
  return (text) => {
    if (needle === null) {
      const found = MODEL.exec(text)
      if (found === null) return text
      needle = found[0]
      replacement = found[1] + JSON.stringify(model)
    }
    return text.includes(needle) ? text.replaceAll(needle, () => replacement) : text
  }
}
