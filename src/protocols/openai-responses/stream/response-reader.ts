import { type JsonObject, lookUp } from '../../../canonical/json.js'
import { asNumber, asObject, asObjects, asString, asText } from '../../../canonical/narrow.js'
import type { Finish } from '../../../canonical/response.js'
import type { StreamPart } from '../../../canonical/stream.js'
import type { UpstreamError } from '../../../canonical/upstream-error.js'
import type { DecodeContext } from '../../protocol.js'
import { decodeStreamError } from '../error.js'
import { finishWord, INCOMPLETE_REASONS } from '../vocabulary.js'
import { readUsage } from '../wire/usage.js'
import type { PartSink } from './block.js'
import { createItemRegistry, type ItemRegistry } from './item-registry.js'

/** Reads a response, item by item or whole, into canonical parts. */
export interface ResponseReader {
  /** The parts that came since the last call. */
  take(): readonly StreamPart[]
  start(response: JsonObject | undefined): void
  ping(): void
  readonly items: ItemRegistry
  /** A terminal event; `status` where the response has none. */
  finish(response: JsonObject | undefined, status: string): void
  fail(error: UpstreamError): void
  warn(message: string): void
  readonly ended: boolean
}

/** Creates a {@link ResponseReader}. */
export function createResponseReader(context: DecodeContext): ResponseReader {
  const list = createPartList(context)
  const { target } = context
  const makeCallId = (): string => `call_${context.hash(list.nextSeed(), CALL_HASH_LENGTH)}`
  const items = createItemRegistry({ sink: list, family: target.family, makeCallId })
  let ended = false
  let hasReported = false

  const reportWithheld = (response: JsonObject | undefined): void => {
    if (hasReported) return
    for (const { reason } of asObjects(response?.input_transformations)) {
      hasReported = true
      list.add({ type: 'warning', warning: withheld(asString(reason) ?? 'unknown') })
    }
  }
  return {
    take: () => list.take(),
    start(response) {
      list.start(response)
      reportWithheld(response)
    },
    ping: () => list.add({ type: 'ping' }),
    items,
    finish(response, fallback) {
      const status = asText(response?.status) ?? fallback
      const hasFailed = status === 'failed'
      // A failure that comes first leaves the stream unopened: it can still have its own HTTP status.
      if (!hasFailed) list.start(response)
      reportWithheld(response)
      if (!hasFailed) items.readOutput(response)
      items.finishAll(hasFailed || status === 'incomplete' ? 'incomplete' : 'complete')
      const usage = asObject(response?.usage)
      const serviceTier = asText(response?.service_tier)
      if (usage !== undefined) list.add({ type: 'usage', usage: readUsage(usage), serviceTier })
      if (hasFailed) list.add({ type: 'error', error: decodeStreamError(response ?? {}) })
      else list.add({ type: 'finish', finish: toFinish(status, response, list.hasCall) })
      ended = true
    },
    fail(error) {
      if (!ended) list.add({ type: 'error', error })
      ended = true
    },
    warn: (message) =>
      list.add({ type: 'warning', warning: { code: 'repaired', path: 'output', message, semantic: false } }),
    get ended() {
      return ended
    },
  }
}

interface PartList extends PartSink {
  /** Opens the stream, once. */
  start(response: JsonObject | undefined): void
  take(): readonly StreamPart[]
  /** A text that is the same each time, and another for each block. */
  nextSeed(): string
  readonly hasCall: boolean
}

/** Parts in order; the first one that has content opens the stream if nothing did. */
function createPartList({ target }: DecodeContext): PartList {
  let parts: StreamPart[] = []
  let keys = 0
  let responseId = ''
  let started = false
  let hasCall = false

  const start = (response: JsonObject | undefined): void => {
    if (started) return
    started = true
    responseId = asString(response?.id) ?? ''
    const model = asText(response?.model)
    parts.push({
      type: 'start',
      id: responseId,
      model: model ?? target.model,
      ...(model === undefined ? { isModelOurs: true } : {}),
      created: asNumber(response?.created_at),
    })
  }
  return {
    start,
    add(part) {
      if (!started && !COMES_BEFORE_START.has(part.type)) start(undefined)
      if (part.type === 'open' && part.block.kind === 'tool') hasCall = true
      parts.push(part)
    },
    take() {
      const taken = parts
      parts = []
      return taken
    },
    nextKey: () => keys++,
    nextSeed: () => `${responseId}:${keys}`,
    get hasCall() {
      return hasCall
    },
  }
}

const COMES_BEFORE_START: ReadonlySet<StreamPart['type']> = new Set(['warning', 'error', 'ping', 'usage'])
const CALL_HASH_LENGTH = 24

function withheld(reason: string): Extract<StreamPart, { type: 'warning' }>['warning'] {
  const message = `The vendor withheld reasoning of an earlier turn (${reason}).`
  return { code: 'dropped', path: 'input', message, semantic: false }
}

function toFinish(status: string, response: JsonObject | undefined, hasCall: boolean): Finish {
  const raw = finishWord(response, status)
  if (status === 'incomplete') return { reason: lookUp(INCOMPLETE_REASONS, raw) ?? 'stop', raw }
  const isUnfinished = status === 'queued' || status === 'in_progress' || status === 'cancelled'
  if (isUnfinished) return { reason: 'other', raw }
  return { reason: hasCall ? 'tool-calls' : 'stop', raw }
}
