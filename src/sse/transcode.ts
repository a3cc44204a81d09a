import { createSseParser, type SseEvent } from './parse.js'
import { createTextDecoder } from './text-decoder.js'

/** Turns the events of one stream into the text of another. */
export interface SseReducer {
  /** Zero or more whole events of the other stream. */
  push(event: SseEvent): string
  /** The source ended: whatever ends the other stream. */
  end(): string
}

export interface TranscodeOptions {
  /** Longest unfinished event, in UTF-16 units. Default 32 Mi. */
  readonly maxBufferSize?: number | undefined
}

/**
 * Reads a stream of bytes as events and gives what the reducer makes of them: one string for each read that made any.
 * Errors of source, parser and reducer come out of `next`, after the text that was made before them;
 * `return` cancels the source.
 */
export function transcode(
  bytes: AsyncIterable<Uint8Array>,
  reducer: SseReducer,
  options: TranscodeOptions = {},
): AsyncIterable<string> {
  return { [Symbol.asyncIterator]: () => createIterator(bytes[Symbol.asyncIterator](), reducer, options) }
}

// By hand: the `return` of an async generator waits for an open read, which may never end.
function createIterator(
  source: AsyncIterator<Uint8Array>,
  reducer: SseReducer,
  options: TranscodeOptions,
): AsyncIterator<string> {
  const decoder = createTextDecoder()
  let output = ''
  let failure: { readonly error: unknown } | null = null
  let done = false
  const parser = createSseParser({
    maxBufferSize: options.maxBufferSize,
    onEvent: (event) => {
      output += reducer.push(event)
    },
  })

  const cancel = async (): Promise<void> => {
    if (done) return
    done = true
    await source.return?.()
  }

  const readOnce = async (): Promise<void> => {
    const result = await source.next()
    if (done) return
    if (result.done !== true) {
      parser.push(decoder.decode(result.value))
      return
    }
    done = true
    parser.push(decoder.end())
    parser.end()
    output += reducer.end()
  }

  const fail = async (error: unknown): Promise<never> => {
    try {
      await cancel()
    } catch {
      // The first error is the one to tell.
    }
    throw error
  }

  return {
    async next() {
      for (;;) {
        if (output !== '') {
          const value = output
          output = ''
          return { done: false, value }
        }
        if (failure !== null) {
          const { error } = failure
          failure = null
          return fail(error)
        }
        if (done) return { done: true, value: undefined }
        try {
          await readOnce()
        } catch (error) {
          failure = { error }
        }
      }
    },
    async return() {
      output = ''
      await cancel()
      return { done: true, value: undefined }
    },
  }
}
