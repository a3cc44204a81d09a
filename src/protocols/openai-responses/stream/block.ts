import type { Citation, TokenLogprob } from '../../../canonical/content.js'
import type { OpaqueState } from '../../../canonical/state.js'
import type { BlockStart, StreamPart } from '../../../canonical/stream.js'

/** Where a decoder's parts go. */
export interface PartSink {
  add(part: StreamPart): void
  nextKey(): number
}

/** One block on its way: opened by its first text, note or state, so that nothing empty is ever opened. */
export interface Block {
  append(text: string, logprobs?: readonly TokenLogprob[]): void
  /** Adds what is missing of the whole text; text that contradicts what was sent is only warned of. */
  complete(text: string | undefined, logprobs?: readonly TokenLogprob[]): void
  note(citation: Citation): void
  readonly noteCount: number
  seal(state: OpaqueState): void
  /** Opens the block even if it stays empty. */
  open(): void
  close(status: 'complete' | 'incomplete'): void
}

/** Creates a {@link Block}; `describe` is asked when it opens. */
export function createBlock(sink: PartSink, describe: () => BlockStart): Block {
  let key = -1
  let sent = ''
  let noteCount = 0
  let tokenCount = 0
  let closed = false

  const open = (): void => {
    if (key >= 0) return
    key = sink.nextKey()
    sink.add({ type: 'open', key, block: describe() })
  }
  const append = (text: string, logprobs?: readonly TokenLogprob[]): void => {
    if ((text === '' && logprobs === undefined) || closed) return
    open()
    sent += text
    if (logprobs === undefined) {
      sink.add({ type: 'delta', key, text })
      return
    }
    tokenCount += logprobs.length
    sink.add({ type: 'delta', key, text, logprobs })
  }
  return {
    open,
    append,
    complete(text, logprobs) {
      if (text === undefined || closed) return
      const left = logprobs?.slice(tokenCount) ?? []
      if (text.startsWith(sent)) append(text.slice(sent.length), left.length === 0 ? undefined : left)
      else sink.add({ type: 'warning', warning: CONTRADICTION })
    },
    note(citation) {
      if (closed) return
      open()
      noteCount++
      sink.add({ type: 'note', key, citation })
    },
    get noteCount() {
      return noteCount
    },
    seal(state) {
      if (closed) return
      open()
      sink.add({ type: 'seal', key, state })
    },
    close(status) {
      if (closed) return
      closed = true
      if (key >= 0) sink.add({ type: 'close', key, status })
    },
  }
}

const CONTRADICTION = {
  code: 'repaired',
  path: 'output',
  message: 'The vendor ended an item with another text than it had streamed; the streamed text was kept.',
  semantic: false,
} as const
