import type { GatewayError } from '../../errors.js'
import type { Exchange } from './answer.js'
import type { Opened } from './relay.js'
import { UpstreamRefusal } from '../send/upstream-fault.js'

/** An answer that a vendor ends half-way again and again ends at last: each rest is a call, and is paid for. */
const MAX_CONTINUATIONS = 5

type Texts = [string, ...string[]]

/** The rest of a whole answer, or why there is none. */
type Rest =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly error: GatewayError }

/** A whole answer with all its rests. Throws the error of a rest that is refused. */
export async function continueWhole(
  first: string,
  { continueRequest }: Pick<Exchange, 'continueRequest'>,
  ask: (body: string) => Promise<Rest>,
): Promise<Texts> {
  const texts: Texts = [first]
  while (texts.length <= MAX_CONTINUATIONS) {
    const body = continueRequest?.(texts) ?? null
    if (body === null) break
    const rest = await ask(body)
    if (!rest.ok) throw rest.error
    texts.push(rest.text)
  }
  return texts
}

export interface ContinueOptions {
  /** Body of the request for the rest of the answer that ended; null: it was whole. */
  readonly next: () => string | null
  readonly ask: (body: string) => Promise<Opened>
}

/** The bytes of a stream and of all its rests. Breaks off with {@link UpstreamRefusal} where one is refused. */
export function continueStream(
  first: AsyncIterable<Uint8Array>,
  { next, ask }: ContinueOptions,
): AsyncIterable<Uint8Array> {
  let source = first[Symbol.asyncIterator]()
  let left = MAX_CONTINUATIONS
  let isCancelled = false
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      for (;;) {
        const step = await source.next()
        if (step.done !== true) return step
        const body = left === 0 || isCancelled ? null : next()
        if (body === null) return step
        left--
        const opened = await ask(body)
        if (!opened.ok) throw new UpstreamRefusal(opened.error)
        source = opened.source[Symbol.asyncIterator]()
        if (isCancelled) await source.return?.()
      }
    },
    async return() {
      isCancelled = true
      await source.return?.()
      return { done: true, value: undefined }
    },
  }
  return { [Symbol.asyncIterator]: () => iterator }
}
