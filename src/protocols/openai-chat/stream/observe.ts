import { isJsonObject, type JsonObject, parseJson } from '../../../canonical/json.js'
import { asArray, asNumber, asObject, asText } from '../../../canonical/narrow.js'
import type { Observation, SseEvent } from '../../protocol.js'
import { readError } from '../error/index.js'
import { findUsage } from '../response/usage.js'
import { asJsonText, firstChoice, isEndMark } from '../wire.js'

/**
 * Text of a stream worth parsing: usage that is not null, a finish reason, an error, an event without choices,
 * the end mark. A quote inside model output is escaped on the wire, so text about errors does not match.
 */
export const notable: RegExp =
  /"usage"\s*:\s*\{|"finish_reason"\s*:\s*"[^"]|"error"\s*:|"choices"\s*:\s*\[\s*\]|"base_resp"\s*:\s*\{\s*"status_code"\s*:\s*[1-9]|^event: ?error|^data: ?\[DONE\]/m

/** Model output in the raw text of a stream; the first group is its JSON-escaped text. */
export const outputText: RegExp =
  /(?:"(?:content|reasoning_content|reasoning|refusal|arguments|input)"|"type"\s*:\s*"text"\s*,\s*"text")\s*:\s*"([^"\\]*(?:\\.[^"\\]*)*)"/g

/** What one event of a stream means, for a stream that goes on as it is. */
export function observeEvent(event: SseEvent): Observation {
  if (isEndMark(event.data)) return { idle: true, last: true }
  const chunk = parseJson(event.data)
  if (event.event === 'error') return { error: readError(chunk ?? event.data) }
  if (!isJsonObject(chunk)) return {}
  const error = findError(chunk)
  if (error !== undefined) return { error }
  const usage = findUsage(chunk)
  const choices = chunk['choices']
  const named = namesOf(chunk)
  if (Array.isArray(choices) && choices.length > 0) {
    const ends = asArray(choices).flatMap(endOf)
    if (ends.length === 0) return { ...named, usage, finished: false }
    const finishedIndexes = ends.map(({ index }) => index)
    return { ...named, usage, finished: true, finishedIndexes, finishReasons: ends.map(({ word }) => word) }
  }
  if (usage !== undefined) return { ...named, usage, usageOnly: true }
  return { ...named, idle: chunk['moderation'] === undefined }
}

/** What a whole answer means. A body without choices is no answer, whatever its status. */
export function observeResponse(body: JsonObject): Observation {
  const error = Array.isArray(body['choices']) ? findError(body) : readError(body)
  if (error !== undefined) return { error }
  const finishReasons = asArray(body['choices'])
    .flatMap(endOf)
    .map(({ word }) => word)
  return { ...namesOf(body), usage: findUsage(body), finished: true, finishReasons }
}

/** What an answer or a part of one calls itself. */
export function namesOf(body: JsonObject): Pick<Observation, 'responseId' | 'model'> {
  return { responseId: asText(body['id']), model: asText(body['model']) }
}

/** All that the model wrote in a whole answer: text, reasoning, refusals, arguments. */
export function responseText(body: JsonObject): string {
  return asArray(body['choices'])
    .map((choice) => textOf(asObject(asObject(choice)?.['message'])))
    .join('')
}

/** The error that a chunk carries at its top level or in its choice. */
export function findError(chunk: JsonObject): Observation['error'] {
  if (chunk['error'] || asObject(chunk['base_resp'])?.['status_code']) return readError(chunk)
  const choice = firstChoice(chunk['choices'])
  return isJsonObject(choice?.error) ? readError(choice.error) : undefined
}

function endOf(value: unknown): readonly { readonly index: number; readonly word: string }[] {
  const choice = asObject(value)
  const word = asText(choice?.['finish_reason'])
  return word === undefined ? [] : [{ index: asNumber(choice?.['index']) ?? 0, word }]
}

function textOf(message: JsonObject | undefined): string {
  if (message === undefined) return ''
  const reasoning = asText(message['reasoning_content']) ?? asText(message['reasoning']) ?? ''
  const calls = asArray(message['tool_calls']).map((call) => {
    const tool = asObject(call)
    const custom = asText(asObject(tool?.['custom'])?.['input']) ?? ''
    return asJsonText(asObject(tool?.['function'])?.['arguments']) + custom
  })
  return reasoning + contentText(message['content']) + (asText(message['refusal']) ?? '') + calls.join('')
}

function contentText(content: unknown): string {
  if (typeof content === 'string') return content
  return asArray(content)
    .map((part) => {
      const piece = asObject(part)
      return typeof part === 'string' ? part : (asText(piece?.['text']) ?? contentText(piece?.['thinking']))
    })
    .join('')
}
