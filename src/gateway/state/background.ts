import { isJsonObject, type JsonObject, parseJson } from '../../canonical/json.js'
import { asObject, asText } from '../../canonical/narrow.js'
import { GatewayError } from '../../errors.js'
import { withKeepAlive } from '../../sse/keep-alive.js'
import type { Call } from '../call.js'
import type { Core } from '../core.js'
import type { GatewayResponse, ResponseStream } from '../http/http.js'
import { respondJson, respondStream, toClientError } from '../http/respond.js'
import { type CancelSource, createCancelSource } from '../send/cancel-signal.js'
import { createDeadline } from '../send/deadline.js'
import { draftResponse, endDraft, lastEvents, LOST } from './draft.js'
import type { NumberedEvent } from './entries.js'
import { createFeed, type Feed } from './feed.js'
import { createEditText, editWhole } from './keep-answer.js'
import type { Keeper } from './keeper.js'
import { LEASE_MS, type Records } from './records.js'

export interface BackgroundOptions {
  readonly keeper: Keeper
  readonly records: Records
  /** Where the response is found while this process works on it. */
  readonly key: string
  readonly body: JsonObject
  readonly summarizes: () => boolean
  /** Asks the vendor. Resolves always: errors are answers. */
  readonly run: () => Promise<GatewayResponse>
}

/** What runs beside the vendor looks this often. */
const BEAT_MS = LEASE_MS / 10
/** What keeps a silent stream alive: a comment, as in every stream of this protocol. */
export const KEEP_ALIVE = ': keepalive\n\n'

/**
 * Answers at once with a response that is queued, and goes on with the call by itself: the client may leave, and come
 * back for the response or for the rest of its stream.
 */
export async function answerLater(
  core: Core,
  call: Call,
  options: BackgroundOptions,
): Promise<GatewayResponse> {
  const { keeper, records, key, body } = options
  const created = Math.floor(call.startedAt / 1000)
  const draft = draftResponse({ id: keeper.id, model: call.model, created, body })
  const hasEvents = body['stream'] === true
  const response = { ...draft, status: 'in_progress' }
  const entry = { input: keeper.input, response, upstream: null, vendorId: null, hasEvents }
  if (!(await records.saveResponse(entry))) {
    throw new GatewayError(
      'request_too_large',
      'The request is larger than what is kept of a background response.',
    )
  }
  await records.renewLease(keeper.id)
  const source = detach(core, call)
  const feed = createFeed(core.settings.responses.maxBytes)
  const stopped = { isAbandoned: false }
  const done = work(core, call, { ...options, draft, feed, source, stopped })
  const abandon = (): void => {
    stopped.isAbandoned = true
    source.cancel()
  }
  core.jobs.add(key, { feed, cancel: source.cancel, abandon, done })
  // The headers of the call go on changing; those of this answer are out.
  const headers = { headers: { ...call.headers } }
  if (!hasEvents) return respondJson(headers, 200, JSON.stringify(draft))
  return respondStream(headers, streamFeed(core, feed, -1))
}

/** The events of a feed after a number, kept alive while there are none. */
export function streamFeed(core: Core, feed: Feed, after: number): AsyncIterable<string | Uint8Array> {
  const { keepAliveMs: intervalMs } = core.settings
  return withKeepAlive<string | Uint8Array>(feed.read(after), {
    intervalMs,
    frame: () => KEEP_ALIVE,
    now: core.now,
  })
}

/** From here on the client's leaving ends nothing. */
function detach(core: Core, call: Call): CancelSource {
  const source = createCancelSource()
  call.close()
  const deadline = createDeadline(source.signal, core.settings.totalTimeoutMs)
  call.signal = deadline.signal
  call.timedOut = deadline.timedOut
  call.close = deadline.close
  call.isDetached = true
  return source
}

interface Work extends BackgroundOptions {
  readonly draft: JsonObject
  readonly feed: Feed
  readonly source: CancelSource
  readonly stopped: { isAbandoned: boolean }
}

async function work(core: Core, call: Call, job: Work): Promise<void> {
  const { keeper, feed, records } = job
  const beats = startBeats(core, job)
  const { response, isTold } = await takeEnd(core, call, job)
  if (!isTold) for (const event of lastEvents(response, feed.last())) feed.push(event)
  await beats.end()
  await keeper.keep(response)
  feed.end()
  await records.endLease(keeper.id).catch(() => undefined)
}

/** The last state of a response. `isTold`: its stream has said it already. */
interface End {
  readonly response: JsonObject
  readonly isTold: boolean
}

async function takeEnd(core: Core, call: Call, job: Work): Promise<End> {
  const { draft, source } = job
  const broken = (text: string): JsonObject => {
    if (!source.signal.aborted) return failedBy(text, draft)
    return endDraft(draft, job.stopped.isAbandoned ? LOST : { status: 'cancelled' })
  }
  try {
    const { status, body } = await job.run()
    if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
      const told = await readStream(body, job)
      if (told !== null) return { response: told, isTold: true }
      return { response: broken(''), isTold: false }
    }
    const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
    const whole = status === 200 ? editWhole(text, job.keeper).edited : null
    if (whole !== null) return { response: whole, isTold: false }
    return { response: broken(text), isTold: false }
  } catch (cause) {
    const error = toClientError(cause)
    core.hooks.error({ requestId: call.requestId, error, cause })
    const end = { status: 'failed', code: 'server_error', message: error.message } as const
    return { response: endDraft(draft, end), isTold: false }
  }
}

/** Feeds the events of a stream to its readers; gives the response of its last event. */
async function readStream(
  body: ResponseStream,
  { keeper, feed, summarizes }: Work,
): Promise<JsonObject | null> {
  let final: JsonObject | null = null
  const onFinal = (response: JsonObject): void => void (final = response)
  const editor = { edit: keeper.edit(), onFinal, onEvent: (event: NumberedEvent) => feed.push(event) }
  const edit = createEditText(editor, { summarizes: summarizes() })
  const decoder = new TextDecoder()
  for await (const chunk of body) {
    edit(typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))
  }
  return final
}

function failedBy(text: string, draft: JsonObject): JsonObject {
  const json = parseJson(text)
  const error = isJsonObject(json) ? asObject(json['error']) : undefined
  return endDraft(draft, {
    status: 'failed',
    code: asText(error?.code) ?? 'server_error',
    message: asText(error?.message) ?? 'The provider failed.',
  })
}

/** What goes on beside the vendor: the lease, the look for a cancellation elsewhere, and the events on paper. */
interface Beats {
  end(): Promise<void>
}

function startBeats(core: Core, { feed, records, keeper, source }: Work): Beats {
  const { maxBytes } = core.settings.responses
  let pieces = 0
  let written = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let hasEnded = false
  let beating: Promise<void> = Promise.resolve()

  const write = async (): Promise<void> => {
    const events = feed.takeNew()
    if (events.length === 0 || written > maxBytes) return
    written += events.reduce((sum, { text }) => sum + text.length, 0)
    await records.savePiece(keeper.id, pieces, events)
    pieces += 1
  }
  const beat = async (): Promise<void> => {
    await records.renewLease(keeper.id)
    if (await records.isToCancel(keeper.id)) source.cancel()
    await write()
  }
  const schedule = (): void => {
    if (hasEnded) return
    timer = setTimeout(() => {
      // A store that fails was reported; the next beat tries again.
      beating = beat().catch(() => undefined)
      void beating.then(schedule)
    }, BEAT_MS)
  }
  schedule()
  return {
    async end() {
      hasEnded = true
      clearTimeout(timer)
      await beating
      await write().catch(() => undefined)
    },
  }
}
