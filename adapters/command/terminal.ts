/** What a command may touch of the process: everything else about it is an argument. */
export interface Terminal {
  /** Writes a line to standard output. */
  readonly print: (line: string) => void
  /** Writes a line to standard error. */
  readonly printError: (line: string) => void
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Aborted when the process is asked to end. */
  readonly stop: AbortSignal
}

/** Exit codes: everything went well, something failed, the command line or the configuration is wrong. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const

/** Ends the command with a message for people; anything else that is thrown is a bug. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: number

  constructor(message: string, exitCode: number) {
    super(message)
    this.exitCode = exitCode
  }
}
