import { UpstreamFault } from '../../src/index.js'

/** Bytes that may wait unread before the vendor is told to stop. */
const HIGH_WATER_BYTES = 64 * 1024

/** Runs a callback as a microtask; `queueMicrotask` of Node makes an async resource for each. */
const READ_OVER = Promise.resolve()

/** The connection below a body. */
export interface BodySource {
  /** The reader begins to wait. */
  onWait(): void
  pause(): void
  resume(): void
  /** Breaks the connection; the body fails with `fault` unless it has ended. */
  cancel(fault: UpstreamFault): void
}

/** A response body: pushed by the connection, pulled by one reader, as chunks or as one text. */
export interface BodyQueue {
  push(chunk: Buffer): void
  end(): void
  fail(fault: UpstreamFault): void
  /** True while the reader waits for the vendor. */
  isWaiting(): boolean
  readonly stream: AsyncIterable<Uint8Array>
  readonly text: (maxBytes: number) => Promise<string>
}

/**
 * Joins a pushing connection and a pulling reader. All that one network read brings is handed over as one chunk;
 * above 64 KiB unread the connection is paused.
 */
export function createBodyQueue(source: BodySource): BodyQueue {
  let chunks: Buffer[] = []
  let size = 0
  let limit = HIGH_WATER_BYTES
  let paused = false
  let ended = false
  let fault: UpstreamFault | undefined
  /** Continues the reader, while it waits. */
  let wake: (() => void) | undefined
  let scheduled = false

  const take = (): Buffer => {
    const [only] = chunks
    const taken = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size)
    chunks = []
    size = 0
    release()
    return taken
  }
  const release = (): void => {
    if (!paused) return
    paused = false
    source.resume()
  }
  const wait = (reader: () => void): void => {
    wake = reader
    source.onWait()
  }
  const notify = (): void => {
    scheduled = false
    const reader = wake
    wake = undefined
    reader?.()
  }

  const iterator: AsyncIterator<Uint8Array, undefined> = {
    next: () =>
      new Promise((resolve, reject) => {
        const read = (): void => {
          if (size > 0) resolve({ done: false, value: take() })
          else if (fault !== undefined) reject(fault)
          else if (ended) resolve({ done: true, value: undefined })
          else wait(read)
        }
        read()
      }),
    return() {
      chunks = []
      size = 0
      if (!ended && fault === undefined) {
        ended = true
        source.cancel(new UpstreamFault('aborted'))
        notify()
      }
      return Promise.resolve({ done: true, value: undefined })
    },
  }
  return {
    push(chunk) {
      chunks.push(chunk)
      size += chunk.length
      if (wake !== undefined && !scheduled) {
        // A microtask runs when the parser has come to the end of this network read.
        scheduled = true
        void READ_OVER.then(notify)
      }
      if (size < limit || paused) return
      paused = true
      source.pause()
    },
    end() {
      ended = true
      notify()
    },
    fail(reason) {
      if (ended) return
      fault = reason
      notify()
    },
    isWaiting: () => wake !== undefined,
    stream: { [Symbol.asyncIterator]: () => iterator },
    text: (maxBytes) =>
      new Promise((resolve, reject) => {
        const read = (): void => {
          if (size > maxBytes) {
            const reason = new UpstreamFault('too_large')
            source.cancel(reason)
            reject(reason)
          } else if (fault !== undefined) reject(fault)
          else if (ended) resolve(decode(take()))
          else wait(read)
        }
        limit = Number.POSITIVE_INFINITY
        release()
        read()
      }),
  }
}

const BYTE_ORDER_MARK = 0xfeff

function decode(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text
}
