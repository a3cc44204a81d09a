import type { JsonObject } from '../../../canonical/json.js'
import type { Finish } from '../../../canonical/response.js'
import type { StreamPart } from '../../../canonical/stream.js'
import type { UpstreamError } from '../../../canonical/upstream-error.js'
import type { Warning } from '../../../canonical/warning.js'
import { completeUsage, mergeUsage, type PartialUsage } from '../../../canonical/usage.js'
import type { EncodeContext } from '../../protocol.js'
import { formatEvent, waitText } from '../error.js'
import { describeResponse, echoRequest, type SnapshotState } from '../response/snapshot.js'
import { FAILURE_CODES, FAILURE_TEXTS, INCOMPLETE } from '../vocabulary.js'
import { declaredBuiltIns } from '../wire/built-in-tools.js'
import { type BlockTable, createBlockTable } from './block-table.js'
import { createEventLog, type EventLog } from './event-sink.js'

/** Writes canonical parts as a response: its events, and in the end the whole object. */
export interface ResponseWriter {
  push(part: StreamPart): void
  /** The events since the last call. */
  take(): string
  /** The response as it stands. */
  result(): JsonObject
  /** What could not be said so far. */
  readonly warnings: readonly Warning[]
}

const FALLBACK_ID_LENGTH = 24
const CHARACTERS_PER_TOKEN = 4

/** Creates a {@link ResponseWriter}. `silent`: nobody wants the events. */
export function createResponseWriter(context: EncodeContext, silent: boolean): ResponseWriter {
  const snapshots = createSnapshots(context, silent)
  const wishes = {
    showRaw: context.request.reasoning?.show === 'raw',
    builtIns: declaredBuiltIns(context.request.tools ?? []),
  }
  let log: EventLog | null = null
  let blocks: BlockTable | null = null
  let ended = false
  let characters = 0
  // The error of a stream that never opened a response.
  let unopened = ''

  const start = (id: string, created: number | undefined): EventLog => {
    if (log !== null) return log
    const responseId = toResponseId(id, context)
    log = createEventLog(context, responseId, silent)
    snapshots.update({ id: responseId, created: created ?? context.created })
    snapshots.publish('response.created', log)
    snapshots.publish('response.in_progress', log)
    return log
  }
  const table = (): BlockTable => (blocks ??= createBlockTable(start('', undefined), wishes))
  const finish = (given: Finish): void => {
    const to = start('', undefined)
    table().finish(given)
    const incompleteReason = INCOMPLETE[given.reason]
    const status = incompleteReason === undefined ? 'completed' : 'incomplete'
    snapshots.update({ status, incompleteReason, output: to.items() })
    snapshots.estimate(characters)
    snapshots.publish(`response.${status}`, to)
  }
  const fail = (given: UpstreamError): void => {
    const error = toFailure(given)
    if (log === null) {
      unopened = formatEvent('error', { type: 'error', ...error, param: null, sequence_number: 0 })
      return
    }
    snapshots.update({ status: 'failed', error, output: log.items() })
    snapshots.publish('response.failed', log)
    log.event('error', { ...error, param: null })
  }
  return {
    push(part) {
      if (ended) return
      ended = part.type === 'finish' || part.type === 'error'
      if (part.type === 'delta') characters += part.text.length
      if ('key' in part) table().push(part)
      else if (part.type === 'start') start(part.id, part.created)
      else if (part.type === 'finish') finish(part.finish)
      else if (part.type === 'error') fail(part.error)
      else if (part.type === 'usage') snapshots.count(part)
    },
    take() {
      const text = (log?.take() ?? '') + unopened
      unopened = ''
      return text
    },
    result: () => snapshots.object(),
    get warnings() {
      return log?.warnings ?? []
    },
  }
}

interface Snapshots {
  count(part: Extract<StreamPart, { type: 'usage' }>): void
  /** Clients expect usage at the end: where the vendor sent none, our count of the input and a rough one of the output. */
  estimate(characters: number): void
  update(changes: Partial<SnapshotState>): void
  publish(type: string, log: EventLog): void
  object(): JsonObject
}

/** The response as it changes. What repeats the request can be long, so its JSON is made once. */
function createSnapshots(context: EncodeContext, silent: boolean): Snapshots {
  const echo = echoRequest(context)
  const echoJson = silent ? '' : JSON.stringify(echo).slice(1)
  let state: SnapshotState = {
    id: '',
    created: context.created,
    status: 'in_progress',
    output: [],
    usage: null,
  }
  let usage: PartialUsage = {}
  return {
    count(part) {
      usage = mergeUsage(usage, part.usage)
      const { serviceTier = state.serviceTier } = part
      state = { ...state, serviceTier, usage: completeUsage(usage) }
    },
    estimate(characters) {
      if (state.usage !== null) return
      const outputTokens = Math.ceil(characters / CHARACTERS_PER_TOKEN)
      state = {
        ...state,
        usage: completeUsage({ inputTokens: context.estimatedInputTokens, outputTokens, estimated: true }),
      }
    },
    update(changes) {
      state = { ...state, ...changes }
    },
    publish(type, log) {
      if (silent) return
      const own = JSON.stringify(describeResponse(state, context))
      log.lifecycle(type, `${own.slice(0, -1)},${echoJson}`)
    },
    object: () => ({ ...describeResponse(state, context), ...echo }),
  }
}

/** `resp_` and the vendor's id, so that both sides can be found in each other's logs. */
function toResponseId(id: string, context: EncodeContext): string {
  if (id === '') return `resp_${context.hash(context.requestId, FALLBACK_ID_LENGTH)}`
  return id.startsWith('resp_') ? id : `resp_${id.replaceAll(/[^A-Za-z0-9_-]/g, '_')}`
}

/** What agents act on: they know these codes, and read the time to wait from the text. */
function toFailure({ kind, message, retryAfterMs }: UpstreamError): {
  readonly code: string
  readonly message: string
} {
  const text = FAILURE_TEXTS[kind] ?? message
  return {
    code: FAILURE_CODES[kind] ?? 'server_error',
    message: (text === '' ? 'The provider failed.' : text) + waitText(text, retryAfterMs),
  }
}
