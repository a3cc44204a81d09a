import type { JsonObject, JsonValue } from '../../../canonical/json.js'
import { asText } from '../../../canonical/narrow.js'
import type { OpaqueState } from '../../../canonical/state.js'
import type { BlockStart } from '../../../canonical/stream.js'
import { type BuiltInTool, writeBuiltInCall } from '../wire/built-in-tools.js'
import { PROTOCOL } from '../wire/content.js'
import { deltaHead, type EventSink } from './event-sink.js'

/** Writes one block as an item of its own. */
export interface BlockWriter {
  delta(text: string): void
  seal(state: OpaqueState): void
  close(status: 'complete' | 'incomplete'): void
}

const nothing = (): void => undefined
const NO_BLOCK: BlockWriter = { delta: nothing, seal: nothing, close: nothing }

type ToolStart = Extract<BlockStart, { kind: 'tool' }>

/** How the two kinds of calls are written. */
const CALLS = {
  function: {
    type: 'function_call',
    prefix: 'fc_',
    field: 'arguments',
    event: 'response.function_call_arguments',
  },
  custom: {
    type: 'custom_tool_call',
    prefix: 'ctc_',
    field: 'input',
    event: 'response.custom_tool_call_input',
  },
} as const

/** Writes a call. One that was cut off is kept in the response, but never said to be done. */
export function createCallWriter(sink: EventSink, block: ToolStart, callId: string): BlockWriter {
  const { type, prefix, field, event } = CALLS[block.tool]
  const id = sink.itemId(prefix, block.itemId)
  let text = ''
  const describe = (status: string, input: string): JsonObject => ({
    id,
    type,
    status,
    call_id: callId,
    name: block.name,
    ...(block.namespace === undefined ? {} : { namespace: block.namespace }),
    [field]: input,
  })
  const index = sink.announce(describe('in_progress', ''))
  const place = { item_id: id, output_index: index }
  const head = deltaHead(`${event}.delta`, place)
  return {
    delta(fragment) {
      text += fragment
      sink.delta(head, fragment)
    },
    seal: nothing,
    close(status) {
      if (status === 'incomplete') {
        sink.keep(index, describe('incomplete', text))
        return
      }
      const whole = block.tool === 'function' && text.trim() === '' ? '{}' : text
      const name = block.tool === 'function' ? { name: block.name } : {}
      sink.event(`${event}.done`, { ...place, ...name, [field]: whole })
      sink.finish(index, describe('completed', whole))
    },
  }
}

/** A call and where it is written. */
export interface CallPlace {
  readonly sink: EventSink
  readonly block: ToolStart
  readonly callId: string
  readonly path: string
}

/**
 * Writes a call of a built-in tool. Its item holds the arguments taken apart, so it is announced when they are whole;
 * arguments that make no such call go out as those of a function.
 */
export function createBuiltInWriter(
  { sink, block, callId, path }: CallPlace,
  tool: BuiltInTool,
): BlockWriter {
  let input = ''
  return {
    delta(fragment) {
      input += fragment
    },
    seal: nothing,
    close(status) {
      if (status === 'incomplete') {
        sink.lose(path, 'The answer ended inside the arguments of a call, so the call was left out.')
        return
      }
      const own = writeBuiltInCall(tool, input)
      if (own === undefined) {
        const writer = createCallWriter(sink, block, callId)
        if (input !== '') writer.delta(input)
        writer.close(status)
        return
      }
      const id = sink.itemId(tool.idPrefix, block.itemId)
      const describe = (state: string): JsonObject => ({
        id,
        type: tool.callType,
        call_id: callId,
        ...own,
        status: state,
      })
      const index = sink.announce(describe('in_progress'))
      sink.finish(index, describe('completed'))
    },
  }
}

/** Writes a generated image; only base64 has a form here. */
export function createImageWriter(
  sink: EventSink,
  block: Extract<BlockStart, { kind: 'image' }>,
): BlockWriter {
  const { source } = block
  if (source.type !== 'base64') return NO_BLOCK
  const id = sink.itemId('ig_', undefined)
  const describe = (status: string, more: JsonObject): JsonObject => ({
    id,
    type: 'image_generation_call',
    status,
    ...more,
  })
  const index = sink.announce(describe('in_progress', { result: null }))
  const done = { output_format: source.mediaType.replace('image/', ''), result: source.data }
  return {
    ...NO_BLOCK,
    close() {
      sink.event('response.image_generation_call.completed', { item_id: id, output_index: index })
      sink.finish(index, describe('completed', done))
    },
  }
}

/** Writes an item of this protocol as it was; items of others have no form here. */
export function createProviderWriter(
  sink: EventSink,
  block: Extract<BlockStart, { kind: 'provider' }>,
): BlockWriter {
  if (block.protocol !== PROTOCOL || block.type === '') return NO_BLOCK
  const id = asText(block.value.id)
  const item: Record<string, JsonValue | undefined> = {
    ...block.value,
    type: block.type,
    id: sink.itemId(id === undefined ? `${block.type}_` : '', id),
  }
  const index = sink.announce(item)
  return { ...NO_BLOCK, close: () => sink.finish(index, item) }
}

/** What has no form here. */
export function createSilentWriter(): BlockWriter {
  return NO_BLOCK
}
