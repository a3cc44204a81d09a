/** An agent's conversation with one model, in one client protocol. */
export interface Agent {
  /**
   * Says something: the user's words, or the result of the tool that was called. The history grows by it and by the
   * answer when the answer is whole; otherwise everything is as before.
   */
  readonly say: (text: string, options: SayOptions) => Promise<Said>
  /** Counts the tokens that saying it would take; null where the protocol has no such thing. */
  readonly count: ((text: string, options: SayOptions) => Promise<number>) | null
}

export interface SayOptions {
  /** Of the call: it stands for the end user, too. */
  readonly name: string
  readonly streamed: boolean
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** A whole answer, as far as it matters. */
export interface Said {
  readonly text: string
  /** Arguments of the call of the tool, as JSON; null = none was called. */
  readonly call: string | null
  readonly reasoning: string
}

export interface AgentOptions {
  /** Of the gateway. */
  readonly url: string
  readonly apiKey: string
  readonly model: string
  readonly instructions: string
  readonly fetch: typeof globalThis.fetch
}

/** The tools of an agent, of which `run` is the one that the model calls. */
export const TOOLS: readonly ToolShape[] = [
  'run',
  'read_file',
  'edit_file',
  'search',
  'list_files',
  'ask_user',
].map((name) => ({
  name,
  description: `${name}: one of the tools of a coding agent. ${'It works on the files of the project. '.repeat(12)}`,
  schema: {
    type: 'object',
    properties: {
      command: { type: 'string', description: 'What is to be done. '.repeat(8) },
      timeout: { type: 'integer', description: 'Seconds.' },
    },
    required: ['command'],
  },
}))

interface ToolShape {
  readonly name: string
  readonly description: string
  readonly schema: {
    readonly type: 'object'
    readonly properties: Readonly<Record<string, unknown>>
    readonly required: string[]
  }
}

export const MAX_TOKENS = 4096
