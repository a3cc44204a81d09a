import { type JsonObject, type JsonValue, parseJson } from '../../../canonical/json.js'
import { asArray, asObject, asString } from '../../../canonical/narrow.js'
import type { BlockStart, StreamPart } from '../../../canonical/stream.js'
import { ANSWER_TOOL } from '../request/encode-format.js'
import { inputText, type ReadState } from '../request/decode-content.js'
import { decodeCitation } from '../wire/citation.js'
import { PROTOCOL } from '../wire/index.js'

/** One content block of a vendor's stream while it is open. */
export interface BlockDecoder {
  /** What the block's start says. */
  start(): readonly StreamPart[]
  delta(delta: JsonObject): readonly StreamPart[]
  /** Everything up to but without `close`. */
  stop(): readonly StreamPart[]
  /** What is missing of the arguments of a tool call: no arguments at all are an empty object, unless they were cut. */
  missing(): 'nothing' | 'some' | 'all'
}

/** Creates the decoder of a block. `key`: the canonical key that it gets. */
export function createBlockDecoder(key: number, block: JsonObject, readState: ReadState): BlockDecoder {
  switch (block.type) {
    case 'text':
      return createText(key, block)
    case 'thinking':
      return createThinking(key, block, readState)
    case 'redacted_thinking':
      return createRedacted(key, block, readState)
    case 'tool_use':
      return block.name === ANSWER_TOOL ? createAnswer(key) : createTool(key, block)
    default:
      return createOpaque(key, block)
  }
}

const NOTHING: readonly StreamPart[] = []
const nothing = (): 'nothing' => 'nothing'

function open(key: number, block: BlockStart): StreamPart {
  return { type: 'open', key, block }
}

function deltaOf(key: number, text: JsonValue | undefined): readonly StreamPart[] {
  return typeof text === 'string' && text !== '' ? [{ type: 'delta', key, text }] : NOTHING
}

/** Citations span the whole block, so they come when its length is known. */
function createText(key: number, block: JsonObject): BlockDecoder {
  let length = asString(block.text)?.length ?? 0
  const citations: (JsonValue | undefined)[] = [...asArray(block.citations)]
  return {
    start: () => [open(key, { kind: 'text' }), ...deltaOf(key, block.text)],
    delta(delta) {
      if (delta.type === 'citations_delta') {
        citations.push(delta.citation)
        return NOTHING
      }
      if (typeof delta.text === 'string') length += delta.text.length
      return deltaOf(key, delta.text)
    },
    stop: () =>
      citations.flatMap((value): readonly StreamPart[] => {
        const citation = decodeCitation(value, length)
        return citation === null ? [] : [{ type: 'note', key, citation }]
      }),
    missing: nothing,
  }
}

function createThinking(key: number, block: JsonObject, readState: ReadState): BlockDecoder {
  let signature = asString(block.signature) ?? ''
  return {
    start: () => [open(key, { kind: 'reasoning' }), ...deltaOf(key, block.thinking)],
    delta(delta) {
      if (delta.type === 'signature_delta') {
        signature = asString(delta.signature) ?? signature
        return NOTHING
      }
      return deltaOf(key, delta.thinking)
    },
    stop() {
      const state = signature === '' ? null : readState(signature, 'signature')
      return state === null ? NOTHING : [{ type: 'seal', key, state }]
    },
    missing: nothing,
  }
}

function createRedacted(key: number, block: JsonObject, readState: ReadState): BlockDecoder {
  const state = readState(asString(block.data) ?? '', 'redacted')
  return {
    start: () => [
      open(key, { kind: 'reasoning', redacted: true }),
      ...(state === null ? [] : [{ type: 'seal', key, state } as const]),
    ],
    delta: () => NOTHING,
    stop: () => NOTHING,
    missing: nothing,
  }
}

/** The start's `input` is a placeholder, except at vendors that send all of it there and no deltas. */
function createTool(key: number, block: JsonObject): BlockDecoder {
  let input = ''
  return {
    start: () => [
      open(key, {
        kind: 'tool',
        tool: 'function',
        id: asString(block.id) ?? '',
        name: asString(block.name) ?? '',
      }),
    ],
    delta(delta) {
      if (typeof delta.partial_json === 'string') input += delta.partial_json
      return deltaOf(key, delta.partial_json)
    },
    stop() {
      if (input !== '') return NOTHING
      input = inputText(block.input) ?? ''
      return deltaOf(key, input)
    },
    missing: () => (input === '' ? 'all' : parseJson(input) === undefined ? 'some' : 'nothing'),
  }
}

/** The tool that stands in for structured output: its arguments are the answer's text. */
function createAnswer(key: number): BlockDecoder {
  return {
    start: () => [open(key, { kind: 'text' })],
    delta: (delta) => deltaOf(key, delta.partial_json),
    stop: () => NOTHING,
    missing: nothing,
  }
}

/** A block that only this protocol can say: told in one piece when it is complete. */
function createOpaque(key: number, block: JsonObject): BlockDecoder {
  let input = ''
  let content = ''
  return {
    start: () => NOTHING,
    delta(delta) {
      input += asString(delta.partial_json) ?? ''
      content += asString(delta.content) ?? ''
      return NOTHING
    },
    stop() {
      const parsed = input === '' ? undefined : parseJson(input)
      const value: JsonObject = {
        ...block,
        ...(asObject(parsed) === undefined ? {} : { input: parsed }),
        ...(content === '' ? {} : { content }),
      }
      const type = asString(block.type) ?? 'unknown'
      return [open(key, { kind: 'provider', protocol: PROTOCOL, type, value })]
    },
    missing: nothing,
  }
}
