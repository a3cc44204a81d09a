import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Agent, Site } from './agents/agent.js'

/** How a program ended, and all that it said. */
export interface Outcome {
  /** Null when it was stopped. */
  readonly exitCode: number | null
  readonly output: string
}

const LIMIT_MS = 150_000

/** Runs a client on its task: in an empty home, without a terminal, stopped with all that it started after a time. */
export async function runAgent(agent: Agent, site: Site, programs: string): Promise<Outcome> {
  const { arguments: given, environment, files = {} } = agent.launch(site)
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(site.home, path)), { recursive: true })
    await writeFile(join(site.home, path), text)
  }
  const [program, ...scripts] = agent.program.map((name) => join(programs, name))
  const child = spawn(program ?? '', [...scripts, ...given], {
    cwd: site.project,
    // A group of its own, so that nothing that the client started outlives the test.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
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
  process.once('exit', stop)
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  clearTimeout(timer)
  process.off('exit', stop)
  stop()
  return { exitCode, output }
}
