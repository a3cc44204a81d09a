import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** What a process of the soak does when it is told to; each answers with something that JSON can say. */
export type Handlers = Readonly<Record<string, (value: unknown) => unknown>>

interface Request {
  readonly id: number
  readonly name: string
  readonly value: unknown
}

interface Reply {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

/** Faults of a process that nobody has caught, for its last report. */
export interface Complaints {
  readonly list: readonly string[]
}

/** Notes what would otherwise end a process, or be printed and forgotten. */
export function watchProcess(): Complaints {
  const list: string[] = []
  const note = (what: string, error: unknown): void => {
    list.push(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
  process.on('unhandledRejection', (error) => note('unhandled rejection', error))
  process.on('uncaughtException', (error) => note('uncaught exception', error))
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') note('warning', warning)
  })
  return { list }
}

/**
 * Answers what the process above asks for, until it is told to `end`: it then has to end by itself. Of each process,
 * `delay` gives the longest time in milliseconds that it has kept anybody waiting since it was asked before.
 */
export function serveMessages(own: Handlers): void {
  const loop = monitorEventLoopDelay({ resolution: 20 })
  loop.enable()
  const handlers: Handlers = {
    ...own,
    delay() {
      const longestMs = loop.max / 1e6
      loop.reset()
      return longestMs
    },
  }
  const onMessage = (message: unknown): void => void answer(message as Request)
  const answer = async ({ id, name, value }: Request): Promise<void> => {
    if (name === 'end') {
      loop.disable()
      process.off('message', onMessage)
      process.disconnect()
      return
    }
    try {
      const handler = handlers[name]
      if (handler === undefined) throw new Error(`there is no ${name}`)
      process.send?.({ id, result: await handler(value) } satisfies Reply)
    } catch (error) {
      process.send?.({
        id,
        error: error instanceof Error ? (error.stack ?? '') : String(error),
      } satisfies Reply)
    }
  }
  process.on('message', onMessage)
}

/** A process of the soak, seen from above. */
export interface Worker {
  readonly ask: <T>(name: string, value?: unknown) => Promise<T>
  /** Lets it end by itself; answers its exit code, null when it had to be killed. */
  readonly end: () => Promise<number | null>
  readonly kill: () => Promise<void>
}

const END_MS = 10_000

/** Starts a built entry of `folder`. */
export function startWorker(folder: string, entry: string): Worker {
  const child = fork(join(folder, `${entry}.mjs`), [], { execArgv: ['--expose-gc', '--enable-source-maps'] })
  const waiting = new Map<
    number,
    { readonly resolve: (value: never) => void; readonly reject: (error: Error) => void }
  >()
  let count = 0
  child.on('message', (message) => {
    const { id, result, error } = message as Reply
    const asked = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) asked?.resolve(result as never)
    else asked?.reject(new Error(`${entry}: ${error}`))
  })
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`${entry} has ended with ${code}`))
    waiting.clear()
  })
  return {
    ask: (name, value) =>
      new Promise((resolve, reject) => {
        count += 1
        waiting.set(count, { resolve, reject })
        child.send({ id: count, name, value } satisfies Request)
      }),
    end: () => endChild(child, () => child.send({ id: 0, name: 'end', value: null } satisfies Request)),
    async kill() {
      await endChild(child, () => child.kill('SIGKILL'))
    },
  }
}

async function endChild(child: ChildProcess, end: () => void): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exit = once(child, 'exit')
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS)
  end()
  await exit
  clearTimeout(timer)
  return child.exitCode
}
