import type { AssistantPart, CacheMarker, NativeShape, TextPart, UserPart } from './content.js'
import type { JsonObject } from './json.js'

/** Reasoning effort, ascending. */
export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'

/**
 * One request in the form that all protocols meet in. Whatever a wire can say that has no field here stands in
 * `extensions[protocol]` (top level) or in a `provider` part, and is said again only to that same protocol.
 */
export interface CanonicalRequest {
  /** As the client wrote it. */
  readonly model: string
  readonly stream: boolean
  /**
   * The conversation in order. System messages stay where they stand: those before the first other message are the
   * instructions. Tool results are parts of user messages.
   */
  readonly messages: readonly Message[]
  readonly tools?: readonly ToolDefinition[] | undefined
  readonly toolChoice?: ToolChoice | undefined
  readonly parallelToolCalls?: boolean | undefined
  readonly maxOutputTokens?: number | undefined
  readonly temperature?: number | undefined
  readonly topP?: number | undefined
  readonly topK?: number | undefined
  readonly seed?: number | undefined
  readonly presencePenalty?: number | undefined
  readonly frequencyPenalty?: number | undefined
  readonly stop?: readonly string[] | undefined
  /** Number of answers; absent = 1. */
  readonly candidateCount?: number | undefined
  readonly logprobs?: { readonly top: number } | undefined
  readonly reasoning?: ReasoningRequest | undefined
  readonly responseFormat?: ResponseFormat | undefined
  /** What the answer may be made of; absent = text. */
  readonly outputModalities?: readonly ('text' | 'audio' | 'image')[] | undefined
  readonly verbosity?: 'low' | 'medium' | 'high' | undefined
  readonly cache?: CacheRequest | undefined
  readonly serviceTier?: string | undefined
  /** Stable end-user identifier, kept on the usage record and sent in the vendor's own field. */
  readonly endUser?: string | undefined
  /** Stable conversation id, for prompt-cache routing. */
  readonly session?: string | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /** Server-side conversation state that the request refers to or asks for. */
  readonly state?: StateRequest | undefined
  /** The client asked for usage in the stream (Chat); other protocols always send it. */
  readonly includeUsage?: boolean | undefined
  readonly extensions?: Readonly<Record<string, JsonObject>> | undefined
}

export interface SystemMessage {
  readonly role: 'system'
  readonly content: readonly TextPart[]
  /** OpenAI's two words for it; equal elsewhere. Default `system`. */
  readonly authority?: 'system' | 'developer' | undefined
  /** True: stood in the top-level field (`instructions`, `system`, `systemInstruction`), not among the messages. */
  readonly topLevel?: boolean | undefined
  readonly name?: string | undefined
  readonly path?: string | undefined
  /** Fields of the wire message with no shared meaning. */
  readonly extensions?: Readonly<Record<string, JsonObject>> | undefined
}

export interface UserMessage {
  readonly role: 'user'
  readonly content: readonly UserPart[]
  readonly name?: string | undefined
  readonly path?: string | undefined
  readonly extensions?: Readonly<Record<string, JsonObject>> | undefined
}

export interface AssistantMessage {
  readonly role: 'assistant'
  readonly content: readonly AssistantPart[]
  readonly name?: string | undefined
  /** Responses: `commentary` or `final_answer`. */
  readonly phase?: string | undefined
  readonly path?: string | undefined
  readonly extensions?: Readonly<Record<string, JsonObject>> | undefined
}

export type Message = SystemMessage | UserMessage | AssistantMessage

interface ToolBase {
  readonly name: string
  /** Responses namespace that the tool stands in. */
  readonly namespace?: { readonly name: string; readonly description?: string | undefined } | undefined
  readonly description?: string | undefined
  readonly cache?: CacheMarker | undefined
  readonly path?: string | undefined
  readonly extensions?: Readonly<Record<string, JsonObject>> | undefined
}

export interface FunctionTool extends ToolBase {
  readonly type: 'function'
  /** JSON Schema; absent = no parameters. */
  readonly parameters?: JsonObject | undefined
  readonly strict?: boolean | undefined
  /** True: the client loads this tool later by search. */
  readonly deferred?: boolean | undefined
  /** A built-in tool that the client runs, which this function stands for. */
  readonly native?: NativeShape | undefined
}

/** A tool that takes free text, maybe bound by a grammar. */
export interface CustomTool extends ToolBase {
  readonly type: 'custom'
  readonly grammar?: { readonly syntax: string; readonly definition: string } | undefined
}

/** A tool that the vendor runs, or whose shape the vendor defines (web search, bash, computer …). */
export interface HostedTool {
  readonly type: 'hosted'
  /** Shared meaning where there is one; otherwise `other`. */
  readonly kind: 'web-search' | 'web-fetch' | 'code-execution' | 'tool-search' | 'other'
  readonly name?: string | undefined
  readonly protocol: string
  /** The wire object, untouched. */
  readonly value: JsonObject
  readonly path?: string | undefined
}

export type ToolDefinition = FunctionTool | CustomTool | HostedTool

export interface ToolReference {
  readonly name: string
  readonly namespace?: string | undefined
}

export type ToolChoice =
  | { readonly type: 'auto' }
  | { readonly type: 'none' }
  | { readonly type: 'required' }
  | { readonly type: 'tool'; readonly tool: ToolReference }
  | { readonly type: 'allowed'; readonly mode: 'auto' | 'required'; readonly tools: readonly ToolReference[] }
  | { readonly type: 'provider'; readonly protocol: string; readonly value: JsonObject }

export interface ReasoningRequest {
  readonly effort?: Effort | undefined
  readonly budgetTokens?: number | undefined
  /** The client switched reasoning on without saying how much (Claude `adaptive`, `enable_thinking: true`). */
  readonly enabled?: boolean | undefined
  /** What the client wants to see of it. */
  readonly show?: 'none' | 'summary' | 'raw' | undefined
  /** `auto`, `concise` or `detailed`, where `show` is `summary`. */
  readonly summary?: string | undefined
}

export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json' }
  | {
      readonly type: 'json-schema'
      readonly name?: string | undefined
      readonly description?: string | undefined
      readonly schema: JsonObject
      readonly strict?: boolean | undefined
    }

export interface CacheRequest {
  /** Routing key of the vendor's prompt cache. */
  readonly key?: string | undefined
  /** Mark the last cacheable part by itself (Anthropic's top-level `cache_control`). */
  readonly automatic?: CacheMarker | undefined
  /** `explicit`: no automatic breakpoint (OpenAI). */
  readonly mode?: 'implicit' | 'explicit' | undefined
  readonly life?: 'short' | 'long' | undefined
}

export interface StateRequest {
  readonly store?: boolean | undefined
  readonly previousResponseId?: string | undefined
  readonly conversation?: string | undefined
  readonly background?: boolean | undefined
}
