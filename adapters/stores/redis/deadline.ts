import type { RedisCommands, Script } from './client.js'

/** Commands that answer or reject in time. */
export interface BoundedCommands extends RedisCommands {
  /** As `run`; `onLate` gets the reply of a script that ran after its caller was told that it did not answer. */
  run(
    script: Script,
    keys: readonly string[],
    values: readonly string[],
    onLate?: (reply: unknown) => void,
  ): Promise<unknown>
}

/**
 * Bounds commands to a time: clients keep commands in a queue while the server is away, but a call of the gateway must
 * not wait there. After a command that was not answered, one at a time probes the server and the others reject at once.
 */
export function boundCommands(commands: RedisCommands, timeoutMs: number): BoundedCommands {
  const bound = createDeadline(timeoutMs)
  return {
    run: (script, keys, values, onLate) => bound(() => commands.run(script, keys, values), onLate),
    get: (key) => bound(() => commands.get(key)),
    set: (key, value, ttlMs) => bound(() => commands.set(key, value, ttlMs)),
    setIfAbsent: (key, value, ttlMs) => bound(() => commands.setIfAbsent(key, value, ttlMs)),
  }
}

type Deadline = <Reply>(start: () => Promise<Reply>, onLate?: (reply: Reply) => void) => Promise<Reply>

function createDeadline(timeoutMs: number): Deadline {
  /** Set while the server does not answer: the time of the next probe. */
  let probeAt: number | null = null
  return async (start, onLate) => {
    const time = performance.now()
    if (probeAt !== null && time < probeAt) throw unanswered(timeoutMs)
    if (probeAt !== null) probeAt = time + timeoutMs
    const reply = start()
    let late = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        late = true
        probeAt = performance.now() + timeoutMs
        reject(unanswered(timeoutMs))
      }, timeoutMs)
    })
    const answered = reply.then(
      (value) => {
        probeAt = null
        if (late) onLate?.(value)
        return value
      },
      (error: unknown) => {
        throw withoutCommand(error)
      },
    )
    try {
      return await Promise.race([answered, timeout])
    } finally {
      clearTimeout(timer)
    }
  }
}

function unanswered(timeoutMs: number): Error {
  return new Error(`Redis does not answer within ${timeoutMs} ms.`)
}

/** Clients put the command with its values on their errors; those are no matter for a log. */
function withoutCommand(error: unknown): Error {
  return new Error(`Redis: ${error instanceof Error ? error.message : 'the command failed'}`)
}
