import type { UpstreamError } from '../../canonical/upstream-error.js'
import type { AnswerStream } from './answer.js'
import type { ResponseStream } from '../http/http.js'
import type { Patience } from '../send/patience.js'
import type { Funds } from './stream-funds.js'
import { faultToUpstreamError } from '../send/upstream-fault.js'

/** How the relay of a stream ended. `aborted`: the client went away. */
export type RelayEnd = 'completed' | 'failed' | 'aborted'

/** A vendor's stream, or why there is none. */
export type Opened =
  | { readonly ok: true; readonly source: AsyncIterable<Uint8Array> }
  | { readonly ok: false; readonly error: UpstreamError }

export interface RelayOptions {
  /** Gives the vendor's stream; called once. */
  readonly open: () => Promise<Opened>
  readonly stream: AnswerStream
  /** Called once, after the last text was handed over or the client was gone. */
  readonly onEnd: (end: RelayEnd) => Promise<void>
  /** True when the client has gone: a broken source is then its doing. */
  readonly clientGone: () => boolean
  /** What goes out at once when the status had to be committed before anything came: a head alone keeps no client waiting. */
  readonly greeting: () => string
  /** Pays for the answer as it grows; null = it is paid for. */
  readonly funds: Funds | null
}

/** A stream on its way: first to its first real event, then to its end. */
export interface Relay {
  /**
   * Waits for the first event that commits the status, as long as patience lasts.
   * Gives the vendor's error when one came first: nothing has been sent then, so it can have its true status.
   */
  commit(patience: Patience): Promise<UpstreamError | null>
  /** The text for the client, pulled: not pulling stops the vendor. */
  readonly output: ResponseStream
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

/** Pumps a vendor's stream through its reducer. One await per network read; nothing is buffered ahead. */
export function createRelay(options: RelayOptions): Relay {
  const { stream, onEnd, clientGone, funds } = options
  const { progress } = stream
  let source: AsyncIterator<Uint8Array> | null = null
  // Set once the source is used up; the last text is still handed out before `onEnd` runs.
  let ending: RelayEnd | null = null
  let ended: Promise<void> | null = null
  let ahead: Promise<IteratorResult<string>> | null = null
  // Comments and pings commit nothing: they wait for the first event, or for patience to run out.
  let held = ''
  let committed = false
  let isLate = false

  const finish = (end: RelayEnd): Promise<void> => (ended ??= onEnd(end))

  const close = (end: RelayEnd, text: string): string => {
    ending ??= end
    return text
  }

  const cancel = (): void => {
    // The call is over either way, so how the vendor takes it does not matter.
    void source?.return?.().catch(() => undefined)
  }

  const fail = (error: UpstreamError): string => {
    if (clientGone()) return close('aborted', '')
    cancel()
    // A vendor that has said how the answer ended has broken nothing off.
    const text = progress.phase === 'finished' ? stream.end() : stream.fail(error)
    return close(progress.error === null ? 'completed' : 'failed', text)
  }

  const digest = (result: IteratorResult<Uint8Array>): string => {
    if (result.done === true) {
      const text = stream.end()
      return close(progress.error === null ? 'completed' : 'failed', text)
    }
    const text = stream.push(result.value)
    if (progress.error === null && !stream.done) return text
    cancel()
    return close(progress.error === null ? 'completed' : 'failed', text)
  }

  const open = async (): Promise<void> => {
    const opened = await options.open()
    if (!opened.ok) {
      held += fail(opened.error)
      return
    }
    source = opened.source[Symbol.asyncIterator]()
    if (ending !== null) cancel()
  }

  const release = (): IteratorResult<string> => {
    const value = held
    held = ''
    return { done: false, value }
  }

  /** Next text for the client, or the end. Callbacks, not an async loop: a chunk would pay for each of its promises. */
  const pull = (): Promise<IteratorResult<string>> =>
    new Promise((resolve, reject) => {
      const step = (): void => {
        if (held !== '' && (committed || ending !== null || progress.phase !== 'idle')) resolve(release())
        else if (ending !== null) finish(ending).then(() => resolve(DONE), reject)
        else if (source === null) open().then(step, giveUp)
        else source.next().then(take, giveUp)
      }
      const take = (result: IteratorResult<Uint8Array>): void => {
        try {
          held += digest(result)
        } catch (fault) {
          held += fail(faultToUpstreamError(fault))
        }
        const refusal = funds === null || ending !== null ? null : funds.check(progress)
        if (refusal instanceof Promise) refusal.then(goOn, giveUp)
        else goOn(refusal)
      }
      const goOn = (refusal: UpstreamError | null): void => {
        if (refusal !== null) held += fail(refusal)
        step()
      }
      const giveUp = (fault: unknown): void => {
        held += fail(faultToUpstreamError(fault))
        step()
      }
      step()
    })

  const next = (): Promise<IteratorResult<string>> => {
    if (isLate) {
      isLate = false
      return Promise.resolve(held === '' ? { done: false, value: options.greeting() } : release())
    }
    const pending = ahead ?? pull()
    ahead = null
    return pending
  }

  const abandon = async (): Promise<IteratorResult<string>> => {
    // A client that leaves after the vendor has finished got a whole answer.
    ending ??= progress.phase === 'finished' ? 'completed' : 'aborted'
    cancel()
    await finish(ending)
    return DONE
  }

  return {
    async commit(patience) {
      ahead = pull()
      await patience.wait(ahead)
      committed = true
      isLate = progress.phase === 'idle' && ending === null
      return progress.phase === 'idle' ? progress.error : null
    },
    output: { [Symbol.asyncIterator]: () => ({ next, return: abandon }) },
  }
}
