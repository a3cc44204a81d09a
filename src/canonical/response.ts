import type { AssistantPart } from './content.js'
import type { JsonObject } from './json.js'
import type { Usage } from './usage.js'

/** Why an answer ended, in the union of all vendors' reasons. */
export type FinishReason =
  | 'stop'
  | 'stop-sequence'
  | 'tool-calls'
  | 'length'
  | 'context-full'
  | 'content-filter'
  | 'pause'
  | 'compaction'
  | 'other'

export interface Finish {
  readonly reason: FinishReason
  /** The vendor's own word. */
  readonly raw?: string | undefined
  /** The sequence that matched, for `stop-sequence`. */
  readonly stopSequence?: string | undefined
  /** Why it was refused, for `content-filter`. */
  readonly category?: string | undefined
  readonly explanation?: string | undefined
}

/** One whole answer. */
export interface CanonicalResponse {
  readonly id: string
  readonly model: string
  /** Seconds since the epoch; absent where the wire has none. */
  readonly created?: number | undefined
  readonly content: readonly AssistantPart[]
  readonly finish: Finish
  /** Null when the vendor sent none. */
  readonly usage: Usage | null
  readonly serviceTier?: string | undefined
  readonly extensions?: Readonly<Record<string, JsonObject>> | undefined
}
