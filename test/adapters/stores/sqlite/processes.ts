import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Processes that work on a file; `child.ts` has their tasks. */
export interface SqliteProcesses {
  /** Starts a process that waits to be told to go. */
  readonly start: (task: string, path: string) => Promise<SqliteProcess>
  readonly close: () => Promise<void>
}

export interface SqliteProcess {
  /** Lets it begin. */
  readonly go: () => void
  /** Its next message. */
  readonly next: () => Promise<unknown>
  /** Lets it begin and takes its life, without a warning, at its so many-th message; answers all that had come. */
  readonly goAndDie: (afterMessages?: number) => Promise<readonly unknown[]>
}

const packages = fileURLToPath(new URL('../../../../node_modules', import.meta.url))

/** Bundles the tasks into a folder of their own, which sees the packages of this one, or none. */
export async function createSqliteProcesses({ withPackages = true } = {}): Promise<SqliteProcesses> {
  const folder = await mkdtemp(join(tmpdir(), 'crossmodel-sqlite-processes-'))
  const file = join(folder, 'child.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('child.ts', import.meta.url))],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
  })
  if (withPackages) await symlink(packages, join(folder, 'node_modules'))
  const children: ChildProcess[] = []
  return {
    async start(task, path) {
      const child = fork(file, [task, path])
      children.push(child)
      const next = async (): Promise<unknown> => ((await once(child, 'message')) as unknown[])[0]
      if ((await next()) !== 'ready') throw new Error(`the process for ${task} did not start`)
      return { go: () => void child.send('go'), next, goAndDie: (after) => killAtWork(child, after) }
    },
    async close() {
      for (const child of children) child.kill('SIGKILL')
      await rm(folder, { recursive: true })
    },
  }
}

const KILL_AFTER_MESSAGES = 150

async function killAtWork(child: ChildProcess, after = KILL_AFTER_MESSAGES): Promise<readonly unknown[]> {
  const messages: unknown[] = []
  child.on('message', (message) => {
    messages.push(message)
    if (messages.length === after) child.kill('SIGKILL')
  })
  child.send('go')
  await once(child, 'close')
  return messages
}
