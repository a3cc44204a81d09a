import { createTextDecoder } from '../../sse/text-decoder.js'
import type { ResponseStream } from '../http/http.js'

export interface KeepOptions {
  readonly maxBytes: number
  /** Called once, when the stream has ended or its reader has left; null = it was longer than `maxBytes`. */
  readonly onEnd: (text: string | null) => Promise<void>
}

/** The same stream, whose text is kept aside as it passes; its end waits for `onEnd`. */
export function keepStream(source: ResponseStream, { maxBytes, onEnd }: KeepOptions): ResponseStream {
  return { [Symbol.asyncIterator]: () => createIterator(source[Symbol.asyncIterator](), { maxBytes, onEnd }) }
}

function createIterator(
  source: AsyncIterator<string | Uint8Array>,
  { maxBytes, onEnd }: KeepOptions,
): AsyncIterator<string | Uint8Array> {
  const encoder = new TextEncoder()
  const decoder = createTextDecoder({ keepByteOrderMark: true })
  let pieces: string[] = []
  let bytes = 0
  let ended: Promise<void> | null = null

  const keep = (piece: string | Uint8Array): void => {
    if (bytes > maxBytes) return
    const isText = typeof piece === 'string'
    bytes += isText ? encoder.encode(piece).length : piece.length
    pieces.push(isText ? piece : decoder.decode(piece))
    if (bytes > maxBytes) pieces = []
  }

  const end = (): Promise<void> =>
    (ended ??= onEnd(bytes > maxBytes ? null : pieces.join('') + decoder.end()))

  return {
    async next() {
      try {
        const result = await source.next()
        if (result.done === true) await end()
        else keep(result.value)
        return result
      } catch (fault) {
        await end()
        throw fault
      }
    },
    async return() {
      try {
        return (await source.return?.()) ?? { done: true, value: undefined }
      } finally {
        await end()
      }
    },
  }
}
