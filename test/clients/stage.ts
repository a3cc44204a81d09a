import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toNode } from '../../adapters/http/node.js'
import {
  createGateway,
  createMemoryStore,
  type ErrorEvent,
  type UsageRecord,
  type Warning,
} from '../../src/index.js'
import { startServer } from '../contracts/http-server.js'
import type { Site } from './agents/agent.js'
import { configureUpstreams, MODEL_OF, type UpstreamId } from './upstreams.js'
import type { Fault } from './vendor/faults.js'
import { type ScriptedAgent, startScriptedAgent } from './vendor/scripted-agent.js'
import type { Step, Task } from './vendor/toolbox.js'

const KEY = 'cm-key-of-the-agent'
const SECRET = 'pepper of the clients'
const ACCOUNT = 'agents'
const BALANCE = 1_000_000_000_000

/** A gateway with a vendor behind it, and a place for one client to work in. */
export interface Stage {
  readonly site: Site
  readonly task: Task
  readonly vendor: ScriptedAgent
  readonly records: readonly UsageRecord[]
  readonly warnings: readonly Warning[]
  readonly errors: readonly ErrorEvent[]
  /** What the calls have cost, and what is still held for them. */
  readonly money: () => { readonly spentMicro: number; readonly heldMicro: number }
  readonly readFile: (path: string) => Promise<string>
  readonly close: () => Promise<void>
}

/** What is to be set up. */
export interface Scene {
  readonly upstream: UpstreamId
  readonly faults: Readonly<Partial<Record<Step, Fault>>>
  /** Another name for the model. */
  readonly alias?: string | undefined
  /** True: the gateway keeps the reasoning of tool calls, for a client that does not bring it back. */
  readonly keepsReasoning: boolean
}

/** Sets up a gateway, a vendor that meets these faults, and a project with something to correct. */
export async function openStage({ upstream, faults, alias, keepsReasoning }: Scene): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'crossmodel-client-'))
  const [home, project] = [join(folder, 'home'), join(folder, 'project')]
  const task: Task = {
    folder: project,
    trace: 'ran.txt',
    file: join(project, 'greeting.txt'),
    before: 'Hello, wurld',
    after: 'Hello, world',
  }
  for (const path of [home, project]) await mkdir(path)
  await writeFile(task.file, `${task.before}\n`)
  const vendor = await startScriptedAgent({ upstream, task, faults })
  const { records, warnings, errors, hooks } = observe()
  const accounts = [
    { id: ACCOUNT, balanceMicro: BALANCE, keys: [{ key: KEY, rpm: null, tpm: null, concurrency: null }] },
  ]
  const stores = createMemoryStore({ now: () => Date.now(), secret: SECRET, accounts })
  const gateway = createGateway({
    ...configureUpstreams(vendor.url),
    aliases: alias === undefined ? {} : { [alias]: MODEL_OF[upstream] },
    accounts,
    stores,
    stateCache: keepsReasoning ? {} : undefined,
    keySecret: SECRET,
    hooks,
  })
  const server = await startServer(toNode(gateway))
  return {
    site: { home, project, url: server.url, key: KEY, model: alias ?? MODEL_OF[upstream], prompt: PROMPT },
    task,
    vendor,
    records,
    warnings,
    errors,
    money() {
      const { balanceMicro = 0, heldMicro = 0 } = stores.ledger.balance(ACCOUNT) ?? {}
      return { spentMicro: BALANCE - balanceMicro, heldMicro }
    },
    readFile: (path) => readFile(join(project, path), 'utf8').catch(() => ''),
    async close() {
      await server.close()
      await gateway.close()
      await vendor.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

const PROMPT = 'Run a command, read greeting.txt, correct its spelling, and say when you are done.'

function observe() {
  const records: UsageRecord[] = []
  const warnings: Warning[] = []
  const errors: ErrorEvent[] = []
  const hooks = {
    onUsage: (record: UsageRecord) => void records.push(record),
    onWarning: (event: { readonly warnings: readonly Warning[] }) => void warnings.push(...event.warnings),
    onError: (event: ErrorEvent) => void errors.push(event),
  }
  return { records, warnings, errors, hooks }
}
