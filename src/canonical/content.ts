import type { JsonObject, JsonValue } from './json.js'
import type { OpaqueState } from './state.js'

/** Prompt-cache breakpoint after the part that carries it. `short`: 5 min or 30 min; `long`: 1 h or 12 h. */
export interface CacheMarker {
  readonly life: 'short' | 'long'
}

interface Part {
  /** JSON path of the part in the client's request, for warnings. */
  readonly path?: string | undefined
  readonly cache?: CacheMarker | undefined
}

/** One token of an answer: its natural logarithm of probability, and the likeliest others in its place. */
export interface TokenLogprob {
  readonly token: string
  readonly logprob: number
  /** UTF-8; absent where the vendor does not say. */
  readonly bytes?: readonly number[] | undefined
  readonly top: readonly Omit<TokenLogprob, 'top'>[]
}

/** What a part stands for where its own protocol has a shape of its own for it: said again only to that protocol. */
export interface NativeShape {
  readonly protocol: string
  /** The wire object, untouched. */
  readonly value: JsonObject
}

export interface TextPart extends Part {
  readonly type: 'text'
  readonly text: string
  readonly citations?: readonly Citation[] | undefined
  readonly logprobs?: readonly TokenLogprob[] | undefined
  /** Gemini's thought signature of this text: optional for the vendor, so other protocols do not carry it. */
  readonly state?: OpaqueState | undefined
}

/** Where media come from. `file` ids belong to one vendor (`protocol` says whose wire they came from). */
export type MediaSource =
  | { readonly type: 'url'; readonly url: string; readonly mediaType?: string | undefined }
  | { readonly type: 'base64'; readonly mediaType: string; readonly data: string }
  | {
      readonly type: 'file'
      readonly fileId: string
      readonly protocol: string
      readonly mediaType?: string | undefined
    }

export interface ImagePart extends Part {
  readonly type: 'image'
  readonly source: MediaSource
  readonly detail?: 'auto' | 'low' | 'high' | 'original' | undefined
}

export interface DocumentPart extends Part {
  readonly type: 'document'
  /** `text`: a plain-text document; `parts`: one made of content blocks (Anthropic `content` source). */
  readonly source:
    | MediaSource
    | { readonly type: 'text'; readonly text: string }
    | { readonly type: 'parts'; readonly parts: readonly (TextPart | ImagePart)[] }
  readonly filename?: string | undefined
  readonly title?: string | undefined
  readonly context?: string | undefined
  readonly citationsEnabled?: boolean | undefined
}

export interface AudioPart extends Part {
  readonly type: 'audio'
  /** `wav`, `mp3`, … */
  readonly format: string
  readonly data: string
}

export interface VideoPart extends Part {
  readonly type: 'video'
  readonly source: MediaSource
}

export interface SearchResultPart extends Part {
  readonly type: 'search-result'
  readonly source: string
  readonly title: string
  readonly content: readonly TextPart[]
  readonly citationsEnabled?: boolean | undefined
}

/** Arguments as the model wrote them: raw JSON text for functions, free text for custom tools. `""` = none. */
export interface ToolCallPart extends Part {
  readonly type: 'tool-call'
  readonly id: string
  readonly name: string
  readonly namespace?: string | undefined
  readonly kind: 'function' | 'custom'
  readonly input: string
  /** Gemini's thought signature of this call. */
  readonly state?: OpaqueState | undefined
  /** The vendor's item id beside the call id (Responses `fc_…`). */
  readonly itemId?: string | undefined
  /** `incomplete`: the answer ended inside the arguments. */
  readonly status?: 'complete' | 'incomplete' | undefined
  /** A call of a built-in tool, which this function call stands for. */
  readonly native?: NativeShape | undefined
}

export interface ToolResultPart extends Part {
  readonly type: 'tool-result'
  readonly toolCallId: string
  /** Where the wire names it (Gemini, Mistral); otherwise found by id. */
  readonly toolName?: string | undefined
  readonly kind: 'function' | 'custom'
  readonly content: readonly (
    | TextPart
    | ImagePart
    | DocumentPart
    | AudioPart
    | SearchResultPart
    | ProviderPart
  )[]
  readonly isError?: boolean | undefined
  /** True when the wire held a plain string, so that the same protocol gets one back. */
  readonly plain?: boolean | undefined
  /** The output of a built-in tool, which this result stands for. */
  readonly native?: NativeShape | undefined
}

export interface ReasoningPart extends Part {
  readonly type: 'reasoning'
  /** Visible text; "" when the vendor hides it. Summary parts are joined by a blank line. */
  readonly text: string
  /** True: `text` is the raw chain of thought, not a summary. */
  readonly raw?: boolean | undefined
  /** Hidden by the vendor's safety systems: no text, only state. */
  readonly redacted?: boolean | undefined
  readonly state?: OpaqueState | undefined
  readonly itemId?: string | undefined
}

export interface RefusalPart extends Part {
  readonly type: 'refusal'
  readonly text: string
  readonly logprobs?: readonly TokenLogprob[] | undefined
}

/** Media that the model made. */
export interface GeneratedImagePart extends Part {
  readonly type: 'generated-image'
  readonly source: MediaSource
  readonly state?: OpaqueState | undefined
}

export interface GeneratedAudioPart extends Part {
  readonly type: 'generated-audio'
  readonly id?: string | undefined
  readonly data?: string | undefined
  readonly transcript?: string | undefined
}

/** Something with no shared meaning: only the protocol that made it can say it again. `kind` is the wire type. */
export interface ProviderPart extends Part {
  readonly type: 'provider'
  readonly protocol: string
  readonly kind: string
  /** The wire object, untouched. */
  readonly value: JsonObject
}

export type UserPart =
  | TextPart
  | ImagePart
  | DocumentPart
  | AudioPart
  | VideoPart
  | SearchResultPart
  | ToolResultPart
  | ProviderPart
export type AssistantPart =
  | TextPart
  | ReasoningPart
  | ToolCallPart
  | RefusalPart
  | GeneratedImagePart
  | GeneratedAudioPart
  | ProviderPart

/** A citation; offsets are UTF-16 units of the text part that carries it. */
export interface Citation {
  readonly kind: 'url' | 'document' | 'other'
  readonly url?: string | undefined
  readonly title?: string | undefined
  readonly fileId?: string | undefined
  readonly filename?: string | undefined
  readonly citedText?: string | undefined
  readonly start?: number | undefined
  readonly end?: number | undefined
  /** The wire object and the protocol it belongs to. */
  readonly raw?: { readonly protocol: string; readonly value: JsonValue } | undefined
}
