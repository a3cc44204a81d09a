import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Agent, Site } from './agents/agent.js'

/** How a program ended, and all that it said. */
export interface Outcome {
  /** Null when it was stopped. */
  readonly exitCode: number | null
  readonly output: string
}

/** Far more than any needs, on a machine that has other work. */
const LIMIT_MS = 240_000
const KEEPER = fileURLToPath(new URL('keep-group.mjs', import.meta.url))

/** Runs a client on its task: in an empty home, without a terminal, stopped with all that it started after a time. */
export async function runAgent(agent: Agent, site: Site, programs: string): Promise<Outcome> {
  const { arguments: given, environment, files = {} } = agent.launch(site)
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(site.home, path)), { recursive: true })
    await writeFile(join(site.home, path), text)
  }
  const program = agent.program.map((name) => resolve(programs, name))
  const child = spawn(process.execPath, [KEEPER, ...program, ...given], {
    cwd: site.project,
    // A group of its own, so that nothing that the client started outlives the test; its keeper watches the pipe on
    // its input, and ends the group when this process is killed.
    detached: true,
    stdio: 'pipe',
    env: {
      PATH: process.env.PATH,
      HOME: site.home,
      TMPDIR: site.home,
      TERM: 'dumb',
      NO_COLOR: '1',
      LANG: 'C.UTF-8',
      ...environment,
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const stop = (): void => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL')
    } catch {
      // It is gone already.
    }
  }
  const timer = setTimeout(stop, LIMIT_MS)
  const [exitCode] = (await once(child, 'exit')) as [number | null]
  clearTimeout(timer)
  stop()
  return { exitCode, output }
}
