import { isJsonObject, type JsonObject, parseJson, parseSse, type ProtocolId } from '../../../src/index.js'
import { data, event } from '../../support/calls.js'

/**
 * A stream that its vendor ends at the token limit, within the arguments of the last call: of their pieces it keeps
 * only so many. Vendors that give calls in one piece leave the last one out.
 */
export type CutStream = (events: readonly string[], kept: number) => readonly string[]

/** How each vendor cuts a stream. By hand, as vendors do. */
export const CUT_STREAM: Readonly<Record<ProtocolId, CutStream>> = {
  'openai-chat': cutChat,
  'openai-responses': cutResponses,
  'anthropic-messages': cutMessages,
  gemini: cutGemini,
}

/** Changes every event that is JSON; `null` leaves it out. */
function rewrite(
  events: readonly string[],
  write: (json: JsonObject) => string,
  change: (json: JsonObject) => JsonObject | null,
): readonly string[] {
  return events.flatMap((text) => {
    const json = parseJson(parseSse(text)[0]?.data ?? '')
    if (!isJsonObject(json)) return [text]
    const changed = change(json)
    return changed === null ? [] : [write(changed)]
  })
}

const named = (json: JsonObject): string => event({ type: '', ...json })

/** Numbers the pieces of the last call; anything else has no number. */
function countPieces(isPiece: (json: JsonObject) => boolean, kept: number): (json: JsonObject) => boolean {
  let seen = 0
  return (json) => isPiece(json) && ++seen > kept
}

/** A path through whatever a test wrote. */
// oxlint-disable-next-line typescript/no-explicit-any
const loose = (json: JsonObject): any => json

function cutChat(events: readonly string[], kept: number): readonly string[] {
  const call = (json: JsonObject): { readonly index: number; readonly id?: string } | undefined =>
    loose(json).choices[0]?.delta.tool_calls?.[0]
  const last = Math.max(...events.map((text) => call(toJson(text))?.index ?? -1))
  const isLate = countPieces((json) => call(json)?.index === last && call(json)?.id === undefined, kept)
  return rewrite(events, data, (json) => {
    if (isLate(json)) return null
    const [choice] = loose(json).choices
    if (choice?.finish_reason !== 'tool_calls') return json
    return { ...json, choices: [{ ...choice, finish_reason: 'length' }] }
  })
}

function cutResponses(events: readonly string[], kept: number): readonly string[] {
  const isDelta = ({ type }: JsonObject): boolean => type === 'response.function_call_arguments.delta'
  const isCall = (json: JsonObject): boolean => loose(json).item?.type === 'function_call'
  const last = Math.max(
    ...events.map((text) => (isCall(toJson(text)) ? loose(toJson(text)).output_index : -1)),
  )
  const isLast = ({ output_index: index }: JsonObject): boolean => index === last
  const isLate = countPieces((json) => isDelta(json) && isLast(json), kept)
  let written = ''
  return rewrite(events, named, (json) => {
    if (isLate(json)) return null
    if (isDelta(json) && isLast(json)) written += String(json['delta'])
    const cut = { status: 'incomplete', arguments: written }
    if (json['type'] === 'response.output_item.done' && isLast(json)) {
      return { ...json, item: { ...loose(json).item, ...cut } }
    }
    if (json['type'] !== 'response.completed') return json
    const { response } = loose(json)
    const output: readonly JsonObject[] = response.output
    return {
      ...json,
      type: 'response.incomplete',
      response: {
        ...response,
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        output: [...output.slice(0, -1), { ...output.at(-1), ...cut }],
      },
    }
  })
}

function cutMessages(events: readonly string[], kept: number): readonly string[] {
  const isDelta = (json: JsonObject): boolean => loose(json).delta?.type === 'input_json_delta'
  const last = Math.max(...events.map((text) => (isDelta(toJson(text)) ? Number(toJson(text)['index']) : -1)))
  const isLate = countPieces((json) => isDelta(json) && json['index'] === last, kept)
  return rewrite(events, named, (json) => {
    if (isLate(json)) return null
    if (json['type'] !== 'message_delta') return json
    return { ...json, delta: { ...loose(json).delta, stop_reason: 'max_tokens' } }
  })
}

function cutGemini(events: readonly string[]): readonly string[] {
  const isCall = (json: JsonObject): boolean =>
    loose(json).candidates[0].content.parts[0]?.functionCall !== undefined
  const calls = events.filter((text) => isCall(toJson(text))).length
  const isLate = countPieces(isCall, calls - 1)
  return rewrite(events, data, (json) => {
    if (isLate(json)) return null
    const [candidate] = loose(json).candidates
    if (candidate.finishReason === undefined) return json
    return { ...json, candidates: [{ ...candidate, finishReason: 'MAX_TOKENS' }] }
  })
}

function toJson(text: string): JsonObject {
  const json = parseJson(parseSse(text)[0]?.data ?? '')
  return isJsonObject(json) ? json : { choices: [], candidates: [] }
}
