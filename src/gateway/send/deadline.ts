import { type CancelSignal, createCancelSource } from './cancel-signal.js'

/** The client's abort and the limit on the whole call as one signal. */
export interface Deadline {
  readonly signal: CancelSignal
  /** True when it was the limit that aborted, not the client. */
  readonly timedOut: () => boolean
  /** Stops the clock: the call has ended. */
  readonly close: () => void
}

const nothing = (): void => undefined
const never = (): boolean => false

/** Without a limit the client's own signal serves. `totalMs`: 0 = none. */
export function createDeadline(client: CancelSignal | undefined, totalMs: number): Deadline {
  if (totalMs <= 0) return { signal: client ?? createCancelSource().signal, timedOut: never, close: nothing }
  const source = createCancelSource()
  let late = false
  const timer = setTimeout(() => {
    late = !source.signal.aborted
    source.cancel()
  }, totalMs)
  if (client?.aborted) source.cancel()
  client?.addEventListener('abort', source.cancel)
  return { signal: source.signal, timedOut: () => late, close: () => clearTimeout(timer) }
}
