import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandError, EXIT, type Terminal } from './terminal.js'

/** What `start` keeps from one run to the next. */
export interface StartData {
  /** As the configuration names it. */
  readonly store: string
  readonly keySecret: string
  readonly demoKey: string
}

type Secrets = Omit<StartData, 'store'>

/** Nothing is kept: everything is new. */
export function createStartData(): StartData {
  return { store: 'memory', ...createSecrets() }
}

/**
 * Opens the folder of `start`, or makes it: a database and the secrets that belong to it, for this user alone. Where
 * that cannot be, says why and keeps nothing.
 */
export async function openDataFolder(path: string, { printError }: Terminal): Promise<StartData> {
  try {
    const { loadDriver } = await import('../stores/sqlite/driver.js')
    await loadDriver()
    await mkdir(path, { recursive: true, mode: 0o700 })
    // Nobody shall commit a key by accident.
    await writeFile(join(path, '.gitignore'), '*\n')
    const secrets = await openSecrets(join(path, 'secrets.json'))
    return { store: `sqlite:${join(path, 'gateway.db')}`, ...secrets }
  } catch (error) {
    if (error instanceof CommandError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    printError(`crossmodel-gateway: nothing is kept, everything lives in memory: ${reason}`)
    return createStartData()
  }
}

async function openSecrets(path: string): Promise<Secrets> {
  const created = createSecrets()
  try {
    await writeFile(path, `${JSON.stringify(created, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    return created
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  const kept: unknown = JSON.parse(await readFile(path, 'utf8'))
  if (isSecrets(kept)) return { keySecret: kept.keySecret, demoKey: kept.demoKey }
  throw new CommandError(
    `crossmodel-gateway: ${path} is damaged: delete its folder to start anew`,
    EXIT.failed,
  )
}

function isSecrets(value: unknown): value is Secrets {
  if (typeof value !== 'object' || value === null) return false
  const { keySecret, demoKey } = value as Partial<Record<keyof Secrets, unknown>>
  return typeof keySecret === 'string' && typeof demoKey === 'string'
}

function createSecrets(): Secrets {
  return {
    keySecret: randomBytes(32).toString('hex'),
    demoKey: `cm-demo-${randomBytes(24).toString('hex')}`,
  }
}
