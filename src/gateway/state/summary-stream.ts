import { type JsonObject, parseJson } from '../../canonical/json.js'
import { asObject, asString } from '../../canonical/narrow.js'
import { GatewayError } from '../../errors.js'
import { parseSse } from '../../sse/parse.js'
import { outputOf } from './entries.js'
import { atStart, type EventEditor, formatEvent } from './stream-events.js'

const STARTS: ReadonlySet<string> = new Set(['response.created', 'response.queued', 'response.in_progress'])
const ENDS: ReadonlySet<string> = new Set(['response.completed', 'response.incomplete'])
const FAILURES: ReadonlySet<string> = new Set(['response.failed', 'error'])
const BLOCK = /[^]*?\n\n/g

/**
 * The stream of a summary as the stream of a compaction: nothing of the summary itself goes out, and its end is an item
 * that holds it.
 */
export function createSummaryEditor({ edit, onFinal, onEvent }: EventEditor): (text: string) => string {
  let sequence = 0
  const emit = (type: string, fields: JsonObject): string => {
    const number = sequence++
    const text = formatEvent({ type, ...fields, sequence_number: number })
    onEvent?.({ sequence: number, text })
    return text
  }
  const change = (response: JsonObject, isFinal: boolean): JsonObject => edit?.(response, isFinal) ?? response

  const finish = (given: JsonObject, type: string): string => {
    const response = change(given, true)
    const items = outputOf(response)
      .map((item, index) => {
        const place = { output_index: index, item }
        return emit('response.output_item.added', place) + emit('response.output_item.done', place)
      })
      .join('')
    onFinal?.(response, type)
    return items + emit(type, { response })
  }
  const fail = (given: JsonObject, thrown: unknown): string => {
    if (!GatewayError.isInstance(thrown)) throw thrown
    const { code, message } = thrown
    const error = { code: 'server_error', message }
    return (
      emit('response.failed', { response: { ...change(atStart(given), false), status: 'failed', error } }) +
      emit('error', { code, message, param: null })
    )
  }

  const editBlock = (block: string): string => {
    const event = parseSse(block)[0]
    const data = event === undefined ? undefined : asObject(parseJson(event.data))
    if (data === undefined) return block
    const type = asString(data['type']) ?? event?.event ?? ''
    const response = asObject(data['response'])
    if (FAILURES.has(type))
      return emit(type, response === undefined ? data : { ...data, response: change(response, false) })
    if (response === undefined) return ''
    if (STARTS.has(type)) return emit(type, { ...data, response: change(response, false) })
    if (!ENDS.has(type)) return ''
    try {
      return finish(response, type)
    } catch (thrown) {
      return fail(response, thrown)
    }
  }
  return (text) => (text.match(BLOCK) ?? []).map(editBlock).join('')
}
