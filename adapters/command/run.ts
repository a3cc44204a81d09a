import { HELP, parseArguments } from './arguments.js'
import { serve } from './serve.js'
import { start } from './start.js'
import { CommandError, EXIT, type Terminal } from './terminal.js'
import { readVersion } from './version.js'

/** Runs a command line to its end; resolves with the exit code. */
export async function run(words: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await dispatch(words, terminal)
    return EXIT.ok
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    terminal.printError(error.message)
    return error.exitCode
  }
}

async function dispatch(words: readonly string[], terminal: Terminal): Promise<void> {
  const command = parseArguments(words)
  switch (command.type) {
    case 'help':
      return terminal.print(HELP)
    case 'version':
      return terminal.print(readVersion())
    case 'serve':
      return await serve(command, terminal)
    case 'start':
      return await start(command, terminal)
  }
}
