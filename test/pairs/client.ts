/** A tool that a client offers. */
export interface ToolSpec {
  readonly name: string
  readonly description?: string
  readonly parameters: Readonly<Record<string, unknown>> & { readonly type: 'object' }
}

/** One question, in words that every protocol has; the client writes it in its own. */
export interface Ask {
  readonly model: string
  /** Streamed answers go through the strict helper of the SDK. */
  readonly streamed: boolean
  /** What `say`, `results` and `Reply.turn` made. */
  readonly history: readonly unknown[]
  readonly system?: string
  readonly tools?: readonly ToolSpec[]
  /** Asks for much reasoning, and to see it. */
  readonly reasoning?: boolean
  /** JSON schema that the answer must fit. */
  readonly schema?: Readonly<Record<string, unknown>>
  readonly stop?: readonly string[]
  readonly maxTokens?: number
  /** Further fields of the body, in the client's own words. */
  readonly more?: Readonly<Record<string, unknown>>
}

export interface Call {
  readonly id: string
  readonly name: string
  readonly input: unknown
}

/** Tokens as the client is told them; `input` and `output` are totals. */
export interface ToldUsage {
  readonly input: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly output: number
  readonly reasoning: number
}

/** An answer as the SDK of the client gives it. */
export interface Reply {
  readonly text: string
  readonly reasoning: string
  readonly refusal: string
  readonly calls: readonly Call[]
  readonly finish: 'end' | 'calls' | 'length' | 'refused'
  readonly usage: ToldUsage
  readonly model: string
  /** What the client keeps of it in its history. */
  readonly turn: readonly unknown[]
}

export interface Result {
  readonly id: string
  readonly output: string
}

/** A picture of one pixel. */
export const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** An SDK of one protocol in front of a gateway. */
export interface Client {
  ask(request: Ask): Promise<Reply>
  /** What the user says, with a picture if there is one (base64 PNG). */
  say(text: string, image?: string): readonly unknown[]
  results(results: readonly Result[]): readonly unknown[]
}

/** How an SDK reaches a gateway: no socket. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>
