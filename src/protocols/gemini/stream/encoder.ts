import { partOfBlock } from '../../../canonical/accumulate.js'
import type { Citation, TokenLogprob } from '../../../canonical/content.js'
import type { JsonObject } from '../../../canonical/json.js'
import type { OpaqueState } from '../../../canonical/state.js'
import type { BlockStart, StreamPart } from '../../../canonical/stream.js'
import type { UpstreamError, UpstreamErrorKind } from '../../../canonical/upstream-error.js'
import { mergeUsage, type PartialUsage } from '../../../canonical/usage.js'
import type { Warning } from '../../../canonical/warning.js'
import type { EncodeContext, StreamEncoder } from '../../protocol.js'
import { lossOf } from '../response/index.js'
import { encodeFinish, encodeGrounding, encodePart, encodeUsage, signatureOf } from '../response/parts.js'
import { writeLogprobs } from '../wire/logprobs.js'

interface OpenBlock {
  readonly block: BlockStart
  /** Number of the part in the whole answer. */
  readonly ordinal: number
  text: string
  readonly citations: Citation[]
  state: OpaqueState | undefined
}

interface Encoder {
  readonly context: EncodeContext
  /** Ends of every event: model and id of the answer. */
  tail: string
  readonly blocks: Map<number, OpenBlock>
  readonly warnings: Warning[]
  usage: PartialUsage
}

/** Creates the encoder of a Gemini event stream: every event is a whole response with one new part. */
export function createStreamEncoder(context: EncodeContext): StreamEncoder {
  const tail = tailOf(context.model, '')
  const encoder: Encoder = { context, tail, blocks: new Map(), warnings: [], usage: {} }
  return { push: (part) => encode(encoder, part), warnings: encoder.warnings }
}

function encode(encoder: Encoder, part: StreamPart): string {
  switch (part.type) {
    case 'start':
      encoder.tail = tailOf(encoder.context.model, part.id)
      return ''
    case 'open':
      encoder.blocks.set(part.key, {
        block: part.block,
        ordinal: encoder.blocks.size,
        text: '',
        citations: [],
        state: 'state' in part.block ? part.block.state : undefined,
      })
      return ''
    case 'delta':
      return encodeDelta(encoder, part)
    case 'note':
      encoder.blocks.get(part.key)?.citations.push(part.citation)
      return ''
    case 'seal': {
      const open = encoder.blocks.get(part.key)
      if (open !== undefined) open.state = part.state
      return ''
    }
    case 'close':
      return encodeClose(encoder, part.key, part.status)
    case 'usage':
      encoder.usage = mergeUsage(encoder.usage, part.usage)
      return ''
    case 'finish':
      return event(
        {
          candidates: [
            {
              content: { parts: [], role: 'model' },
              ...encodeFinish(part.finish),
              index: 0,
              ...notes(encoder),
            },
          ],
          usageMetadata: encodeUsage(encoder.usage),
        },
        encoder.tail,
      )
    case 'error':
      return `data: ${JSON.stringify({ error: encodeError(part.error) })}\n\n`
    case 'warning':
    case 'ping':
      return ''
  }
}

function encodeDelta(
  encoder: Encoder,
  { key, text, logprobs }: Extract<StreamPart, { type: 'delta' }>,
): string {
  const open = encoder.blocks.get(key)
  if (open === undefined) return ''
  open.text += text
  switch (open.block.kind) {
    case 'text':
    case 'refusal':
      return partEvent(`{"text":${JSON.stringify(text)}}`, encoder.tail, logprobs)
    case 'reasoning':
      return partEvent(`{"text":${JSON.stringify(text)},"thought":true}`, encoder.tail)
    default:
      // Calls and media have no increments on this wire: they come whole when they are closed.
      return ''
  }
}

function encodeClose(encoder: Encoder, key: number, status: 'complete' | 'incomplete'): string {
  const open = encoder.blocks.get(key)
  if (open === undefined) return ''
  const { block, state } = open
  switch (block.kind) {
    case 'text':
    case 'reasoning': {
      if (state === undefined) return ''
      const thought = block.kind === 'reasoning' ? { thought: true } : {}
      return partEvent(
        JSON.stringify({ text: '', ...thought, ...signatureOf(state, encoder.context) }),
        encoder.tail,
      )
    }
    case 'refusal':
      return ''
    default: {
      const whole = partOfBlock({ ...open, status })
      const part = encodePart(whole, encoder.context)
      if (part !== null) return partEvent(JSON.stringify(part), encoder.tail)
      encoder.warnings.push(lossOf(whole, open.ordinal))
      return ''
    }
  }
}

function notes(encoder: Encoder): { readonly groundingMetadata?: JsonObject } {
  const grounding = encodeGrounding([...encoder.blocks.values()])
  return grounding === undefined ? {} : { groundingMetadata: grounding }
}

function tailOf(model: string, id: string): string {
  return `"modelVersion":${JSON.stringify(model)},"responseId":${JSON.stringify(id)}}\n\n`
}

function partEvent(part: string, tail: string, logprobs?: readonly TokenLogprob[]): string {
  const tokens = logprobs === undefined ? '' : `,"logprobsResult":${JSON.stringify(writeLogprobs(logprobs))}`
  return `data: {"candidates":[{"content":{"parts":[${part}],"role":"model"},"index":0${tokens}}],${tail}`
}

function event(fields: JsonObject, tail: string): string {
  return `data: ${JSON.stringify(fields).slice(0, -1)},${tail}`
}

const RPC: Readonly<Record<UpstreamErrorKind, readonly [number, string]>> = {
  'bad-request': [400, 'INVALID_ARGUMENT'],
  'context-overflow': [400, 'INVALID_ARGUMENT'],
  authentication: [401, 'UNAUTHENTICATED'],
  billing: [400, 'FAILED_PRECONDITION'],
  permission: [403, 'PERMISSION_DENIED'],
  'not-found': [404, 'NOT_FOUND'],
  'too-large': [400, 'INVALID_ARGUMENT'],
  unprocessable: [400, 'INVALID_ARGUMENT'],
  'rate-limit': [429, 'RESOURCE_EXHAUSTED'],
  overloaded: [503, 'UNAVAILABLE'],
  timeout: [504, 'DEADLINE_EXCEEDED'],
  server: [500, 'INTERNAL'],
  policy: [400, 'FAILED_PRECONDITION'],
  truncated: [500, 'DATA_LOSS'],
  garbage: [500, 'INTERNAL'],
  unfunded: [400, 'FAILED_PRECONDITION'],
}

function encodeError(error: UpstreamError): JsonObject {
  const [code, status] = RPC[error.kind]
  return { code, message: error.message, status }
}
