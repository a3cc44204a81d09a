import type { JsonObject } from '../../canonical/json.js'
import { GatewayError } from '../../errors.js'
import { withKeepAlive } from '../../sse/keep-alive.js'
import type { Core } from '../core.js'
import type { ResponseStream } from '../http/http.js'
import { respondJson, respondStream } from '../http/respond.js'
import { pause } from '../pause.js'
import { KEEP_ALIVE, streamFeed } from './background.js'
import { type DraftEnd, endDraft, lastEvents, LOST } from './draft.js'
import { isRunning, type NumberedEvent, type StoredResponse } from './entries.js'
import { deleteAtVendor } from './delete-at-vendor.js'
import type { Job } from './jobs.js'
import { isStateId, keysOf } from './keys.js'
import type { AnswerStateQuery, StateQuery } from './operations.js'
import { pageOf } from './pages.js'
import { responseNotFound } from './records.js'
import { replayEvents } from './replay.js'

type ResponseOperation = 'read-response' | 'delete-response' | 'cancel-response' | 'list-input-items'

/** The endpoints of single responses. */
export const RESPONSE_OPERATIONS: Readonly<Record<ResponseOperation, AnswerStateQuery>> = {
  async 'read-response'(core, query) {
    const entry = await findResponse(core, query)
    if (query.query.get('stream') !== 'true')
      return respondJson(query.plain, 200, JSON.stringify(entry.response))
    return respondStream(query.plain, streamResponse(core, query, entry))
  },

  async 'delete-response'(core, query) {
    const entry = await findResponse(core, query)
    await stop(core, query, entry)
    if (entry.upstream !== null) await deleteAtVendor(core, query.identity, entry)
    await query.records.deleteResponse(entry)
    const { id } = query
    return respondJson(query.plain, 200, JSON.stringify({ id, object: 'response', deleted: true }))
  },

  async 'cancel-response'(core, query) {
    const entry = await findResponse(core, query)
    if (entry.response['background'] !== true) {
      throw new GatewayError('invalid_request', 'Only a background response can be cancelled.')
    }
    const ended = await stop(core, query, entry)
    return respondJson(query.plain, 200, JSON.stringify(ended.response))
  },

  async 'list-input-items'(core, query) {
    const { input } = await findResponse(core, query)
    return respondJson(query.plain, 200, JSON.stringify(pageOf(input, query.query)))
  },
}

/** Throws `not_found`. A response that nobody works on any more has failed, and is kept so from here on. */
async function findResponse(core: Core, query: StateQuery): Promise<StoredResponse> {
  const { id, records } = query
  const entry = await records.response(id)
  if (entry === null) throw responseNotFound(id)
  if (!isRunning(entry) || jobOf(core, query) !== undefined || (await records.isLeased(id))) return entry
  return await endAs(query, entry, LOST)
}

/** Ends a response in place of who worked on it; its process may have written the end in the meantime, which stands. */
async function endAs(
  { id, records }: StateQuery,
  entry: StoredResponse,
  end: DraftEnd,
): Promise<StoredResponse> {
  const ended = { ...entry, response: endDraft(entry.response, end) }
  if ((await records.endResponse(ended, isRunning)) !== 'refused') return ended
  const latest = await records.response(id)
  if (latest === null) throw responseNotFound(id)
  return latest
}

function jobOf({ jobs }: Core, { id, identity }: StateQuery): Job | undefined {
  return isStateId(id) ? jobs.find(keysOf(identity.account.id).response(id)) : undefined
}

/** Ends a background response that runs, here or elsewhere. Gives it as it is then. */
async function stop(core: Core, query: StateQuery, entry: StoredResponse): Promise<StoredResponse> {
  if (!isRunning(entry)) return entry
  const { id, records } = query
  const job = jobOf(core, query)
  if (job !== undefined) {
    job.cancel()
    await job.done
    return (await records.response(id)) ?? entry
  }
  await records.askToCancel(id)
  return await endAs(query, entry, { status: 'cancelled' })
}

function streamResponse(core: Core, query: StateQuery, entry: StoredResponse): ResponseStream {
  const after = readAfter(query.query)
  const job = jobOf(core, query)
  if (entry.hasEvents && job !== undefined) return streamFeed(core, job.feed, after)
  if (!entry.hasEvents && isRunning(entry)) {
    const message =
      'stream: this response was created without stream, so its events are not kept; poll it instead.'
    throw new GatewayError('invalid_value', message, { param: 'stream' })
  }
  const events = entry.hasEvents ? readWritten(core, query, after) : replay(entry.response, after)
  const { keepAliveMs: intervalMs } = core.settings
  return withKeepAlive<string | Uint8Array>(events, { intervalMs, frame: () => KEEP_ALIVE, now: core.now })
}

function readAfter(query: URLSearchParams): number {
  const given = query.get('starting_after')
  if (given === null) return -1
  const after = Number(given)
  if (given !== '' && Number.isInteger(after) && after >= 0) return after
  const message = 'starting_after: must be the number of an event.'
  throw new GatewayError('invalid_value', message, { param: 'starting_after' })
}

// oxlint-disable-next-line typescript/require-await -- a stream of what is there already
async function* replay(response: JsonObject, after: number): AsyncGenerator<string> {
  for (const { sequence, text } of replayEvents(response)) if (sequence > after) yield text
}

const WRITTEN_PAUSE_MS = 500
const FINAL = /^event: response\.(?:completed|incomplete|failed)\n/

/** The events of a stream that another process works on, or has worked on, as it writes them down. */
async function* readWritten(core: Core, query: StateQuery, after: number): AsyncGenerator<string> {
  const { records, id } = query
  let last = -1
  let hasEnd = false
  const show = (events: readonly NumberedEvent[]): string => {
    last = events.at(-1)?.sequence ?? last
    hasEnd ||= events.some(({ text }) => FINAL.test(text))
    return events.map(({ sequence, text }) => (sequence > after ? text : '')).join('')
  }
  for (let index = 0; ;) {
    const entry = await findResponse(core, query)
    const piece = await records.piece(id, index)
    if (piece !== null) {
      index += 1
      yield show(piece)
    } else if (isRunning(entry)) await pause(WRITTEN_PAUSE_MS)
    else {
      // What was too long to be written, or lost: the end at least is known.
      if (!hasEnd) yield show(lastEvents(entry.response, Math.max(last, after)))
      return
    }
  }
}
