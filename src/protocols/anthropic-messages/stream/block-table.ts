import type { JsonObject } from '../../../canonical/json.js'
import { asObject } from '../../../canonical/narrow.js'
import type { Finish } from '../../../canonical/response.js'
import type { StreamPart } from '../../../canonical/stream.js'
import { ANSWER_TOOL } from '../request/encode-format.js'
import type { ReadState } from '../request/decode-content.js'
import { isCutting } from '../response/finish.js'
import { createBlockDecoder, type BlockDecoder } from './block.js'

/** The content blocks of one stream, by their index on the wire. */
export interface BlockTable {
  open(event: JsonObject): readonly StreamPart[]
  delta(event: JsonObject): readonly StreamPart[]
  stop(index: unknown): readonly StreamPart[]
  /** Closes a call that was held back; `finish` is what is known of the end of the stream by now. */
  release(finish: Finish | null): readonly StreamPart[]
  /** Closes everything: as cut when the stream `failed`, else by what the arguments look like. */
  closeAll(finish: Finish | null, failed: boolean): readonly StreamPart[]
  /** True while a stopped call waits for the next event, which tells whether it was cut. */
  readonly isHolding: boolean
  /** True when the only calls were those of the tool that stands in for structured output. */
  readonly isAnswerOnly: boolean
}

interface OpenBlock {
  readonly key: number
  readonly decoder: BlockDecoder
}

const NOTHING: readonly StreamPart[] = []

/** Creates the table of one stream; every block gets the next canonical key. */
export function createBlockTable(readState: ReadState): BlockTable {
  const blocks = new Map<unknown, OpenBlock>()
  const called = { tool: false, answer: false }
  let nextKey = 0
  let held: OpenBlock | null = null

  const release = (finish: Finish | null): readonly StreamPart[] => {
    if (held === null) return NOTHING
    const { key } = held
    held = null
    return [closeOf(key, isCutting(finish))]
  }

  const stop = (index: unknown): readonly StreamPart[] => {
    const block = blocks.get(index)
    if (block === undefined) return NOTHING
    blocks.delete(index)
    const parts = [...release(null), ...block.decoder.stop()]
    if (block.decoder.missing() === 'nothing') return [...parts, closeOf(block.key, false)]
    held = block
    return parts
  }

  return {
    open(event) {
      const block = asObject(event.content_block) ?? {}
      const reopened = blocks.has(event.index) ? stop(event.index) : NOTHING
      const decoder = createBlockDecoder(nextKey, block, readState)
      blocks.set(event.index, { key: nextKey++, decoder })
      if (block.type === 'tool_use') called[block.name === ANSWER_TOOL ? 'answer' : 'tool'] = true
      return [...reopened, ...decoder.start()]
    },
    delta(event) {
      const delta = asObject(event.delta)
      return delta === undefined ? NOTHING : (blocks.get(event.index)?.decoder.delta(delta) ?? NOTHING)
    },
    stop,
    release,
    closeAll(finish, failed) {
      const parts: StreamPart[] = [...release(finish)]
      for (const { key, decoder } of blocks.values()) {
        const end = decoder.stop()
        const missing = decoder.missing()
        const isCut = missing === 'some' || (missing === 'all' && isCutting(finish))
        parts.push(...end, closeOf(key, failed || isCut))
      }
      blocks.clear()
      return parts
    },
    get isHolding() {
      return held !== null
    },
    get isAnswerOnly() {
      return called.answer && !called.tool
    },
  }
}

function closeOf(key: number, isCut: boolean): StreamPart {
  return { type: 'close', key, status: isCut ? 'incomplete' : 'complete' }
}
