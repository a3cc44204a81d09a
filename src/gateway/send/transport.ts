import type { CancelSignal } from './cancel-signal.js'

/** A call to a vendor, as plain data. */
export interface UpstreamRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | null
  /** Aborting it ends the call, before or after the response head. */
  readonly signal: CancelSignal
  /** Longest wait for the response head, in milliseconds; 0 = none. */
  readonly headTimeoutMs: number
  /** Longest silence between two reads of the body, in milliseconds; 0 = none. */
  readonly idleTimeoutMs: number
}

/** A vendor's answer. The body is pulled: not reading it stops the vendor (back-pressure). */
export interface UpstreamResponse {
  readonly status: number
  /** Header names in lower case; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>
  /** Bytes as they arrive, content coding removed. `return()` on its iterator cancels the call. */
  readonly body: AsyncIterable<Uint8Array>
  /** The whole body as text (UTF-8), at most `maxBytes`. Cheaper than iterating for small bodies. */
  text(maxBytes: number): Promise<string>
}

/**
 * Makes the call. Rejects with an {@link UpstreamFault} when no response head arrived;
 * the body's iterator throws one when the connection breaks.
 */
export interface Transport {
  (request: UpstreamRequest): Promise<UpstreamResponse>
  /** Lets running calls finish, then gives the pooled connections back. A later call opens new ones. */
  readonly close?: (() => Promise<void>) | undefined
}

/** Why a call broke: nothing of it is safe to show, so it carries no text of the vendor. */
export type UpstreamFaultKind = 'connect' | 'timeout' | 'reset' | 'aborted' | 'too_large'

const MARKER = Symbol.for('crossmodel-gateway.upstream-fault')

/** A broken upstream connection. */
export class UpstreamFault extends Error {
  override readonly name = 'UpstreamFault'
  readonly kind: UpstreamFaultKind

  constructor(kind: UpstreamFaultKind, cause?: unknown) {
    super(`upstream ${kind}`, { cause })
    this.kind = kind
    Object.defineProperty(this, MARKER, { value: true })
  }

  static isInstance(value: unknown): value is UpstreamFault {
    return typeof value === 'object' && value !== null && MARKER in value
  }
}
