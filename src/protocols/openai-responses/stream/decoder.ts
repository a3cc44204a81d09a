import { isJsonObject, lookUp, parseJson } from '../../../canonical/json.js'
import { asNumber, asObject, asString } from '../../../canonical/narrow.js'
import type { StreamPart } from '../../../canonical/stream.js'
import type { DecodeContext, SseEvent, StreamDecoder } from '../../protocol.js'
import { decodeStreamError } from '../error.js'
import type { WireEvent } from '../wire/index.js'
import { readLogprobs } from '../wire/logprobs.js'
import type { Channel } from './item-reader.js'
import { createResponseReader, type ResponseReader } from './response-reader.js'

const NO_PARTS: readonly StreamPart[] = []

/** Creates the decoder of a vendor's event stream. */
export function createStreamDecoder(context: DecodeContext): StreamDecoder {
  const reader = createResponseReader(context)
  let malformed = 0

  const readMalformed = (): void => {
    malformed++
    if (malformed === 1) reader.warn('An event that is no JSON object was left out.')
    else reader.fail({ kind: 'garbage', message: 'The vendor sent events that are not readable.' })
  }
  return {
    push({ event: name, data }: SseEvent) {
      if (reader.ended || data === '[DONE]') return NO_PARTS
      const event = parseJson(data)
      if (!isJsonObject(event)) readMalformed()
      else if (name === 'error' || isJsonObject(event.error)) reader.fail(decodeStreamError(event))
      else lookUp(EVENTS, asString(event.type) ?? name)?.(event, reader)
      return reader.take()
    },
    end() {
      if (!reader.ended)
        reader.fail({ kind: 'truncated', message: 'The stream ended before the response did.' })
      return reader.take()
    },
  }
}

type Handler = (event: WireEvent, reader: ResponseReader) => void

const EVENTS: Readonly<Record<string, Handler>> = {
  error: (event, reader) => reader.fail(decodeStreamError(event)),
  keepalive: (_event, reader) => reader.ping(),
  'response.created': (event, reader) => reader.start(asObject(event.response)),
  'response.queued': (_event, reader) => reader.ping(),
  'response.in_progress': (_event, reader) => reader.ping(),
  'response.output_item.added': (event, reader) => reader.items.add(event),
  'response.output_item.done': (event, reader) => reader.items.finish(event),
  'response.content_part.done': (event, reader) => {
    const part = asObject(event.part)
    if (part !== undefined) reader.items.of(event, 'message').finishPart(indexOf(event), part)
  },
  'response.output_text.delta': deltaOf('message', 'text'),
  'response.output_text.done': wholeOf('message', 'text', 'text'),
  'response.output_text.annotation.added': (event, reader) => {
    const annotation = asObject(event.annotation)
    if (annotation !== undefined) reader.items.of(event, 'message').note(indexOf(event), annotation)
  },
  'response.refusal.delta': deltaOf('message', 'refusal'),
  'response.refusal.done': wholeOf('message', 'refusal', 'refusal'),
  'response.reasoning_summary_text.delta': deltaOf('reasoning', 'summary'),
  'response.reasoning_text.delta': deltaOf('reasoning', 'raw'),
  'response.function_call_arguments.delta': deltaOf('function_call', 'input'),
  'response.function_call_arguments.done': wholeOf('function_call', 'input', 'arguments'),
  'response.custom_tool_call_input.delta': deltaOf('custom_tool_call', 'input'),
  'response.custom_tool_call_input.done': wholeOf('custom_tool_call', 'input', 'input'),
  'response.completed': endOf('completed'),
  'response.done': endOf('completed'),
  'response.incomplete': endOf('incomplete'),
  'response.failed': endOf('failed'),
}

function deltaOf(type: string, channel: Channel): Handler {
  return (event, reader) => {
    const { delta } = event
    if (typeof delta !== 'string') return
    const logprobs = channel === 'text' ? readLogprobs(event.logprobs) : undefined
    reader.items.of(event, type).delta(channel, indexOf(event), delta, logprobs)
  }
}

function wholeOf(type: string, channel: Channel, field: string): Handler {
  return (event, reader) => {
    const text = asString(event[field])
    if (text === undefined) return
    const logprobs = channel === 'text' ? readLogprobs(event.logprobs) : undefined
    reader.items.of(event, type).whole(channel, indexOf(event), text, logprobs)
  }
}

function endOf(status: string): Handler {
  return (event, reader) => reader.finish(asObject(event.response), status)
}

/** Index of the part in its item. */
function indexOf(event: WireEvent): number {
  return asNumber(event.content_index) ?? asNumber(event.summary_index) ?? 0
}
