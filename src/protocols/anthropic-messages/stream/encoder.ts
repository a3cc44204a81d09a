import type { JsonObject } from '../../../canonical/json.js'
import type { Finish } from '../../../canonical/response.js'
import type { BlockStart, StreamPart } from '../../../canonical/stream.js'
import type { UpstreamError } from '../../../canonical/upstream-error.js'
import { completeUsage, mergeUsage, type PartialUsage } from '../../../canonical/usage.js'
import type { EncodeContext, StreamEncoder } from '../../protocol.js'
import { overflowWording } from '../error.js'
import { messageId } from '../response/carrier.js'
import { encodeFinish } from '../response/finish.js'
import { encodeCounts, encodeUsage, estimatedUsage } from '../response/usage.js'
import { STREAM_ERROR_TYPE } from '../vocabulary.js'
import { createBlockEncoder, type BlockEncoder } from './encoder-block.js'
import { eventOf, PING_EVENT } from './events.js'

const BAD_ARGUMENTS: UpstreamError = {
  kind: 'garbage',
  message: 'The model wrote tool arguments that are no JSON.',
}

interface OpenBlock {
  readonly key: number
  readonly kind: BlockStart['kind']
  readonly encoder: BlockEncoder
}

/** Creates the encoder of one stream; blocks must not overlap. */
export function createStreamEncoder(context: EncodeContext): StreamEncoder {
  let index = 0
  let isStarted = false
  let isEnded = false
  let open: OpenBlock | null = null
  let usage: PartialUsage | null = null
  let hasToolCall = false
  let refusal: string | null = null
  let characters = 0
  const counter = { next: () => index++ }

  const start = (id: string): string => {
    if (isStarted) return ''
    isStarted = true
    return eventOf('message_start', { message: head(id, context) }) + PING_EVENT
  }

  const openBlock = (key: number, block: BlockStart): string => {
    const before = close('complete')
    if (isEnded) return before
    if (block.kind === 'tool') hasToolCall = true
    if (block.kind === 'refusal') refusal = ''
    const encoder = createBlockEncoder(block, counter, context)
    open = { key, kind: block.kind, encoder }
    return start('') + before + encoder.open()
  }

  const close = (status: 'complete' | 'incomplete'): string => {
    if (open === null) return ''
    const { encoder } = open
    open = null
    return encoder.close(status) ?? fail(BAD_ARGUMENTS)
  }

  const amend = (part: Extract<StreamPart, { key: number }>): string => {
    if (open === null || open.key !== part.key) return ''
    switch (part.type) {
      case 'delta':
        characters += part.text.length
        if (open.kind === 'refusal') refusal = (refusal ?? '') + part.text
        return open.encoder.delta(part.text)
      case 'note':
        return open.encoder.note(part.citation)
      case 'seal':
        return open.encoder.seal(part.state)
      case 'close':
        return close(part.status)
      case 'open':
        return ''
    }
  }

  const finish = (reason: Finish): string => {
    const before = start('') + close('incomplete')
    if (isEnded) return before
    isEnded = true
    const total =
      usage === null ? estimatedUsage(context.estimatedInputTokens, characters) : completeUsage(usage)
    return (
      before +
      eventOf('message_delta', {
        delta: encodeFinish(reason, { hasToolCall, refusal }),
        usage: encodeCounts(total),
      }) +
      eventOf('message_stop', {})
    )
  }

  const fail = (error: UpstreamError): string => {
    if (isEnded) return ''
    isEnded = true
    const type = STREAM_ERROR_TYPE[error.kind]
    const message = error.kind === 'context-overflow' ? overflowWording(error) : error.message
    const text = message === '' ? 'The provider failed.' : message
    return eventOf('error', { error: { type, message: text }, request_id: context.requestId })
  }

  return {
    push(part) {
      if (isEnded) return ''
      switch (part.type) {
        case 'start':
          return start(part.id)
        case 'open':
          return openBlock(part.key, part.block)
        case 'usage':
          usage = mergeUsage(usage ?? {}, part.usage)
          return ''
        case 'ping':
          return isStarted ? PING_EVENT : ''
        case 'warning':
          return ''
        case 'finish':
          return finish(part.finish)
        case 'error':
          return fail(part.error)
        default:
          return amend(part)
      }
    },
  }
}

/** The message before it has content. Cache parts are not known yet; the end of the stream names them. */
function head(id: string, context: EncodeContext): JsonObject {
  return {
    id: messageId(id, context),
    type: 'message',
    role: 'assistant',
    model: context.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    usage: encodeUsage({ ...estimatedUsage(context.estimatedInputTokens, 0), outputTokens: 1 }, undefined),
    container: null,
    diagnostics: null,
  }
}
