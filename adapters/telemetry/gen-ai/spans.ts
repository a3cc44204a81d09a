import {
  type Attributes,
  type Context,
  context,
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
import { endAttributes, identityAttributes, requestAttributes } from './attributes.js'
import { GEN_AI, GENERAL, OWN } from './names.js'
import { traceHeaders, withRemoteParent } from './trace-context.js'

export interface SpanOptions {
  readonly tracer: Tracer
  /** True: vendors get a `traceparent`. */
  readonly tellsVendors: boolean
  /** True: a client's `traceparent` is the parent where the host has no span. */
  readonly believesClients: boolean
}

/** A call that runs. */
interface Running {
  readonly endpoint: string
  readonly startTime: Date
  readonly parent: Context
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
  const isChild = trace.getSpan(active) !== undefined
  return {
    endpoint,
    startTime: new Date(time),
    parent: isChild || !believesClients ? active : withRemoteParent(active, headers),
    model: '',
    asked: {},
    span: null,
    attempt: null,
    attempts: 0,
    warnings: [],
  }
}

/** The span of a call; `model`: for one whose client's word for it is not known. */
function open(
  tracer: Tracer,
  call: Running,
  { model, place }: { readonly model: string; readonly place: PlaceFacts | null },
): Span {
  if (call.span !== null) return call.span
  const named = identityAttributes(call.endpoint, call.model === '' ? model : call.model, place)
  const name = [named[GEN_AI.operation], named[GEN_AI.requestModel]].filter(Boolean).join(' ')
  const attributes = { ...named, ...call.asked }
  const { parent, startTime } = call
  call.span = tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime, attributes }, parent)
  return call.span
}

function beginAttempt(tracer: Tracer, call: Running, event: AttemptEvent): Span {
  const span = open(tracer, call, { model: event.model, place: event })
  const startTime = new Date(event.time)
  call.attempt?.end(startTime)
  call.attempts += 1
  const attributes = {
    [OWN.attempt]: call.attempts,
    [OWN.upstream]: event.upstream,
    [OWN.route]: event.route,
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
  const span = open(tracer, call, event)
  const errorType = errorTypeOf(event)
  const endTime = new Date(event.time + event.latencyMs)
  if (call.attempt !== null) endSpan(call.attempt, errorType, endTime)
  span.setAttributes(endAttributes(event))
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
