import {
  type Attributes,
  type Context,
  context,
  type Link,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import type {
  AttemptEvent,
  AttemptFailureEvent,
  EndEvent,
  Hooks,
  PlaceFacts,
  StartEvent,
} from '../../../src/index.js'
import { errorTypeOf } from '../shared/error-type.js'
import {
  endAttributes,
  identityAttributes,
  requestAttributes,
  serverAttributes,
  spanNameOf,
} from './attributes.js'
import { GENERAL, OWN } from './names.js'
import { readRemoteSpan, traceHeaders } from './trace-context.js'

/** What spans are made with. */
export interface SpanOptions {
  readonly tracer: Tracer
  /** True: vendors get a `traceparent`. */
  readonly tellsVendors: boolean
  /** True: a client's `traceparent` is the parent where the host has no span; otherwise it is a link. */
  readonly believesClients: boolean
}

/** A call that runs. */
interface Running {
  readonly endpoint: string
  readonly startTime: Date
  readonly parent: Context
  /** The client's own span, where it is in another trace. */
  readonly links: Link[]
  /** As the client wrote it; empty until it was read. */
  model: string
  asked: Attributes
  /** Made when the place is known, so that samplers see what the call is. */
  span: Span | null
  /** The try that runs, or is delivered. */
  attempt: Span | null
  attempts: number
  readonly warnings: string[]
}

/**
 * Spans by the conventions: one of a client for each call, and below it one for each time that a vendor is called.
 * Only the first has the tokens, so that nothing is counted twice.
 */
export function createSpanHooks({ tracer, tellsVendors, believesClients }: SpanOptions): Hooks {
  // Each call that starts ends, so nothing stays here.
  const running = new Map<string, Running>()
  return {
    onStart(event) {
      running.set(event.requestId, begin(event, believesClients))
    },
    onRequest({ requestId, model, body }) {
      const call = running.get(requestId)
      if (call === undefined) return
      call.model = model
      call.asked = requestAttributes(body)
    },
    onAttempt(event) {
      const call = running.get(event.requestId)
      if (call === undefined) return
      const attempt = beginAttempt(tracer, call, event)
      if (tellsVendors) return traceHeaders(attempt.spanContext())
    },
    onAttemptFailure(event) {
      const call = running.get(event.requestId)
      if (call !== undefined) failAttempt(call, event)
    },
    onWarning({ requestId, warnings }) {
      running.get(requestId)?.warnings.push(...warnings.map(({ code, path }) => `${code}:${path}`))
    },
    onEnd(event) {
      const call = running.get(event.requestId)
      if (call === undefined) return
      running.delete(event.requestId)
      end(tracer, call, event)
    },
  }
}

function begin({ endpoint, time, headers }: StartEvent, believesClients: boolean): Running {
  const active = context.active()
  const remote = readRemoteSpan(headers)
  const isParent = remote !== null && believesClients && trace.getSpan(active) === undefined
  const parent = isParent ? trace.setSpanContext(active, remote) : active
  const isElsewhere = remote !== null && trace.getSpanContext(parent)?.traceId !== remote.traceId
  return {
    endpoint,
    startTime: new Date(time),
    parent,
    links: isElsewhere ? [{ context: remote }] : [],
    model: '',
    asked: {},
    span: null,
    attempt: null,
    attempts: 0,
    warnings: [],
  }
}

function open(tracer: Tracer, call: Running, place: PlaceFacts | null): Span {
  if (call.span !== null) return call.span
  const { endpoint, parent, startTime, links } = call
  const attributes = { ...identityAttributes(endpoint, call.model, place), ...call.asked }
  const options = { kind: SpanKind.CLIENT, startTime, attributes, links }
  call.span = tracer.startSpan(spanNameOf(endpoint, place), options, parent)
  return call.span
}

function beginAttempt(tracer: Tracer, call: Running, event: AttemptEvent): Span {
  const span = open(tracer, call, event)
  const startTime = new Date(event.time)
  call.attempt?.end(startTime)
  call.attempts += 1
  const attributes = {
    [OWN.attempt]: call.attempts,
    [OWN.upstream]: event.upstream,
    [OWN.route]: event.route,
    ...serverAttributes(event),
  }
  call.attempt = tracer.startSpan(
    `attempt ${event.upstream}`,
    { kind: SpanKind.CLIENT, startTime, attributes },
    trace.setSpan(call.parent, span),
  )
  return call.attempt
}

function failAttempt(call: Running, { time, status, error }: AttemptFailureEvent): void {
  if (call.attempt === null) return
  if (status !== null) call.attempt.setAttribute(GENERAL.statusCode, status)
  endSpan(call.attempt, error.code, new Date(time))
  call.attempt = null
}

function end(tracer: Tracer, call: Running, event: EndEvent): void {
  const { place } = event
  const span = open(tracer, call, place)
  const errorType = errorTypeOf(event)
  const endTime = new Date(event.time + event.latencyMs)
  if (call.attempt !== null) endSpan(call.attempt, errorType, endTime)
  // A fallback may have gone to another model than the one of the first attempt.
  span.updateName(spanNameOf(call.endpoint, place))
  span.setAttributes(endAttributes(event, call.attempts))
  if (call.attempts > 1) span.setAttribute(OWN.attempts, call.attempts)
  if (call.warnings.length > 0) span.setAttribute(OWN.warnings, call.warnings)
  endSpan(span, errorType, endTime)
}

/** The message of an error may quote the request, so it is left out. */
function endSpan(span: Span, errorType: string | null, endTime: Date): void {
  if (errorType !== null) {
    span.setAttribute(GENERAL.errorType, errorType)
    span.setStatus({ code: SpanStatusCode.ERROR })
  }
  span.end(endTime)
}
