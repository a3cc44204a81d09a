import { readFile } from 'node:fs/promises'
import { CommandError, EXIT } from './terminal.js'

/** Reads a configuration file. Throws a {@link CommandError} when there is none or it is no JSON. */
export async function readConfigFile(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : error
    throw new CommandError(`crossmodel-gateway: cannot read ${path}: ${String(code)}`, EXIT.usage)
  })
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CommandError(`crossmodel-gateway: ${path} is not JSON: ${reason}`, EXIT.usage)
  }
}
