import type { Effort } from './request.js'

/**
 * What a request is encoded for: the vendor's model, and as data everything in which vendors of one wire
 * protocol differ. Presets fill it; codecs read it; nothing branches on a vendor's name.
 */
export interface Target {
  /** The vendor's own model id. */
  readonly model: string
  /**
   * Whose opaque reasoning state this vendor accepts: `anthropic`, `openai`, `xai`, `google-ai`, `google-vertex`
   * or `chat:<dialect>`. State of another family is never sent.
   */
  readonly family: string
  readonly traits: ModelTraits
  /** Only for vendors that speak OpenAI Chat. */
  readonly dialect?: ChatDialect | undefined
  /** Hard limit of the model, in tokens. */
  readonly maxOutputTokens?: number | undefined
  readonly contextWindowTokens?: number | undefined
}

/** What a model can and cannot do. Absent = unknown: the field is sent as the client gave it. */
export interface ModelTraits {
  /** Efforts that the model takes, ascending. */
  readonly efforts?: readonly Effort[] | undefined
  /** How reasoning is controlled: by effort, Claude's adaptive mode, a token budget, or Gemini's level. */
  readonly reasoning?: 'none' | 'effort' | 'adaptive' | 'budget' | 'level' | undefined
  /** False: reasoning cannot be switched off. */
  readonly reasoningOff?: boolean | undefined
  /** Bounds of a reasoning budget in tokens. */
  readonly reasoningBudget?: { readonly min: number; readonly max: number } | undefined
  /** Claude: takes `thinking.type: "between_tools"` in place of `disabled`. */
  readonly betweenTools?: boolean | undefined
  /** temperature, top_p, top_k: `free`; only `when-reasoning-off`; `fixed` = refused. */
  readonly sampling?: 'free' | 'when-reasoning-off' | 'fixed' | undefined
  /** False: a forced tool choice (any, one tool) is refused. */
  readonly forcedToolChoice?: boolean | undefined
  /** True: takes system messages in the middle of a conversation. */
  readonly systemMessages?: boolean | undefined
  /** False: refuses a conversation that ends with an assistant message. */
  readonly prefill?: boolean | undefined
  /** False: has no native JSON-schema output. */
  readonly jsonSchemaOutput?: boolean | undefined
  /** False: refuses stop sequences. */
  readonly stop?: boolean | undefined
  /** True: images may stand inside a tool result (Gemini 3+). */
  readonly mediaInToolResults?: boolean | undefined
  /** True: the first call of a step must carry its thought signature (Gemini 3+). */
  readonly needsThoughtSignatures?: boolean | undefined
  /** True: takes media from any public https URL, not only from its own file store. */
  readonly mediaUrls?: boolean | undefined
  /** True: hosted tools and functions may stand in one request (Gemini 3+). */
  readonly hostedToolsWithFunctions?: boolean | undefined
  /** False: refuses JSON output together with functions (Gemini before 3). */
  readonly jsonOutputWithFunctions?: boolean | undefined
  /** Role of instructions on OpenAI-like vendors. */
  readonly instructionRole?: 'developer' | 'system' | undefined
  /** True: takes OpenAI's explicit prompt-cache breakpoints and options (GPT-5.6+). */
  readonly cacheBreakpoints?: boolean | undefined
  /** Field of a Chat vendor that must be true where reasoning of earlier turns goes back, for the model to read it. */
  readonly reasoningBackFlag?: string | undefined
  /** OpenAI Chat refuses tools together with reasoning: `never` allowed, or only with an `explicit` effort refused. */
  readonly chatToolsWithReasoning?: 'allowed' | 'refused-explicit' | 'refused' | undefined
}

/** How one vendor's Chat dialect differs from OpenAI's. Every field has OpenAI's behaviour as its default. */
export interface ChatDialect {
  readonly id: string
  /** `stream_options`: usage must be asked for; `always`: it comes unasked and asking is refused. Default `stream_options`. */
  readonly streamUsage?: 'stream_options' | 'always' | undefined
  /** Default `max_completion_tokens`. */
  readonly maxTokensField?: 'max_completion_tokens' | 'max_tokens' | undefined
  /** Default: the model's `instructionRole`, else `system`. */
  readonly instructionRole?: 'developer' | 'system' | undefined
  /** Field that carries an assistant turn's reasoning back to the vendor. Default `none`, but then not known for sure. */
  readonly reasoningBack?:
    | 'none'
    | 'reasoning_content'
    | 'reasoning'
    | 'reasoning_details'
    | 'thinking_parts'
    | undefined
  /** True: assistant turns with tool calls must have the reasoning field, if only as "". */
  readonly reasoningBackRequired?: boolean | undefined
  /**
   * How the effort is sent. Default `reasoning_effort`. `thinking_type`: `thinking.type` switches reasoning on and off;
   * `reasoning_effort` is sent beside it only where `effortNames` is given.
   */
  readonly reasoningControl?:
    | 'reasoning_effort'
    | 'thinking_type'
    | 'enable_thinking'
    | 'reasoning_object'
    | 'chat_template_kwargs'
    | 'none'
    | undefined
  /** Effort names of the vendor, where they differ: canonical → sent. */
  readonly effortNames?: Readonly<Partial<Record<Effort, string>>> | undefined
  /** Word for "some tool must be called". Default `required`. */
  readonly toolChoiceRequired?: 'required' | 'any' | undefined
  /** True: tool messages need the tool's name. */
  readonly toolResultName?: boolean | undefined
  /** Ids must match this; others are replaced by a hash of that many characters. */
  readonly toolCallIdLength?: number | undefined
  /** False: knows no custom (free text) tools; they are emulated by functions. Default true. */
  readonly customTools?: boolean | undefined
  /** False: `tool_choice` cannot name a subset of the tools. Default true. */
  readonly allowedTools?: boolean | undefined
  /** False: refusals have no field of their own in a conversation. Default true. */
  readonly refusals?: boolean | undefined
  /** False: refuses `strict` on functions. Default true. */
  readonly strictTools?: boolean | undefined
  /** Default `json_schema`. */
  readonly structuredOutput?: 'json_schema' | 'json_object' | 'none' | undefined
  /** Field of the stable end-user id. Default `safety_identifier`; null = none. */
  readonly endUserField?: 'safety_identifier' | 'user' | 'user_id' | null | undefined
  /** Field of the sampling seed. Default `seed`. */
  readonly seedField?: 'seed' | 'random_seed' | undefined
  /** True: takes `top_k`. */
  readonly topK?: boolean | undefined
  /** True: `cache_control` markers on content parts. */
  readonly cacheControl?: boolean | undefined
  /** True: `prompt_cache_key`, `prompt_cache_options` and breakpoints. Default true for OpenAI only. */
  readonly promptCache?: boolean | undefined
  /** Top-level fields that this vendor refuses: dropped with a warning. */
  readonly refuses?: readonly string[] | undefined
  /** True: a stream that ends with `[DONE]` and no finish reason is complete. */
  readonly lenientFinish?: boolean | undefined
  /** True: parts of the answer's text between `<think>` and `</think>` are reasoning. */
  readonly inlineThink?: boolean | undefined
  /** True: assistant prefill is marked by `prefix: true`. */
  readonly prefixFlag?: boolean | undefined
}
