import { parseArgs, type ParseArgsConfig } from 'node:util'
import { FRAMEWORKS, type Framework } from './frameworks.js'
import type { ObserveOptions } from './observe.js'
import { CommandError, EXIT } from './terminal.js'

/** Where and how a server listens. */
export interface ListenOptions extends ObserveOptions {
  /** 0 takes a free one; undefined lets the command choose. */
  readonly port: number | undefined
  readonly host: string
  readonly framework: Framework
  /** How long running streams may go on after the process was asked to end. */
  readonly graceMs: number
  /** How long a connection may wait for its next request. */
  readonly idleConnectionMs: number
}

/** What an administrator asks of a configured store. */
export type ManageTask =
  | { readonly type: 'create-account'; readonly account: string; readonly name: string | undefined }
  | { readonly type: 'create-key'; readonly account: string; readonly name: string | undefined }
  | {
      readonly type: 'top-up'
      readonly account: string
      /** Decimal dollars, as they were written. */
      readonly usd: string
      readonly externalId: string
    }
  | { readonly type: 'verify' }

/** A command line, understood. */
export type Command =
  | { readonly type: 'help' | 'version' }
  /** `dataPath` is null when nothing shall be kept. */
  | ({ readonly type: 'start'; readonly dataPath: string | null } & ListenOptions)
  | ({ readonly type: 'serve'; readonly configPath: string } & ListenOptions)
  | { readonly type: 'manage'; readonly configPath: string; readonly task: ManageTask }

/** What `--help` prints. */
export const HELP: string = `crossmodel-gateway: an LLM gateway, compatible with the CrossModel API

  crossmodel-gateway serve --config gateway.json   serves the configuration in the file
  crossmodel-gateway start                         serves a simulated vendor, and the vendors whose keys are set in
                                                   OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, DEEPSEEK_API_KEY

  --port N          port to listen on; 0 takes a free one (default: 8787)
  --host H          address to listen on (default: 127.0.0.1)
  --framework F     mounts the gateway in ${FRAMEWORKS.join(', ')} (default: node)
  --grace-ms N      how long running streams may go on after SIGTERM (default: 7000)
  --idle-ms N       how long a connection may wait for its next request: longer than the load balancer in front keeps
                    one (default: 65000)
  --metrics         metrics for Prometheus at /metrics, by the bearer token in CROSSMODEL_METRICS_TOKEN
  --log             a line of JSON for each call
  --data DIR        where start keeps keys, balance and usage (default: ./.crossmodel)
  --memory          start keeps nothing

serve shows the console at /console when CROSSMODEL_CONSOLE_TOKEN is set; start always does. With STRIPE_SECRET_KEY and
STRIPE_WEBHOOK_SECRET it takes top-ups, where the store outlives the process and the configuration names console.payments.project.

In the store of a configuration, each with --config gateway.json:

  crossmodel-gateway accounts create --account ID [--name TEXT]
  crossmodel-gateway keys create --account ID [--name TEXT]      prints the key, once
  crossmodel-gateway topup --account ID --usd 12.50 --id PAYMENT  does it once for each id
  crossmodel-gateway verify                                       checks the books

  --help, --version`

const DEFAULT_GRACE_MS = 7000
/** Load balancers keep connections for a minute: one that is closed here first costs a client a 502. */
const DEFAULT_IDLE_MS = 65_000
const MAX_PORT = 65_535
/** Timers hold no more than 31 bits; a day is longer than any load balancer waits. */
const MOST_IDLE_MS = 86_400_000

const FLAGS = {
  config: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string' },
  framework: { type: 'string' },
  'grace-ms': { type: 'string' },
  'idle-ms': { type: 'string' },
  data: { type: 'string' },
  memory: { type: 'boolean' },
  metrics: { type: 'boolean' },
  log: { type: 'boolean' },
  account: { type: 'string' },
  name: { type: 'string' },
  usd: { type: 'string' },
  id: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const satisfies ParseArgsConfig['options']

type Flag = keyof typeof FLAGS
type Values = ReturnType<typeof parseFlags>['values']

interface CommandRow {
  readonly required: readonly Flag[]
  readonly optional: readonly Flag[]
  readonly read: (values: Values) => Command
}

const LISTEN: readonly Flag[] = ['port', 'host', 'framework', 'grace-ms', 'idle-ms', 'metrics', 'log']

const COMMANDS: Readonly<Record<string, CommandRow>> = {
  start: {
    required: [],
    optional: [...LISTEN, 'data', 'memory'],
    read: (values) => ({
      type: 'start',
      dataPath: values.memory === true ? null : (values.data ?? './.crossmodel'),
      ...readListen(values),
    }),
  },
  serve: {
    required: ['config'],
    optional: LISTEN,
    read: (values) => ({ type: 'serve', configPath: values.config ?? '', ...readListen(values) }),
  },
  'accounts create': {
    required: ['config', 'account'],
    optional: ['name'],
    read: (values) =>
      manage(values, { type: 'create-account', account: values.account ?? '', name: values.name }),
  },
  'keys create': {
    required: ['config', 'account'],
    optional: ['name'],
    read: (values) =>
      manage(values, { type: 'create-key', account: values.account ?? '', name: values.name }),
  },
  topup: {
    required: ['config', 'account', 'usd', 'id'],
    optional: [],
    read: ({ config, account = '', usd = '', id = '' }) =>
      manage({ config }, { type: 'top-up', account, usd, externalId: id }),
  },
  verify: { required: ['config'], optional: [], read: (values) => manage(values, { type: 'verify' }) },
}

/** Reads a command line; throws a {@link CommandError} that says what is wrong with it. */
export function parseArguments(words: readonly string[]): Command {
  const { values, positionals } = parseFlags(words)
  if (values.help === true) return { type: 'help' }
  if (values.version === true) return { type: 'version' }
  const name = positionals.length === 0 ? 'start' : positionals.join(' ')
  const row = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (row === undefined) throw wrong(`there is no command '${name}'`)
  const given = Object.keys(values)
  const foreign = given.find((flag) => ![...row.required, ...row.optional].some((known) => known === flag))
  if (foreign !== undefined) throw wrong(`${name} takes no --${foreign}`)
  const missing = row.required.find((flag) => !given.includes(flag))
  if (missing !== undefined) throw wrong(`${name} needs --${missing}`)
  return row.read(values)
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

function readListen(values: Values): ListenOptions {
  return {
    port: values.port === undefined ? undefined : readCount('port', values.port, MAX_PORT),
    host: values.host ?? '127.0.0.1',
    framework: readFramework(values.framework ?? 'node'),
    graceMs: readCount('grace-ms', values['grace-ms'] ?? String(DEFAULT_GRACE_MS), Number.MAX_SAFE_INTEGER),
    idleConnectionMs: readCount('idle-ms', values['idle-ms'] ?? String(DEFAULT_IDLE_MS), MOST_IDLE_MS),
    metrics: values.metrics === true,
    log: values.log === true,
  }
}

function manage({ config = '' }: { readonly config?: string | undefined }, task: ManageTask): Command {
  return { type: 'manage', configPath: config, task }
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
