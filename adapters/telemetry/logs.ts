import {
  createRedactor,
  type EndEvent,
  type ErrorCode,
  type ErrorEvent,
  type Hooks,
  type JsonObject,
  type StoreFailureEvent,
} from '../../src/index.js'
import { namesOf } from './logs/cause-names.js'

/** One method of a logger as pino has it: what is told, then a few words. */
export type LogMethod = (fields: Readonly<Record<string, unknown>>, message: string) => void

/** What of a pino-shaped logger is used. */
export interface Logger {
  readonly debug: LogMethod
  readonly info: LogMethod
  readonly warn: LogMethod
  readonly error: LogMethod
}

/** What is logged, and where. */
export interface LogsOptions {
  readonly logger: Logger
  /** Level of a call that went well. Default `info`. */
  readonly level?: 'debug' | 'info' | undefined
  /** True: lines have the request as it came and the words of vendors and stores, which may quote it. Default false. */
  readonly includePrompts?: boolean | undefined
  /** Texts that must not be in any line, such as the address of a database; vendors' keys never are. */
  readonly secrets?: Iterable<string> | undefined
}

/** Longest text of a cause: some vendors answer with pages. */
const LONGEST = 500
const MOST_CAUSES = 5
const MARK = '[redacted]'
/** Our keys, and addresses of any scheme, which may have a password. */
const SHAPES: readonly RegExp[] = [/\bcm-[\w-]{6,}/g, /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>)\]]+/gi]
/** Codes of 500 and more whose words are always ours; those of others may be a vendor's. */
const OWN_WORDS: ReadonlySet<ErrorCode> = new Set([
  'db_error',
  'internal_error',
  'model_unavailable',
  'upstream_stream_truncated',
  'upstream_timeout',
])

/**
 * Hooks that write one line for each call, and one for each error of the gateway's, a vendor's or a store's doing:
 * `createGateway({ hooks: logs({ logger: pino() }), … })`. Keys, prompts and answers are in no line: of what vendors and
 * stores say, which may quote them, lines have the kind, the code and the status.
 */
export function logs({ logger, level = 'info', includePrompts = false, secrets = [] }: LogsOptions): Hooks {
  const redact = createTextRedactor(secrets)
  const quote = includePrompts ? redact : null
  // What is known of a call before its end, which each of them has.
  const notes = new Map<string, Notes>()

  return {
    onStart: ({ requestId }) => void notes.set(requestId, { warnings: [], body: null, vendor: {} }),
    onRequest({ requestId, body }) {
      const note = notes.get(requestId)
      if (includePrompts && note !== undefined) note.body = body
    },
    onAttempt({ requestId, upstream, route }) {
      const note = notes.get(requestId)
      if (note !== undefined) note.vendor = { upstream, route }
    },
    onAttemptFailure({ requestId, upstream, route, status }) {
      const note = notes.get(requestId)
      if (note !== undefined) note.vendor = { upstream, route, upstream_status: status }
    },
    onWarning({ requestId, warnings }) {
      notes.get(requestId)?.warnings.push(...warnings.map(({ code, path }) => `${code}:${path}`))
    },
    onError(event) {
      const isOurs = event.error.status >= 500
      const vendor = notes.get(event.requestId)?.vendor
      const fields = {
        ...errorFields(event),
        ...vendor,
        ...(isOurs ? wordsOf(event, { redact, quote }) : {}),
      }
      logger[isOurs ? 'error' : 'debug'](fields, 'error')
    },
    onStoreFailure(event) {
      const isGrave = event.lost !== null || !event.passed
      logger[isGrave ? 'error' : 'warn'](storeFields(event, quote), 'store failure')
    },
    onEnd(call) {
      const { warnings = [], body = null } = notes.get(call.requestId) ?? {}
      notes.delete(call.requestId)
      const words = includePrompts ? { error_message: call.errorMessage, request: body } : {}
      logger[levelOf(call, level)]({ ...callFields(call), warnings, ...words }, 'call')
    },
  }
}

interface Notes {
  readonly warnings: string[]
  body: JsonObject | null
  /** Where the call has been last, and what came of it. */
  vendor: Readonly<Record<string, string | number | null>>
}

/** Takes out of a text what must be in no line. */
type Redact = (text: string) => string
/** The same of a text that may quote a request; null = there is no such text in a line. */
type Quote = Redact | null

function levelOf({ status, httpStatus }: EndEvent, level: 'debug' | 'info'): keyof Logger {
  if (status !== 'failed') return level
  return httpStatus >= 500 ? 'error' : 'warn'
}

function callFields(call: EndEvent): Readonly<Record<string, unknown>> {
  const { usage } = call
  return {
    request_id: call.requestId,
    account_id: call.accountId,
    key_id: call.keyId,
    end_user: call.endUser,
    endpoint: call.endpoint,
    model: call.model,
    route: call.route,
    status: call.status,
    http_status: call.httpStatus,
    error_code: call.errorCode,
    streamed: call.streamed,
    latency_ms: call.latencyMs,
    time_to_first_byte_ms: call.timeToFirstByteMs,
    input_tokens: usage.inputTokens,
    cache_read_tokens: usage.cacheReadTokens,
    cache_write_tokens: usage.cacheWriteTokens + usage.cacheWriteLongTokens,
    output_tokens: usage.outputTokens,
    reasoning_tokens: usage.reasoningTokens,
    cost_micro: call.costMicro,
    shortfall_micro: call.shortfallMicro,
    attempts: call.attempts ?? [],
    ...(call.isReplay ? { replayed: true } : {}),
  }
}

function errorFields({ requestId, error }: ErrorEvent): Readonly<Record<string, unknown>> {
  return { request_id: requestId, error_code: error.code, http_status: error.status }
}

/** Not of an error of the client's own, whose words are the client's business. */
function wordsOf(
  { error, cause }: ErrorEvent,
  { redact, quote }: { readonly redact: Redact; readonly quote: Quote },
): Readonly<Record<string, unknown>> {
  const causes = causesOf(cause, quote)
  return quote !== null || OWN_WORDS.has(error.code) ? { message: redact(error.message), causes } : { causes }
}

function storeFields(
  { requestId, store, operation, passed, lost, cause }: StoreFailureEvent,
  quote: Quote,
): Readonly<Record<string, unknown>> {
  const job = quote === null ? withoutWords(lost) : lost
  return { request_id: requestId, store, operation, passed, lost: job, causes: causesOf(cause, quote) }
}

/** The record of a call that has failed has the vendor's words. */
function withoutWords(job: StoreFailureEvent['lost']): StoreFailureEvent['lost'] {
  if (job === null || !('record' in job) || !job.record) return job
  return { ...job, record: { ...job.record, errorMessage: null } }
}

/** What a cause is, and what caused it; never the thing itself, which may hold anything. */
function causesOf(cause: unknown, quote: Quote): readonly string[] {
  const causes: string[] = []
  let current: unknown = cause
  // A cause may be its own.
  for (let depth = 0; depth < MOST_CAUSES && typeof current === 'object' && current !== null; depth += 1) {
    const message: unknown = Reflect.get(current, 'message')
    const quoted = quote !== null && typeof message === 'string' ? quote(message) : ''
    const said = [namesOf(current), quoted].filter((text) => text !== '').join(': ')
    if (said !== '') causes.push(said)
    current = Reflect.get(current, 'cause')
  }
  return causes
}

function createTextRedactor(secrets: Iterable<string>): Redact {
  const redact = createRedactor(secrets)
  return (text) => {
    // Addresses first: what is left of one without its password is still an address.
    const safe = redact(SHAPES.reduce((rest, shape) => rest.replace(shape, MARK), text))
    return safe.length > LONGEST ? `${safe.slice(0, LONGEST)}…` : safe
  }
}
