import {
  createRedactor,
  type EndEvent,
  type ErrorEvent,
  type Hooks,
  type JsonObject,
  type StoreFailureEvent,
} from '../../src/index.js'

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
  /** True: lines of calls have the request as it came and the words of its error, which may quote it. Default false. */
  readonly includePrompts?: boolean | undefined
  /** Texts that must not be in any line, such as the address of a database; vendors' keys never are. */
  readonly secrets?: Iterable<string> | undefined
}

/** Longest text of a cause: some vendors answer with pages. */
const LONGEST = 500
const MOST_CAUSES = 3
const MARK = '[redacted]'
/** Our keys, and addresses of any scheme, which may have a password. */
const SHAPES: readonly RegExp[] = [/\bcm-[\w-]{6,}/g, /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>)\]]+/gi]

/**
 * Hooks that write one line for each call, and one for each error of the gateway's, a vendor's or a store's doing:
 * `createGateway({ hooks: logs({ logger: pino() }), … })`. Keys, prompts and answers are in no line.
 */
export function logs({ logger, level = 'info', includePrompts = false, secrets = [] }: LogsOptions): Hooks {
  const redact = createTextRedactor(secrets)
  // What is known of a call before its end, which each of them has.
  const notes = new Map<string, Notes>()

  return {
    onStart: ({ requestId }) => void notes.set(requestId, { warnings: [], body: null }),
    onRequest({ requestId, body }) {
      const note = notes.get(requestId)
      if (includePrompts && note !== undefined) note.body = body
    },
    onWarning({ requestId, warnings }) {
      notes.get(requestId)?.warnings.push(...warnings.map(({ code, path }) => `${code}:${path}`))
    },
    onError(event) {
      const isOurs = event.error.status >= 500
      logger[isOurs ? 'error' : 'debug'](errorFields(event, isOurs ? redact : null), 'error')
    },
    onStoreFailure(event) {
      const isGrave = event.lost !== null || !event.passed
      logger[isGrave ? 'error' : 'warn'](storeFields(event, redact), 'store failure')
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
}

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

/** `redact` null: an error of the client's own, whose words are the client's business. */
function errorFields(
  { requestId, error, cause }: ErrorEvent,
  redact: ((text: string) => string) | null,
): Readonly<Record<string, unknown>> {
  const fields = { request_id: requestId, error_code: error.code, http_status: error.status }
  if (redact === null) return fields
  return { ...fields, message: redact(error.message), causes: causesOf(cause, redact) }
}

function storeFields(
  { requestId, store, operation, passed, lost, cause }: StoreFailureEvent,
  redact: (text: string) => string,
): Readonly<Record<string, unknown>> {
  return { request_id: requestId, store, operation, passed, lost, causes: causesOf(cause, redact) }
}

/** The messages of a cause and of what caused it; never the thing itself, which may hold anything. */
function causesOf(cause: unknown, redact: (text: string) => string): readonly string[] {
  const messages: string[] = []
  let current: unknown = cause
  while (typeof current === 'object' && current !== null && messages.length < MOST_CAUSES) {
    const message: unknown = Reflect.get(current, 'message')
    if (typeof message === 'string' && message !== '') messages.push(redact(message))
    current = Reflect.get(current, 'cause')
  }
  return messages
}

function createTextRedactor(secrets: Iterable<string>): (text: string) => string {
  const redact = createRedactor(secrets)
  return (text) => {
    // Addresses first: what is left of one without its password is still an address.
    const safe = redact(SHAPES.reduce((rest, shape) => rest.replace(shape, MARK), text))
    return safe.length > LONGEST ? `${safe.slice(0, LONGEST)}…` : safe
  }
}
