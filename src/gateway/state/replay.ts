import { type JsonObject, lookUp } from '../../canonical/json.js'
import { asObjects, asString } from '../../canonical/narrow.js'
import { endOf } from './draft.js'
import { type NumberedEvent, outputOf } from './entries.js'
import { typeOf } from './items.js'
import { atStart, formatEvent } from './stream-events.js'

type Emit = (type: string, fields: JsonObject) => void

interface Place {
  readonly item: JsonObject
  readonly at: JsonObject
  readonly emit: Emit
}

/** The events of a response whose own were not kept: each item at once, in the order and with the numbers of every replay. */
export function replayEvents(response: JsonObject): readonly NumberedEvent[] {
  const events: NumberedEvent[] = []
  const emit: Emit = (type, fields) => {
    const sequence = events.length
    events.push({ sequence, text: formatEvent({ type, ...fields, sequence_number: sequence }) })
  }
  emit('response.created', { response: atStart(response) })
  emit('response.in_progress', { response: atStart(response) })
  outputOf(response).forEach((item, index) => replayItem(item, index, emit))
  emit(endOf(response), { response })
  return events
}

const EMPTY: Readonly<Record<string, JsonObject>> = {
  message: { content: [] },
  function_call: { arguments: '' },
  custom_tool_call: { input: '' },
  reasoning: { summary: [] },
}

const CONTENTS: Readonly<Record<string, (place: Place) => void>> = {
  message({ item, at, emit }) {
    asObjects(item['content']).forEach((part, index) => {
      const [kind, field] = part['type'] === 'refusal' ? ['refusal', 'refusal'] : ['output_text', 'text']
      const text = asString(part[field]) ?? ''
      const logprobs = kind === 'output_text' ? { logprobs: part['logprobs'] ?? [] } : {}
      const inner = { ...at, content_index: index }
      emit('response.content_part.added', { ...inner, part: { ...part, [field]: '' } })
      emit(`response.${kind}.delta`, { ...inner, delta: text, ...logprobs })
      emit(`response.${kind}.done`, { ...inner, [field]: text, ...logprobs })
      emit('response.content_part.done', { ...inner, part })
    })
  },
  function_call({ item, at, emit }) {
    emit('response.function_call_arguments.delta', { ...at, delta: item['arguments'] })
    emit('response.function_call_arguments.done', { ...at, arguments: item['arguments'], name: item['name'] })
  },
  custom_tool_call({ item, at, emit }) {
    emit('response.custom_tool_call_input.delta', { ...at, delta: item['input'] })
    emit('response.custom_tool_call_input.done', { ...at, input: item['input'] })
  },
  reasoning({ item, at, emit }) {
    asObjects(item['summary']).forEach((part, index) => {
      const inner = { ...at, summary_index: index }
      const { text } = part
      emit('response.reasoning_summary_part.added', { ...inner, part: { ...part, text: '' } })
      emit('response.reasoning_summary_text.delta', { ...inner, delta: text })
      emit('response.reasoning_summary_text.done', { ...inner, text })
      emit('response.reasoning_summary_part.done', { ...inner, part })
    })
  },
}

function replayItem(item: JsonObject, index: number, emit: Emit): void {
  const type = typeOf(item)
  const empty = lookUp(EMPTY, type)
  const started = empty === undefined ? item : { ...item, ...empty, status: 'in_progress' }
  emit('response.output_item.added', { output_index: index, item: started })
  lookUp(CONTENTS, type)?.({ item, at: { item_id: item['id'], output_index: index }, emit })
  emit('response.output_item.done', { output_index: index, item })
}
