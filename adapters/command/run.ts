import { HELP, parseArguments } from './arguments.js'
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

/** The gateway is loaded only by the commands that need it: help comes at once. */
async function dispatch(words: readonly string[], terminal: Terminal): Promise<void> {
  const command = parseArguments(words)
  switch (command.type) {
    case 'help':
      return terminal.print(HELP)
    case 'version':
      return terminal.print(readVersion())
    case 'serve':
      return await (await import('./serve.js')).serve(command, terminal)
    case 'start':
      return await (await import('./start.js')).start(command, terminal)
    case 'manage':
      return await (await import('./manage.js')).manage(command, terminal)
  }
}
