/** The client's abort and the limit on the whole call as one signal. */
export interface Deadline {
  readonly signal: AbortSignal
  /** True when it was the limit that aborted, not the client. */
  readonly timedOut: () => boolean
  /** Stops the clock: the call has ended. */
  readonly close: () => void
}

const nothing = (): void => undefined
const never = (): boolean => false

/** Without a limit the client's own signal serves: combining signals is dear. `totalMs`: 0 = none. */
export function createDeadline(client: AbortSignal | undefined, totalMs: number): Deadline {
  if (totalMs <= 0) return { signal: client ?? new AbortController().signal, timedOut: never, close: nothing }
  const controller = new AbortController()
  let late = false
  const timer = setTimeout(() => {
    late = !controller.signal.aborted
    controller.abort()
  }, totalMs)
  if (client?.aborted) controller.abort()
  client?.addEventListener('abort', () => controller.abort(), { once: true })
  return { signal: controller.signal, timedOut: () => late, close: () => clearTimeout(timer) }
}
