import { type JsonObject, type JsonValue, parseJson } from '../../../canonical/json.js'
import { asArray, asObject, asString } from '../../../canonical/narrow.js'
import type { AnswerCollector, Continuation } from '../../protocol.js'

const PAUSED = 'pause_turn'
/** Of a longer answer nothing is kept, so it ends where it pauses. */
const MAX_KEPT_LENGTH = 16 * 1024 * 1024

/**
 * A turn with server tools that takes long is paused: the same request with the answer so far at its end goes on.
 * The answer must go back as it came, encrypted search results and signatures included.
 */
export const continuation: Continuation = {
  seamless: false,
  endPath: 'stop_reason',
  continueRequest(request, answer) {
    const content = asArray(answer.content)
    if (answer.stop_reason !== PAUSED || content.length === 0) return null
    const container = asString(asObject(answer.container)?.id)
    return {
      ...request,
      messages: [...asArray(request.messages), { role: 'assistant', content }],
      ...(container === undefined ? {} : { container }),
    }
  },
  createCollector: (request) => (hasServerTools(request) ? createCollector() : null),
}

function hasServerTools({ tools, mcp_servers: servers }: JsonObject): boolean {
  const isServerTool = (tool: JsonValue): boolean => (asString(asObject(tool)?.type) ?? 'custom') !== 'custom'
  return asArray(servers).length > 0 || asArray(tools).some(isServerTool)
}

function createCollector(): AnswerCollector {
  // Events are put together only when the last ones say that the turn was paused.
  const events: string[] = []
  let length = 0
  let paused = false
  return {
    push({ data }) {
      length += data.length
      if (length > MAX_KEPT_LENGTH) events.length = 0
      else events.push(data)
      paused ||= data.includes(PAUSED)
    },
    answer: () => (paused && length <= MAX_KEPT_LENGTH ? foldEvents(events) : {}),
  }
}

interface OpenBlock {
  block: JsonObject
  /** Fragments of the input of a tool. */
  input: string
}

function foldEvents(events: readonly string[]): JsonObject {
  const blocks = new Map<JsonValue | undefined, OpenBlock>()
  const head: Record<string, JsonValue | undefined> = {}
  for (const text of events) {
    const event = asObject(parseJson(text))
    const { index } = event ?? {}
    switch (asString(event?.type)) {
      case 'content_block_start':
        blocks.set(index, { block: asObject(event?.content_block) ?? {}, input: '' })
        break
      case 'content_block_delta':
        applyDelta(blocks.get(index), asObject(event?.delta) ?? {})
        break
      case 'message_delta':
        Object.assign(head, asObject(event?.delta))
        break
    }
  }
  return { ...head, content: [...blocks.values()].map(closeBlock) }
}

/** Fields that grow, by the kind of delta. */
const GROWING: Readonly<Record<string, string>> = {
  text_delta: 'text',
  thinking_delta: 'thinking',
  signature_delta: 'signature',
}

function applyDelta(open: OpenBlock | undefined, delta: JsonObject): void {
  if (open === undefined) return
  const type = asString(delta.type) ?? ''
  const field = Object.hasOwn(GROWING, type) ? GROWING[type] : undefined
  if (field !== undefined) {
    const more = asString(delta[field]) ?? ''
    open.block = { ...open.block, [field]: (asString(open.block[field]) ?? '') + more }
  } else if (type === 'input_json_delta') {
    open.input += asString(delta.partial_json) ?? ''
  } else if (type === 'citations_delta' && delta.citation !== undefined) {
    open.block = { ...open.block, citations: [...asArray(open.block.citations), delta.citation] }
  }
}

function closeBlock({ block, input }: OpenBlock): JsonObject {
  return input === '' ? block : { ...block, input: parseJson(input) ?? {} }
}
