import type { UpstreamError, UpstreamErrorKind } from '../canonical/upstream-error.js'

/** A sign by which one vendor's error is known; everything that is given must fit. */
export interface ErrorHint {
  readonly status?: number | undefined
  readonly code?: string | undefined
  /** Part of the message, in lower case. */
  readonly text?: string | undefined
  readonly kind: UpstreamErrorKind
}

/** Corrects the kind of a decoded error by what is known of its vendor. */
export function applyErrorHints(error: UpstreamError, hints: readonly ErrorHint[]): UpstreamError {
  const message = error.message.toLowerCase()
  const hint = hints.find(
    ({ status, code, text }) =>
      (status === undefined || status === error.status) &&
      (code === undefined || code === error.code) &&
      (text === undefined || message.includes(text)),
  )
  return hint === undefined ? error : { ...error, kind: hint.kind }
}
