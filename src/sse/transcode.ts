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

// By hand: an async generator takes three times as long per step, and its `return` waits for a read that may never end.
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

  const finish = async (): Promise<void> => {
    if (done) return
    done = true
    await source.return?.()
  }

  /** One read; what it made is in `output` even when it failed half-way. */
  const readOnce = async (): Promise<void> => {
    const result = await source.next()
    if (done) return
    if (result.done === true) {
      done = true
      parser.push(decoder.end())
      parser.end()
      output += reducer.end()
    } else {
      parser.push(decoder.decode(result.value))
    }
  }

  const fail = async (error: unknown): Promise<never> => {
    // The first error is the one to tell; cancelling may fail as well.
    await finish().catch(() => undefined)
    throw error
  }

  return {
    async next() {
      if (failure !== null) {
        const { error } = failure
        failure = null
        return fail(error)
      }
      while (output === '' && !done) {
        try {
          await readOnce()
        } catch (error) {
          if (output === '') return fail(error)
          failure = { error }
        }
      }
      if (output === '') return { done: true, value: undefined }
      const value = output
      output = ''
      return { done: false, value }
    },
    async return() {
      output = ''
      await finish()
      return { done: true, value: undefined }
    },
  }
}
