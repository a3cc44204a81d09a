import type { JsonObject } from '../../../canonical/json.js'
import type { Finish } from '../../../canonical/response.js'
import type { StreamPart } from '../../../canonical/stream.js'
import type { UpstreamError } from '../../../canonical/upstream-error.js'
import { completeUsage, mergeUsage, type PartialUsage } from '../../../canonical/usage.js'
import type { EncodeContext } from '../../protocol.js'
import { describeResponse, echoRequest, type SnapshotState } from '../response/snapshot.js'
import { FAILURE_CODES, FAILURE_TEXTS, INCOMPLETE } from '../vocabulary.js'
import { type BlockTable, createBlockTable } from './block-table.js'
import { createEventLog, type EventLog } from './event-sink.js'

/** Writes canonical parts as a response: its events, and in the end the whole object. */
export interface ResponseWriter {
  push(part: StreamPart): void
  /** The events since the last call. */
  take(): string
  /** The response as it stands. */
  result(): JsonObject
}

const FALLBACK_ID_LENGTH = 24

/** Creates a {@link ResponseWriter}. `silent`: nobody wants the events. */
export function createResponseWriter(context: EncodeContext, silent: boolean): ResponseWriter {
  const echo = echoRequest(context)
  const showRaw = context.request.reasoning?.show === 'raw'
  const echoJson = silent ? '' : JSON.stringify(echo).slice(1)
  let state: SnapshotState = {
    id: '',
    created: context.created,
    status: 'in_progress',
    output: [],
    usage: null,
  }
  let usage: PartialUsage | null = null
  let log: EventLog | null = null
  let ended = false

  const lifecycle = (type: string): void => {
    if (silent || log === null) return
    const own = JSON.stringify(describeResponse(state, context))
    log.lifecycle(type, `${own.slice(0, -1)},${echoJson}`)
  }
  const start = (id: string, created: number | undefined): EventLog => {
    if (log !== null) return log
    const responseId = toResponseId(id, context)
    state = { ...state, id: responseId, created: created ?? context.created }
    log = createEventLog(context, responseId, silent)
    lifecycle('response.created')
    lifecycle('response.in_progress')
    return log
  }
  let blocks: BlockTable | null = null
  const table = (): BlockTable => (blocks ??= createBlockTable(start('', undefined), showRaw))

  const finish = (end: Finish): void => {
    table().finish(end)
    const reason = INCOMPLETE[end.reason]
    state = {
      ...state,
      status: reason === undefined ? 'completed' : 'incomplete',
      incompleteReason: reason,
      output: log?.items() ?? [],
      usage: usage === null ? null : completeUsage(usage),
    }
    lifecycle(`response.${state.status}`)
  }
  const fail = (error: UpstreamError): string => {
    const failure = toFailure(error)
    const usual = { ...failure, param: null }
    if (log === null)
      return `event: error\ndata: ${JSON.stringify({ type: 'error', ...usual, sequence_number: 0 })}\n\n`
    state = {
      ...state,
      status: 'failed',
      error: failure,
      output: log.items(),
      usage: usage === null ? null : completeUsage(usage),
    }
    lifecycle('response.failed')
    log.event('error', usual)
    return ''
  }
  let unopened = ''
  return {
    push(part) {
      if (ended) return
      switch (part.type) {
        case 'start':
          start(part.id, part.created)
          return
        case 'usage':
          usage = mergeUsage(usage ?? {}, part.usage)
          if (part.serviceTier !== undefined) state = { ...state, serviceTier: part.serviceTier }
          return
        case 'finish':
          ended = true
          finish(part.finish)
          return
        case 'error':
          ended = true
          unopened = fail(part.error)
          return
        case 'ping':
        case 'warning':
          return
        default:
          table().push(part)
      }
    },
    take() {
      const text = (log?.take() ?? '') + unopened
      unopened = ''
      return text
    },
    result: () => ({ ...describeResponse(state, context), ...echo }),
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
  const wait =
    retryAfterMs === undefined || /try again in/i.test(text)
      ? ''
      : ` Please try again in ${retryAfterMs / 1000}s.`
  return {
    code: FAILURE_CODES[kind] ?? 'server_error',
    message: (text === '' ? 'The provider failed.' : text) + wait,
  }
}
