import type { JsonValue } from './json.js'

/**
 * Reasoning state that only its vendor can read. It is carried through a client of another protocol in a signed
 * envelope and goes back only to the family that made it, unchanged.
 */
export interface OpaqueState {
  /** See `Target.family`. */
  readonly family: string
  /**
   * `signature`: Claude's thinking signature. `redacted`: Claude's redacted_thinking data. `encrypted`: OpenAI's
   * encrypted_content. `thought-signature`: Gemini's. `details`: OpenRouter's reasoning_details.
   * `reasoning-text`: plain reasoning_content that the vendor wants back.
   */
  readonly kind: 'signature' | 'redacted' | 'encrypted' | 'thought-signature' | 'details' | 'reasoning-text'
  readonly data: JsonValue
  /** The vendor's item id, where state belongs to one (`rs_…`). */
  readonly itemId?: string | undefined
  /** What the state is bound to: a tool call id, or the lengths of the summary parts. */
  readonly binding?:
    | { readonly tool?: string | undefined; readonly lengths?: readonly number[] | undefined }
    | undefined
  /** First 16 hex digits of SHA-256 of the visible text: a client that edited the text loses the state. */
  readonly textHash?: string | undefined
}
