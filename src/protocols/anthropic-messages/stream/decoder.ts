import { parseJson, type JsonObject } from '../../../canonical/json.js'
import type { Finish } from '../../../canonical/response.js'
import type { StreamPart } from '../../../canonical/stream.js'
import type { UpstreamError } from '../../../canonical/upstream-error.js'
import { completeUsage, mergeUsage, type PartialUsage } from '../../../canonical/usage.js'
import type { WarningCode } from '../../../canonical/warning.js'
import type { DecodeContext, SseEvent, StreamDecoder } from '../../protocol.js'
import { ANSWER_TOOL } from '../request/encode-format.js'
import { nativeState, warnOfTransformations } from '../response/decode.js'
import { decodeFinish } from '../response/finish.js'
import { decodeTier } from '../response/usage.js'
import { asObject, asString } from '../wire/index.js'
import { decodeStreamError } from '../wire/upstream.js'
import { readUsage } from '../wire/usage.js'
import { createBlockDecoder, type BlockDecoder } from './block.js'

const NOTHING: readonly StreamPart[] = []
const PING: readonly StreamPart[] = [{ type: 'ping' }]
const TRUNCATED: UpstreamError = { kind: 'truncated', message: 'The stream ended before the answer did.' }
const GARBAGE: UpstreamError = { kind: 'garbage', message: 'The stream held events that are no JSON.' }
/** Reasons that can cut a tool call in the middle. */
const CUTTING: ReadonlySet<string> = new Set(['length', 'context-full'])

interface OpenBlock {
  readonly key: number
  readonly decoder: BlockDecoder
}

/** Creates the decoder of one stream. */
export function createStreamDecoder(context: DecodeContext): StreamDecoder {
  const readState = nativeState(context)
  const blocks = new Map<unknown, OpenBlock>()
  let isStarted = false
  let isEnded = false
  let malformed = 0
  let nextKey = 0
  let hasCall = false
  let hasAnswer = false
  let usage: PartialUsage = {}
  let finish: Finish | null = null
  /** A stopped tool call: only the next event tells whether its arguments are whole. */
  let held: OpenBlock | null = null

  const start = (message: JsonObject | undefined): readonly StreamPart[] => {
    if (isStarted) return NOTHING
    isStarted = true
    const warnings: StreamPart[] = []
    warnOfTransformations(message?.input_transformations, (code, path, text) => {
      warnings.push(warning(code, path, text))
    })
    return [
      { type: 'start', id: asString(message?.id) ?? '', model: asString(message?.model) ?? '' },
      ...warnings,
      ...reportUsage(asObject(message?.usage)),
    ]
  }

  const reportUsage = (wire: JsonObject | undefined): readonly StreamPart[] => {
    if (wire === undefined) return NOTHING
    const raw = { ...(usage.raw as JsonObject | undefined), ...withoutNulls(wire) }
    usage = { ...mergeUsage(usage, readUsage(wire)), raw }
    const serviceTier = decodeTier(asString(wire.service_tier))
    return [
      {
        type: 'usage',
        usage: completeUsage(usage),
        ...(serviceTier === undefined ? {} : { serviceTier }),
      },
    ]
  }

  const releaseHeld = (): readonly StreamPart[] => {
    if (held === null) return NOTHING
    const { key, decoder } = held
    held = null
    const isCut = finish !== null && CUTTING.has(finish.reason) && decoder.isBroken()
    return [{ type: 'close', key, status: isCut ? 'incomplete' : 'complete' }]
  }

  const openBlock = (event: JsonObject): readonly StreamPart[] => {
    const block = asObject(event.content_block) ?? {}
    const reopened = blocks.has(event.index) ? stopBlock(event.index) : NOTHING
    const decoder = createBlockDecoder(nextKey, block, readState)
    blocks.set(event.index, { key: nextKey++, decoder })
    if (block.type === 'tool_use') {
      if (block.name === ANSWER_TOOL) hasAnswer = true
      else hasCall = true
    }
    return [...start(undefined), ...reopened, ...decoder.start()]
  }

  const stopBlock = (index: unknown): readonly StreamPart[] => {
    const block = blocks.get(index)
    if (block === undefined) return NOTHING
    blocks.delete(index)
    const parts = [...releaseHeld(), ...block.decoder.stop()]
    if (block.decoder.isBroken()) {
      held = block
      return parts
    }
    return [...parts, { type: 'close', key: block.key, status: 'complete' }]
  }

  const readDelta = (event: JsonObject): readonly StreamPart[] => {
    const stop = asObject(event.delta)
    if (stop !== undefined && typeof stop.stop_reason === 'string') finish = decodeFinish(stop)
    if (hasAnswer && !hasCall && finish?.reason === 'tool-calls') finish = { ...finish, reason: 'stop' }
    return [...start(undefined), ...reportUsage(asObject(event.usage))]
  }

  /** Blocks that never stopped: cut when the stream failed, else whole if they look so. */
  const closeAll = (failed: boolean): readonly StreamPart[] => {
    const parts: StreamPart[] = [...releaseHeld()]
    for (const [index, { key, decoder }] of blocks) {
      blocks.delete(index)
      parts.push(...decoder.stop(), {
        type: 'close',
        key,
        status: failed || decoder.isBroken() ? 'incomplete' : 'complete',
      })
    }
    return parts
  }

  const fail = (error: UpstreamError): readonly StreamPart[] => {
    isEnded = true
    return [...closeAll(true), { type: 'error', error }]
  }

  const complete = (): readonly StreamPart[] => {
    if (finish === null) return fail(TRUNCATED)
    isEnded = true
    return [...closeAll(false), { type: 'finish', finish }]
  }

  const read = (type: string | undefined, event: JsonObject): readonly StreamPart[] => {
    switch (type) {
      case 'message_start':
        return start(asObject(event.message))
      case 'content_block_start':
        return openBlock(event)
      case 'content_block_stop':
        return stopBlock(event.index)
      case 'message_delta':
        return readDelta(event)
      case 'message_stop':
        return complete()
      case 'error':
        return fail(decodeStreamError(event))
      case 'ping':
        return PING
      default:
        return NOTHING
    }
  }

  const readMalformed = (data: string): readonly StreamPart[] => {
    if (data.trim() === '[DONE]' || data.trim() === '') return NOTHING
    malformed++
    if (malformed > 1) return fail(GARBAGE)
    return [warning('dropped', 'stream', 'An event of the vendor was no JSON and was left out.')]
  }

  return {
    push({ event: name, data }: SseEvent) {
      if (isEnded) return NOTHING
      const event = asObject(parseJson(data))
      if (event === undefined) return readMalformed(data)
      const type = typeof event.type === 'string' ? event.type : name
      if (type === 'content_block_delta') {
        const delta = asObject(event.delta)
        return delta === undefined ? NOTHING : (blocks.get(event.index)?.decoder.delta(delta) ?? NOTHING)
      }
      const wasHeld = held !== null
      const parts = read(type, event)
      return wasHeld && held !== null ? [...releaseHeld(), ...parts] : parts
    },
    end() {
      if (isEnded) return NOTHING
      return complete()
    },
  }
}

function warning(code: WarningCode, path: string, message: string): StreamPart {
  return { type: 'warning', warning: { code, path, message, semantic: false } }
}

function withoutNulls(wire: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(wire).filter(([, value]) => value !== null))
}
