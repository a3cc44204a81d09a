import { createTraceState, isSpanContextValid, type SpanContext } from '@opentelemetry/api'
import type { StartEvent } from '../../../src/index.js'

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/
/** Version 00 ends there; later ones may go on. */
const FIRST_VERSION_LENGTH = 55

/** The span that a client's `traceparent` names; null where that is missing or wrong. */
export function readRemoteSpan({ traceparent, tracestate }: StartEvent['headers']): SpanContext | null {
  if (typeof traceparent !== 'string') return null
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(traceparent) ?? []
  if (traceparent.startsWith('00') && traceparent.length !== FIRST_VERSION_LENGTH) return null
  const remote: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
    ...(typeof tracestate === 'string' ? { traceState: createTraceState(tracestate) } : {}),
  }
  return isSpanContextValid(remote) ? remote : null
}

/** Headers that make the receiver's spans children of a span. */
export function traceHeaders({
  traceId,
  spanId,
  traceFlags,
  traceState,
}: SpanContext): Record<string, string> {
  const flags = traceFlags.toString(16).padStart(2, '0')
  const state = traceState?.serialize() ?? ''
  return { traceparent: `00-${traceId}-${spanId}-${flags}`, ...(state === '' ? {} : { tracestate: state }) }
}
