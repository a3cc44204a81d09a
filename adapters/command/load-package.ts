import { CommandError, EXIT } from './terminal.js'

/** A package that may be absent. */
export interface OptionalPackage {
  /** What needs it, as the message begins. */
  readonly neededBy: string
  /** What `npm install` is to be given. */
  readonly install: string
}

/** Loads an optional package. Throws a {@link CommandError} that says what to install when it is not there. */
export async function loadPackage<T>(
  load: () => Promise<T>,
  { neededBy, install }: OptionalPackage,
): Promise<T> {
  const loaded = await loadIfInstalled(load)
  if (loaded !== null) return loaded
  throw new CommandError(
    `crossmodel-gateway: ${neededBy} is not installed. Install it: npm install ${install}`,
    EXIT.failed,
  )
}

/** Loads a package that can be done without; null when it is not there. */
export async function loadIfInstalled<T>(load: () => Promise<T>): Promise<T | null> {
  try {
    return await load()
  } catch (error) {
    if (!isMissingModule(error)) throw error
    return null
  }
}

function isMissingModule(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
}
