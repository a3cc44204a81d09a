import type { ResponseStream } from '../http/http.js'
import type { NumberedEvent } from './entries.js'

/** The events of a running stream, for any number of readers, each where it stands. */
export interface Feed {
  push(event: NumberedEvent): void
  /** No event follows. */
  end(): void
  /** Number of the last event; -1 before the first. */
  readonly last: () => number
  /** Events since this was asked last, for whoever writes them down. */
  takeNew(): readonly NumberedEvent[]
  /** The events after a number, and those to come. A reader that falls behind what is kept gets an end without the last event. */
  read(after: number): ResponseStream
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

/** An empty feed that keeps at most so many characters; beyond that the oldest events go. */
export function createFeed(maxCharacters: number): Feed {
  const events: NumberedEvent[] = []
  const waiting = new Set<() => void>()
  let characters = 0
  let dropped = 0
  let written = 0
  let ended = false

  const wake = (): void => {
    for (const resolve of waiting) resolve()
    waiting.clear()
  }
  const changed = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.add(resolve)
    })

  const read = (after: number): AsyncIterator<string> => {
    let at = dropped
    let left = false
    return {
      async next() {
        for (;;) {
          if (left || at < dropped) return DONE
          const event = events[at - dropped]
          if (event !== undefined) {
            at += 1
            if (event.sequence > after) return { done: false, value: event.text }
          } else if (ended) return DONE
          else await changed()
        }
      },
      return() {
        left = true
        wake()
        return Promise.resolve(DONE)
      },
    }
  }

  return {
    push(event) {
      events.push(event)
      characters += event.text.length
      while (characters > maxCharacters && events.length > 1) {
        characters -= events.shift()?.text.length ?? 0
        dropped += 1
      }
      wake()
    },
    end() {
      ended = true
      wake()
    },
    last: () => events.at(-1)?.sequence ?? -1,
    takeNew() {
      const fresh = events.slice(Math.max(0, written - dropped))
      written = dropped + events.length
      return fresh
    },
    read: (after) => ({ [Symbol.asyncIterator]: () => read(after) }),
  }
}
