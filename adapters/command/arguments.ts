import { parseArgs, type ParseArgsConfig } from 'node:util'
import { FRAMEWORKS, type Framework } from './frameworks.js'
import { CommandError, EXIT } from './terminal.js'

/** Where and how a server listens. */
export interface ListenOptions {
  /** 0 takes a free one; undefined lets the command choose. */
  readonly port: number | undefined
  readonly host: string
  readonly framework: Framework
  /** How long running streams may go on after the process was asked to end. */
  readonly graceMs: number
}

/** A command line, understood. */
export type Command =
  | { readonly type: 'help' | 'version' }
  | ({ readonly type: 'start' } & ListenOptions)
  | ({ readonly type: 'serve'; readonly configPath: string } & ListenOptions)

/** What `--help` prints. */
export const HELP: string = `crossmodel-gateway: an LLM gateway, compatible with the CrossModel API

  crossmodel-gateway serve --config gateway.json   serves the configuration in the file
  crossmodel-gateway start                         serves a simulated vendor, and the vendors whose keys are set in
                                                   OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, DEEPSEEK_API_KEY

  --port N          port to listen on; 0 takes a free one (default: 8787)
  --host H          address to listen on (default: 127.0.0.1)
  --framework F     mounts the gateway in ${FRAMEWORKS.join(', ')} (default: node)
  --grace-ms N      how long running streams may go on after SIGTERM (default: 7000)
  --help, --version`

const DEFAULT_GRACE_MS = 7000
const MAX_PORT = 65_535

const FLAGS = {
  config: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string', default: '127.0.0.1' },
  framework: { type: 'string', default: 'node' },
  'grace-ms': { type: 'string', default: String(DEFAULT_GRACE_MS) },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', short: 'v', default: false },
} as const satisfies ParseArgsConfig['options']

/** Reads a command line; throws a {@link CommandError} that says what is wrong with it. */
export function parseArguments(words: readonly string[]): Command {
  const { values, positionals } = parseFlags(words)
  if (values.help) return { type: 'help' }
  if (values.version) return { type: 'version' }
  const [name = 'start', extra] = positionals
  if (extra !== undefined) throw wrong(`unexpected argument '${extra}'`)
  const listen: ListenOptions = {
    port: values.port === undefined ? undefined : readCount('port', values.port, MAX_PORT),
    host: values.host,
    framework: readFramework(values.framework),
    graceMs: readCount('grace-ms', values['grace-ms'], Number.MAX_SAFE_INTEGER),
  }
  switch (name) {
    case 'serve':
      if (values.config === undefined) throw wrong('serve needs --config FILE')
      return { type: 'serve', configPath: values.config, ...listen }
    case 'start':
      if (values.config !== undefined) throw wrong('start takes no --config; use serve')
      return { type: 'start', ...listen }
    default:
      throw wrong(`there is no command '${name}'`)
  }
}

function parseFlags(
  words: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof FLAGS; allowPositionals: true }>> {
  try {
    return parseArgs({ args: [...words], options: FLAGS, allowPositionals: true })
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error))
  }
}

function readCount(flag: string, text: string, most: number): number {
  const count = /^\d+$/.test(text) ? Number(text) : Infinity
  if (count > most) throw wrong(`--${flag} '${text}' is not a number from 0 to ${most}`)
  return count
}

function readFramework(text: string): Framework {
  const framework = FRAMEWORKS.find((name) => name === text)
  if (framework === undefined) throw wrong(`--framework '${text}' is none of ${FRAMEWORKS.join(', ')}`)
  return framework
}

function wrong(problem: string): CommandError {
  return new CommandError(`crossmodel-gateway: ${problem}\nTry crossmodel-gateway --help`, EXIT.usage)
}
