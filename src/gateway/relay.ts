import type { UpstreamError } from '../canonical/upstream-error.js'
import type { AnswerStream } from './answer.js'
import type { ResponseStream } from './http.js'
import { faultToUpstreamError } from './upstream-fault.js'

/** How the relay of a stream ended. `aborted`: the client went away. */
export type RelayEnd = 'completed' | 'failed' | 'aborted'

export interface RelayOptions {
  readonly source: AsyncIterable<Uint8Array>
  readonly stream: AnswerStream
  /** Called once, after the last text was handed over or the client was gone. */
  readonly onEnd: (end: RelayEnd) => Promise<void>
  /** True when the client has gone: a broken source is then its doing. */
  readonly clientGone: () => boolean
}

/** A stream on its way: first to its first real event, then to its end. */
export interface Relay {
  /**
   * Waits for the first event that commits the status, `commitMs` at the longest (0 = for ever).
   * Gives the vendor's error when one came first: nothing has been sent then, so it can have its true status.
   */
  commit(commitMs: number): Promise<UpstreamError | null>
  /** The text for the client, pulled: not pulling stops the vendor. */
  readonly output: ResponseStream
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

/** Pumps a vendor's stream through its reducer. One await per network read; nothing is buffered ahead. */
export function createRelay(options: RelayOptions): Relay {
  const { stream, onEnd, clientGone } = options
  const { progress } = stream
  const iterator = options.source[Symbol.asyncIterator]()
  // Set once the source is used up; the last text is still handed out before `onEnd` runs.
  let ending: RelayEnd | null = null
  let ended: Promise<void> | null = null
  let ahead: Promise<string | null> | null = null

  const finish = (end: RelayEnd): Promise<void> => (ended ??= onEnd(end))

  const close = (end: RelayEnd, text: string): string => {
    ending = end
    return text
  }

  const read = async (): Promise<string> => {
    try {
      const result = await iterator.next()
      if (result.done === true) {
        const text = stream.end()
        return close(progress.error === null ? 'completed' : 'failed', text)
      }
      const text = stream.push(result.value)
      if (progress.error === null && !stream.done) return text
      void cancel(iterator)
      return close(progress.error === null ? 'completed' : 'failed', text)
    } catch (fault) {
      if (clientGone()) return close('aborted', '')
      void cancel(iterator)
      return close('failed', stream.fail(faultToUpstreamError(fault)))
    }
  }

  /** Next text for the client; null after the end. */
  const pull = async (): Promise<string | null> => {
    while (ending === null) {
      const text = await read()
      if (text !== '') return text
    }
    await finish(ending)
    return null
  }

  const next = async (): Promise<IteratorResult<string>> => {
    const pending = ahead ?? pull()
    ahead = null
    const text = await pending
    return text === null ? DONE : { done: false, value: text }
  }

  const abandon = async (): Promise<IteratorResult<string>> => {
    // A client that leaves after the vendor has finished got a whole answer.
    ending ??= progress.phase === 'finished' ? 'completed' : 'aborted'
    void cancel(iterator)
    await finish(ending)
    return DONE
  }

  return {
    async commit(commitMs) {
      ahead = pull()
      await within(ahead, commitMs)
      return progress.phase === 'idle' ? progress.error : null
    },
    output: { [Symbol.asyncIterator]: () => ({ next, return: abandon }) },
  }
}

async function cancel(iterator: AsyncIterator<Uint8Array>): Promise<void> {
  try {
    await iterator.return?.()
  } catch {
    // The call is over either way.
  }
}

async function within(promise: Promise<unknown>, milliseconds: number): Promise<void> {
  if (milliseconds <= 0) {
    await promise
    return
  }
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  await Promise.race([promise, timeout])
  clearTimeout(timer)
}
