import type { CancelSignal } from './send/cancel-signal.js'

/** Waits, no longer than until a signal says that nobody needs it any more. */
export function pause(milliseconds: number, signal?: CancelSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal?.addEventListener('abort', end)
  })
}
