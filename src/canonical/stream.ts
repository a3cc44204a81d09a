import type { Citation, MediaSource, TokenLogprob } from './content.js'
import type { JsonObject } from './json.js'
import type { Finish } from './response.js'
import type { OpaqueState } from './state.js'
import type { PartialUsage } from './usage.js'
import type { UpstreamError } from './upstream-error.js'
import type { Warning } from './warning.js'

/** What a block of a stream holds. */
export type BlockStart =
  | {
      readonly kind: 'text'
      readonly phase?: string | undefined
      readonly itemId?: string | undefined
      /** True: the words of the generated audio that was opened before it. */
      readonly spoken?: boolean | undefined
    }
  | { readonly kind: 'refusal' }
  | {
      readonly kind: 'reasoning'
      readonly raw?: boolean | undefined
      readonly redacted?: boolean | undefined
      readonly itemId?: string | undefined
    }
  | {
      readonly kind: 'tool'
      readonly tool: 'function' | 'custom'
      readonly id: string
      readonly name: string
      readonly namespace?: string | undefined
      readonly itemId?: string | undefined
      /** Known before the first delta on some wires (Gemini, Google's Chat extension). */
      readonly state?: OpaqueState | undefined
    }
  | { readonly kind: 'image'; readonly source: MediaSource; readonly state?: OpaqueState | undefined }
  | { readonly kind: 'audio'; readonly id?: string | undefined }
  /** A block that only its own protocol can say (`web_search_call`, `server_tool_use`): complete in one piece. */
  | {
      readonly kind: 'provider'
      readonly protocol: string
      readonly type: string
      readonly value: JsonObject
    }

/**
 * A stream as parts. Invariants: `start` first; `open` before anything else of its key; every key closed once before
 * `finish`; exactly one of `finish` and `error`, and nothing after it; `usage` is cumulative and never follows `finish`.
 */
export type StreamPart =
  | {
      readonly type: 'start'
      readonly id: string
      readonly model: string
      /** True: the vendor gave no id; this one is made up. */
      readonly isIdOurs?: true | undefined
      /** True: the vendor named no model; this is the one that it was asked for. */
      readonly isModelOurs?: true | undefined
      readonly created?: number | undefined
      /** What the vendor has counted when it starts; a `usage` part says it, too. */
      readonly usage?: PartialUsage | undefined
    }
  | { readonly type: 'open'; readonly key: number; readonly block: BlockStart }
  /** Text, reasoning text, raw argument JSON, raw custom input, base64 audio. */
  | {
      readonly type: 'delta'
      readonly key: number
      readonly text: string
      /** Tokens of a text or refusal that this delta or earlier ones of its block hold; its own text may then be "". */
      readonly logprobs?: readonly TokenLogprob[] | undefined
    }
  | { readonly type: 'note'; readonly key: number; readonly citation: Citation }
  /** Opaque state of the block: at most one, before `close`. On a text block only Gemini's encoder says it. */
  | { readonly type: 'seal'; readonly key: number; readonly state: OpaqueState }
  | { readonly type: 'close'; readonly key: number; readonly status: 'complete' | 'incomplete' }
  | { readonly type: 'usage'; readonly usage: PartialUsage; readonly serviceTier?: string | undefined }
  | { readonly type: 'warning'; readonly warning: Warning }
  | { readonly type: 'finish'; readonly finish: Finish }
  | { readonly type: 'error'; readonly error: UpstreamError }
  /** The vendor is alive but has nothing to say. */
  | { readonly type: 'ping' }
