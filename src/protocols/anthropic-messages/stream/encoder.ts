import type { JsonObject } from '../../../canonical/json.js'
import type { Finish } from '../../../canonical/response.js'
import type { BlockStart, StreamPart } from '../../../canonical/stream.js'
import type { UpstreamError } from '../../../canonical/upstream-error.js'
import { completeUsage, mergeUsage, type PartialUsage, type Usage } from '../../../canonical/usage.js'
import type { EncodeContext, StreamEncoder } from '../../protocol.js'
import { messageId } from '../response/carrier.js'
import { encodeFinish } from '../response/finish.js'
import { encodeCounts, encodeUsage, estimatedUsage } from '../response/usage.js'
import { STREAM_ERROR_TYPE } from '../vocabulary.js'
import { overflowWording, refusalWording } from '../wire/wording.js'
import { collectWarnings, type Warn } from '../wire/warn.js'
import { createBlockEncoder, type BlockEncoder, type BlockPlace } from './encoder-block.js'
import { eventOf, PING_EVENT } from './events.js'

const BAD_ARGUMENTS: UpstreamError = {
  kind: 'garbage',
  message: 'The model wrote tool arguments that are no JSON.',
}

type Head = Pick<Extract<StreamPart, { type: 'start' }>, 'id' | 'usage'>

/** For a stream whose vendor did not say that it starts. */
const UNNAMED: Head = { id: '' }

/** One stream that is being written. */
interface Writing {
  readonly context: EncodeContext
  readonly warn: Warn
  /** Number of the next block as the whole answer counts its parts. */
  ordinal: number
  /** Index of the next block on the wire. */
  index: number
  isStarted: boolean
  isEnded: boolean
  open: { readonly key: number; readonly kind: BlockStart['kind']; readonly encoder: BlockEncoder } | null
  usage: PartialUsage | null
  hasToolCall: boolean
  refusal: string | null
  /** Length of everything that the model wrote, for an estimate. */
  characters: number
}

/** Creates the encoder of one stream; blocks must not overlap. */
export function createStreamEncoder(context: EncodeContext): StreamEncoder {
  const { warnings, warn } = collectWarnings()
  const writing: Writing = {
    context,
    warn,
    ordinal: 0,
    index: 0,
    isStarted: false,
    isEnded: false,
    open: null,
    usage: null,
    hasToolCall: false,
    refusal: null,
    characters: 0,
  }
  return { push: (part) => (writing.isEnded ? '' : write(part, writing)), warnings }
}

function write(part: StreamPart, writing: Writing): string {
  switch (part.type) {
    case 'start':
      return start(part, writing)
    case 'open':
      return openBlock(part.key, part.block, writing)
    case 'delta':
      return writeDelta(part.key, part.text, writing)
    case 'note':
      return openOf(part.key, writing)?.encoder.note(part.citation) ?? ''
    case 'seal':
      return openOf(part.key, writing)?.encoder.seal(part.state) ?? ''
    case 'close':
      return openOf(part.key, writing) === null ? '' : closeBlock(part.status, writing)
    case 'usage':
      writing.usage = mergeUsage(writing.usage ?? {}, part.usage)
      return ''
    case 'ping':
      return writing.isStarted ? PING_EVENT : ''
    case 'warning':
      return ''
    case 'finish':
      return finish(part.finish, writing)
    case 'error':
      return fail(part.error, writing)
  }
}

function start({ id, usage }: Head, writing: Writing): string {
  if (writing.isStarted) return ''
  writing.isStarted = true
  const { context } = writing
  const counted = completeUsage(usage ?? {})
  const input = counted.inputTokens > 0 ? counted : estimatedUsage(context.estimatedInputTokens, 0)
  return eventOf('message_start', { message: headOf(id, input, context) }) + PING_EVENT
}

function openOf(key: number, { open }: Writing): Writing['open'] {
  return open?.key === key ? open : null
}

function openBlock(key: number, block: BlockStart, writing: Writing): string {
  const before = closeBlock('complete', writing)
  if (writing.isEnded) return before
  if (block.kind === 'tool') writing.hasToolCall = true
  if (block.kind === 'refusal') writing.refusal ??= ''
  const path = `content[${writing.ordinal++}]`
  const place = {
    next: () => writing.index++,
    warn: (code, message, field = '') => writing.warn(code, path + field, message),
  } satisfies BlockPlace
  const encoder = createBlockEncoder(block, place, writing.context)
  writing.open = { key, kind: block.kind, encoder }
  return start(UNNAMED, writing) + before + encoder.open()
}

function writeDelta(key: number, text: string, writing: Writing): string {
  const open = openOf(key, writing)
  if (open === null) return ''
  writing.characters += text.length
  if (open.kind === 'refusal') writing.refusal += text
  return open.encoder.delta(text)
}

function closeBlock(status: 'complete' | 'incomplete', writing: Writing): string {
  const { open } = writing
  writing.open = null
  return open === null ? '' : (open.encoder.close(status) ?? fail(BAD_ARGUMENTS, writing))
}

function finish(reason: Finish, writing: Writing): string {
  const { context, usage, characters } = writing
  const before = start(UNNAMED, writing) + closeBlock('incomplete', writing)
  if (writing.isEnded) return before
  writing.isEnded = true
  const total =
    usage === null ? estimatedUsage(context.estimatedInputTokens, characters) : completeUsage(usage)
  const end = { delta: encodeFinish(reason, writing), usage: encodeCounts(total) }
  return before + eventOf('message_delta', end) + eventOf('message_stop', {})
}

function fail(error: UpstreamError, writing: Writing): string {
  if (writing.isEnded) return ''
  writing.isEnded = true
  const message = wording(error)
  return eventOf('error', {
    error: {
      type: STREAM_ERROR_TYPE[error.kind],
      message: message === '' ? 'The provider failed.' : message,
    },
    request_id: writing.context.requestId,
  })
}

function wording(error: UpstreamError): string {
  if (error.kind === 'context-overflow') return overflowWording(error)
  return error.kind === 'bad-request' ? refusalWording(error.message) : error.message
}

/** The message before it has content: clients read only here how long cache writes live. */
function headOf(id: string, input: Usage, context: EncodeContext): JsonObject {
  return {
    id: messageId(id, context),
    type: 'message',
    role: 'assistant',
    model: context.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    usage: encodeUsage({ ...input, outputTokens: 1, reasoningTokens: 0 }, undefined),
    container: null,
    diagnostics: null,
  }
}
