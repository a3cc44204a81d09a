import type { JsonObject } from '../../../../src/index.js'
import type { Answer, CallPart, Part, ReasoningPart, TextPart } from '../answer.js'
import { formatNamed } from '../events.js'
import { renderError } from '../openai-common.js'
import type { VendorProblem } from '../problem.js'
import { splitTokens } from '../tokens.js'
import { renderBody, renderContent, renderItem, renderLogprobs, renderOpen, type Item } from './body.js'

/** An event before it has its number. */
type Event = JsonObject & { readonly type: string }

/** An item and where it stands: what each of its events repeats. */
interface Place {
  readonly item: Item
  readonly at: { readonly item_id: string; readonly output_index: number }
}

/** Writes the events: created, in progress, each item from added to done, one terminal event. */
export function renderEvents(answer: Answer): readonly string[] {
  return listEvents(answer).map((event, index) => formatNamed({ ...event, sequence_number: index }))
}

/** A response that was opened fails as a whole; before that there is only the error itself. */
export function renderProblemEvent(problem: VendorProblem, answer: Answer, position: number): string {
  const error = renderError(problem)
  if (position === 0) return formatNamed({ ...error, type: 'error', error, sequence_number: position })
  const response = {
    ...renderOpen(answer),
    status: 'failed',
    error: { code: error.code ?? 'server_error', message: problem.message },
  }
  return formatNamed({ type: 'response.failed', response, sequence_number: position })
}

function listEvents(answer: Answer): readonly Event[] {
  const response = renderBody(answer)
  return [
    { type: 'response.created', response: renderOpen(answer) },
    { type: 'response.in_progress', response: renderOpen(answer) },
    ...answer.parts.flatMap((part, index) => listItemEvents(part, index, answer)),
    { type: `response.${response.status}`, response },
  ]
}

function listItemEvents(part: Part, index: number, answer: Answer): readonly Event[] {
  const item = renderItem(part, answer)
  const place: Place = { item, at: { item_id: item.id, output_index: index } }
  switch (part.type) {
    case 'reasoning':
      return wrapItem(place, { summary: [], encrypted_content: undefined }, listReasoning(part, place))
    case 'text':
    case 'refusal':
      return wrapItem(place, { status: 'in_progress', content: [] }, listContent(part, place, answer))
    case 'call': {
      const empty = part.form === 'custom' ? { input: '' } : { arguments: '' }
      return wrapItem(place, { status: 'in_progress', ...empty }, listInput(part, place))
    }
  }
}

/** Around the events of an item stands the item itself: first empty, at last whole. */
function wrapItem({ item, at }: Place, empty: JsonObject, events: readonly Event[]): readonly Event[] {
  const { output_index } = at
  return [
    { type: 'response.output_item.added', output_index, item: { ...item, ...empty } },
    ...events,
    { type: 'response.output_item.done', output_index, item },
  ]
}

function listReasoning({ text }: ReasoningPart, { at }: Place): readonly Event[] {
  if (text === '') return []
  const event = (name: string, fields: JsonObject): Event => ({
    type: `response.reasoning_summary_${name}`,
    ...at,
    summary_index: 0,
    ...fields,
  })
  return [
    event('part.added', { part: { type: 'summary_text', text: '' } }),
    ...splitTokens(text).map((delta) => event('text.delta', { delta })),
    event('text.done', { text }),
    event('part.done', { part: { type: 'summary_text', text } }),
  ]
}

function listContent(part: TextPart, { at }: Place, answer: Answer): readonly Event[] {
  const kind = part.type === 'refusal' ? 'refusal' : 'output_text'
  const chances = (text: string): JsonObject =>
    part.type === 'refusal' ? {} : { logprobs: renderLogprobs(text, answer) }
  const whole = part.type === 'refusal' ? { refusal: part.text } : { text: part.text }
  const event = (name: string, fields: JsonObject): Event => ({
    type: `response.${name}`,
    ...at,
    content_index: 0,
    ...fields,
  })
  return [
    event('content_part.added', { part: renderContent({ ...part, text: '' }, answer) }),
    ...splitTokens(part.text).map((delta) => event(`${kind}.delta`, { delta, ...chances(delta) })),
    event(`${kind}.done`, { ...whole, ...chances(part.text) }),
    event('content_part.done', { part: renderContent(part, answer) }),
  ]
}

function listInput({ form, input, name }: CallPart, { at }: Place): readonly Event[] {
  const kind = form === 'custom' ? 'custom_tool_call_input' : 'function_call_arguments'
  const whole = form === 'custom' ? { input } : { name, arguments: input }
  const event = (suffix: string, fields: JsonObject): Event => ({
    type: `response.${kind}.${suffix}`,
    ...at,
    ...fields,
  })
  return [...splitTokens(input).map((delta) => event('delta', { delta })), event('done', whole)]
}
