import { createIdleTimer } from './idle-timer.js'

export interface KeepAliveOptions<T> {
  /** Longest silence in milliseconds while the consumer waits; 0 or less = no frames. */
  readonly intervalMs: number
  /** Makes the frame; asked each time, because its form may depend on what went out before. */
  readonly frame: () => T
  /** Milliseconds on any clock. */
  readonly now: () => number
  /** Default: the runtime's `setTimeout`. */
  readonly setTimer?: ((callback: () => void, delayMs: number) => unknown) | undefined
  /** Default: the runtime's `clearTimeout`. */
  readonly clearTimer?: ((timer: unknown) => void) | undefined
}

/**
 * Gives what the source gives, and a frame whenever the consumer has waited for `intervalMs`.
 * Frames stand between the source's pieces only, and only for a consumer that waits, so a slow one gets none.
 * An error of the source comes out of `next`; `return` ends the timer and cancels the source.
 */
export function withKeepAlive<T>(source: AsyncIterable<T>, options: KeepAliveOptions<T>): AsyncIterable<T> {
  if (options.intervalMs <= 0) return source
  return { [Symbol.asyncIterator]: () => createIterator(source[Symbol.asyncIterator](), options) }
}

interface Waiting<T> {
  readonly resolve: (result: IteratorResult<T>) => void
  readonly reject: (error: unknown) => void
}

/** Hands an outcome of the source to the consumer that waits for it. */
type Outcome<T> = (consumer: Waiting<T>) => void

const END: IteratorReturnResult<undefined> = { done: true, value: undefined }

function createIterator<T>(source: AsyncIterator<T>, options: KeepAliveOptions<T>): AsyncIterator<T> {
  const { frame, now } = options
  let reading = false
  let ended = false
  let waiting: Waiting<T> | null = null
  // What the source gave while nobody waited: it came after a frame had answered the call that started the read.
  let ready: Outcome<T> | null = null

  const idle = createIdleTimer(options, () => {
    if (waiting === null) return
    const { resolve, reject } = waiting
    waiting = null
    try {
      resolve({ done: false, value: frame() })
    } catch (error) {
      reject(error)
    }
  })

  const receive = (result: IteratorResult<T>): void => {
    reading = false
    if (ended) return
    if (waiting === null) ready = (consumer) => settle(result, consumer)
    else settle(result, waiting)
  }

  const receiveError = (error: unknown): void => {
    reading = false
    if (ended) return
    if (waiting === null) ready = (consumer) => fail(error, consumer)
    else fail(error, waiting)
  }

  const settle = (result: IteratorResult<T>, consumer: Waiting<T>): void => {
    waiting = null
    if (result.done === true) end()
    consumer.resolve(result.done === true ? END : result)
  }

  const fail = (error: unknown, consumer: Waiting<T>): void => {
    waiting = null
    end()
    consumer.reject(error)
  }

  const end = (): void => {
    ended = true
    idle.stop()
  }

  return {
    next: () =>
      new Promise((resolve, reject) => {
        if (ended) return resolve(END)
        if (ready !== null) {
          const settleReady = ready
          ready = null
          return settleReady({ resolve, reject })
        }
        waiting = { resolve, reject }
        idle.start(now())
        if (reading) return
        reading = true
        source.next().then(receive, receiveError)
      }),
    async return() {
      const first = !ended
      ended = true
      idle.stop()
      waiting?.resolve(END)
      waiting = null
      ready = null
      if (first) await source.return?.()
      return END
    },
  }
}
