import type { JsonObject } from '../../../canonical/json.js'
import type { Finish } from '../../../canonical/response.js'
import type { StreamPart } from '../../../canonical/stream.js'
import type { UpstreamError } from '../../../canonical/upstream-error.js'
import type { DecodeContext } from '../../protocol.js'
import { decodeStreamError } from '../error.js'
import { INCOMPLETE_REASONS } from '../vocabulary.js'
import { asNumber, asObject, asObjects, asString, asText, lookUp } from '../wire/index.js'
import { readUsage } from '../wire/usage.js'
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
  let parts: StreamPart[] = []
  let keys = 0
  let responseId = ''
  let started = false
  let ended = false
  let hasCall = false
  let hasReported = false

  const add = (part: StreamPart): void => {
    if (!started && !COMES_BEFORE_START.has(part.type)) start(undefined)
    if (part.type === 'open' && part.block.kind === 'tool') hasCall = true
    parts.push(part)
  }
  const start = (response: JsonObject | undefined): void => {
    if (started) return
    started = true
    responseId = asString(response?.id) ?? ''
    parts.push({
      type: 'start',
      id: responseId,
      model: asText(response?.model) ?? context.target.model,
      created: asNumber(response?.created_at),
    })
  }
  const items = createItemRegistry({
    sink: { add, nextKey: () => keys++ },
    family: context.target.family,
    makeCallId: () => `call_${context.hash(`${responseId}:${keys}`, CALL_HASH_LENGTH)}`,
  })
  const report = (response: JsonObject | undefined): void => {
    const usage = asObject(response?.usage)
    const serviceTier = asText(response?.service_tier)
    if (usage !== undefined) add({ type: 'usage', usage: readUsage(usage), serviceTier })
  }

  const reportWithheld = (response: JsonObject | undefined): void => {
    if (hasReported) return
    for (const { reason } of asObjects(response?.input_transformations)) {
      hasReported = true
      add({ type: 'warning', warning: withheld(asString(reason) ?? 'unknown') })
    }
  }

  return {
    take() {
      const taken = parts
      parts = []
      return taken
    },
    start(response) {
      start(response)
      reportWithheld(response)
    },
    ping: () => add({ type: 'ping' }),
    items,
    finish(response, fallback) {
      const status = asText(response?.status) ?? fallback
      // A failure that comes first leaves the stream unopened: it can still have its own HTTP status.
      if (status !== 'failed') start(response)
      reportWithheld(response)
      if (status !== 'failed') items.readOutput(response)
      items.finishAll(status === 'incomplete' || status === 'failed' ? 'incomplete' : 'complete')
      report(response)
      if (status === 'failed') add({ type: 'error', error: decodeStreamError(response ?? {}) })
      else add({ type: 'finish', finish: toFinish(status, response, hasCall) })
      ended = true
    },
    fail(error) {
      if (ended) return
      ended = true
      parts.push({ type: 'error', error })
    },
    warn(message) {
      parts.push({ type: 'warning', warning: { code: 'repaired', path: 'output', message, semantic: false } })
    },
    get ended() {
      return ended
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
  if (status === 'incomplete') {
    const raw = asText(asObject(response?.incomplete_details)?.reason)
    return { reason: lookUp(INCOMPLETE_REASONS, raw) ?? 'stop', raw: raw ?? status }
  }
  const isUnfinished = status === 'queued' || status === 'in_progress' || status === 'cancelled'
  if (isUnfinished) return { reason: 'other', raw: status }
  return { reason: hasCall ? 'tool-calls' : 'stop', raw: status }
}
