/**
 * What became of something that the target could not say.
 * - `dropped`: not sent. - `clamped`: sent with another value. - `emulated`: said in another way.
 * - `moved`: sent at another place. - `repaired`: the input was broken and was made valid.
 */
export type WarningCode = 'dropped' | 'clamped' | 'emulated' | 'moved' | 'repaired'

/** One loss, reported in `x-crossmodel-warnings` and to `onWarning`. */
export interface Warning {
  readonly code: WarningCode
  /** JSON path in the client's own request (`messages[2].content[0].cache_control`), or in its response. */
  readonly path: string
  /** One sentence for a person: what was done and why. Holds no user content. */
  readonly message: string
  /** True when the meaning of the request may change: the `strict` policy refuses it with a 400 naming `path`. */
  readonly semantic: boolean
}
