import type { CancelSignal } from './cancel-signal.js'
import { type JsonObject, type JsonValue, parseJson } from '../../canonical/json.js'
import { asObject } from '../../canonical/narrow.js'
import type { UpstreamError } from '../../canonical/upstream-error.js'
import { type GatewayError } from '../../errors.js'
import type { Call } from '../call.js'
import type { Core } from '../core.js'
import { reportAttempt } from './report-attempt.js'
import type { RequestHeaders } from '../http/http.js'
import type { Connection } from '../config/upstreams.js'
import type { Leg } from './resolve.js'
import type { UpstreamResponse } from './transport.js'
import { toGatewayError } from '../../protocols/translate/error.js'
import { faultToUpstreamError } from './upstream-fault.js'

/** A vendor's error may be long (HTML pages); more than this is not read. */
const MAX_ERROR_BYTES = 256 * 1024

/** The vendor answered, or did not: an expected outcome, so a value. */
export type Sent = { readonly ok: true; readonly response: UpstreamResponse } | Refused

/** Why there is no answer. */
export interface Refused {
  readonly ok: false
  readonly error: GatewayError
  /** The same before it was made fit for a client. */
  readonly upstreamError: UpstreamError
  /** The vendor's own body, fit for a client of its protocol. */
  readonly verbatim?: string | undefined
  /** What broke the connection, for the operator. */
  readonly fault?: unknown
}

export interface SendRequest {
  readonly leg: Leg
  readonly body: string
  /** Headers that this body needs. */
  readonly headers: Readonly<Record<string, string>> | null
  readonly stream: boolean
  /** The client's headers when it speaks the vendor's protocol; null = none are forwarded. */
  readonly clientHeaders: RequestHeaders | null
  readonly signal: CancelSignal
  /** Longest wait for the response head, in milliseconds; 0 = none. */
  readonly headTimeoutMs: number
  /** The same in other words, for a vendor that has forgotten what this refers to; null for any other refusal. */
  readonly restate?: ((refusal: UpstreamError) => Pick<SendRequest, 'body' | 'leg'> | null) | undefined
}

/** Calls the vendor and waits for its response head. */
export async function sendUpstream(core: Core, call: Call, request: SendRequest): Promise<Sent> {
  const { leg, stream } = request
  const { connection, protocol } = leg
  let response: UpstreamResponse
  try {
    response = await core.transport({
      method: 'POST',
      url: connection.baseUrl + protocol.upstream.endpoint(leg.target.model, stream),
      headers: composeHeaders(connection, request, reportAttempt(core, call, leg)),
      body: request.body,
      signal: request.signal,
      headTimeoutMs: request.headTimeoutMs,
      idleTimeoutMs: core.settings.idleTimeoutMs,
    })
  } catch (fault) {
    const upstreamError = faultToUpstreamError(fault)
    return { ok: false, error: toGatewayError(upstreamError, core.redact), upstreamError, fault }
  }
  return response.status >= 200 && response.status < 300
    ? { ok: true, response }
    : await readRefusal(core, call, request, response)
}

/**
 * Lowest first: the protocol's defaults, what the body needs, what the client sent, what an observer adds, what the
 * operator configured.
 */
export function composeHeaders(
  connection: Connection,
  { headers, clientHeaders }: Pick<SendRequest, 'headers' | 'clientHeaders'>,
  added: Readonly<Record<string, string>> | null,
): Readonly<Record<string, string>> {
  const forwarded = clientHeaders === null ? null : connection.forwarded.pick(clientHeaders)
  if (forwarded === null && headers === null && added === null) return connection.baseHeaders
  return { ...connection.defaultHeaders, ...headers, ...forwarded, ...added, ...connection.headers }
}

/** Kinds of errors whose text is the vendor's business with us, not with the client. */
const PRIVATE: ReadonlySet<UpstreamError['kind']> = new Set(['authentication', 'billing', 'permission'])

/** Kinds of errors that agents heal by themselves when they are told in the words that they know. */
const HEALED: ReadonlySet<UpstreamError['kind']> = new Set(['context-overflow', 'rate-limit', 'overloaded'])

/** True when a vendor's error says to a client's program what ours would. */
function saysTheSame(theirs: JsonValue, ours: JsonObject): boolean {
  const [their, own] = [asObject(asObject(theirs)?.['error']), asObject(ours['error'])]
  return ['type', 'code', 'message'].every((field) => their?.[field] === own?.[field])
}

async function readRefusal(
  core: Core,
  call: Call,
  { leg, clientHeaders }: SendRequest,
  response: UpstreamResponse,
): Promise<Sent> {
  const text = await response.text(MAX_ERROR_BYTES).catch(() => '')
  const json = parseJson(text)
  const body: JsonValue = json === undefined ? text : json
  const upstreamError = leg.upstream.refineError(
    leg.protocol.decodeError(response.status, response.headers, body),
  )
  const error = toGatewayError(upstreamError, core.redact)
  const sameStatus = call.dialect.status(error) === response.status
  const fit =
    clientHeaders !== null &&
    sameStatus &&
    response.status < 500 &&
    !PRIVATE.has(upstreamError.kind) &&
    call.dialect.ownsError(body) &&
    (!HEALED.has(upstreamError.kind) || saysTheSame(body, call.dialect.encodeError(error, call.requestId)))
  return { ok: false, error, upstreamError, ...(fit ? { verbatim: core.redact(text) } : {}) }
}
