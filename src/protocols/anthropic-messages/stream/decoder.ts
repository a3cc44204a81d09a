import { type JsonObject, parseJson } from '../../../canonical/json.js'
import { asObject } from '../../../canonical/narrow.js'
import type { Finish } from '../../../canonical/response.js'
import type { StreamPart } from '../../../canonical/stream.js'
import type { UpstreamError } from '../../../canonical/upstream-error.js'
import type { DecodeContext, SseEvent, StreamDecoder } from '../../protocol.js'
import { nativeState } from '../response/decode.js'
import { decodeFinish } from '../response/finish.js'
import { decodeStreamError } from '../wire/upstream.js'
import { createBlockTable, type BlockTable } from './block-table.js'
import { createStreamHead, type StreamHead } from './head.js'

const NOTHING: readonly StreamPart[] = []
const PING: readonly StreamPart[] = [{ type: 'ping' }]
const TRUNCATED: UpstreamError = { kind: 'truncated', message: 'The stream ended before the answer did.' }
const GARBAGE: UpstreamError = { kind: 'garbage', message: 'The stream held events that are no JSON.' }
const LEFT_OUT: StreamPart = {
  type: 'warning',
  warning: {
    code: 'dropped',
    path: 'stream',
    message: 'An event of the vendor was no JSON and was left out.',
    semantic: false,
  },
}

/** One stream that is being read. */
interface Reading {
  readonly head: StreamHead
  readonly blocks: BlockTable
  isEnded: boolean
  finish: Finish | null
  /** Events that were no JSON: the first is left out, the second ends the stream. */
  malformed: number
}

/** Creates the decoder of one stream. */
export function createStreamDecoder(context: DecodeContext): StreamDecoder {
  const reading: Reading = {
    head: createStreamHead(),
    blocks: createBlockTable(nativeState(context)),
    isEnded: false,
    finish: null,
    malformed: 0,
  }
  return {
    push: (event) => (reading.isEnded ? NOTHING : readEvent(event, reading)),
    end: () => (reading.isEnded ? NOTHING : complete(reading)),
  }
}

function readEvent({ event: name, data }: SseEvent, reading: Reading): readonly StreamPart[] {
  const { blocks } = reading
  const event = asObject(parseJson(data))
  if (event === undefined) return readMalformed(data, reading)
  const type = typeof event.type === 'string' ? event.type : name
  if (type === 'content_block_delta') return blocks.delta(event)
  const wasHolding = blocks.isHolding
  const parts = readByType(type, event, reading)
  return wasHolding && blocks.isHolding ? [...blocks.release(reading.finish), ...parts] : parts
}

function readByType(type: string | undefined, event: JsonObject, reading: Reading): readonly StreamPart[] {
  const { head, blocks } = reading
  switch (type) {
    case 'message_start':
      return head.start(asObject(event.message))
    case 'content_block_start':
      return [...head.start(undefined), ...blocks.open(event)]
    case 'content_block_stop':
      return blocks.stop(event.index)
    case 'message_delta':
      return [...head.start(undefined), ...readDelta(event, reading)]
    case 'message_stop':
      return complete(reading)
    case 'error':
      return fail(decodeStreamError(event), reading)
    case 'ping':
      return PING
    default:
      return NOTHING
  }
}

function readDelta(event: JsonObject, reading: Reading): readonly StreamPart[] {
  const stop = asObject(event.delta)
  if (stop !== undefined && typeof stop.stop_reason === 'string') {
    const finish = decodeFinish(stop)
    const isAnswer = finish.reason === 'tool-calls' && reading.blocks.isAnswerOnly
    reading.finish = isAnswer ? { ...finish, reason: 'stop' } : finish
  }
  return reading.head.usage(asObject(event.usage))
}

function readMalformed(data: string, reading: Reading): readonly StreamPart[] {
  const text = data.trim()
  if (text === '[DONE]' || text === '') return NOTHING
  reading.malformed++
  return reading.malformed > 1 ? fail(GARBAGE, reading) : [LEFT_OUT]
}

function complete(reading: Reading): readonly StreamPart[] {
  const { finish, blocks } = reading
  if (finish === null) return fail(TRUNCATED, reading)
  reading.isEnded = true
  return [...blocks.closeAll(finish, false), { type: 'finish', finish }]
}

function fail(error: UpstreamError, reading: Reading): readonly StreamPart[] {
  reading.isEnded = true
  return [...reading.blocks.closeAll(reading.finish, true), { type: 'error', error }]
}
