import type { TextPart } from '../../../canonical/content.js'
import type { JsonObject, JsonValue } from '../../../canonical/json.js'
import type { SystemMessage } from '../../../canonical/request.js'
import { checks } from '../wire/checks.js'
import { checkBlock, decodeText } from './decode-content.js'
import type { Placed } from './restore.js'

/** First words of the block in which one client reports to the vendor how to bill it. No instructions. */
const BILLING = 'x-anthropic-billing-header:'

/** The instructions, and blocks that are none. */
export interface DecodedSystem {
  readonly messages: readonly SystemMessage[]
  readonly bookkeeping: readonly Placed[]
}

/** Reads the top-level `system`, a string or text blocks; every block stays a part of its own. */
export function decodeSystem(system: JsonValue | undefined): DecodedSystem {
  if (system === undefined || system === null) return { messages: [], bookkeeping: [] }
  if (typeof system === 'string') {
    return decodeBlocks([{ type: 'text', text: system }], () => 'system')
  }
  return decodeBlocks(checks.list(system, 'system'), (at) => `system[${at}]`)
}

function decodeBlocks(list: readonly JsonValue[], pathOf: (at: number) => string): DecodedSystem {
  const content: TextPart[] = []
  const bookkeeping: Placed[] = []
  for (const [at, value] of list.entries()) {
    const block = typeof value === 'string' ? { type: 'text', text: value } : readBlock(value, pathOf(at))
    const part = decodeText(block, pathOf(at))
    if (part.text.startsWith(BILLING)) bookkeeping.push({ at, value: block })
    else content.push(part)
  }
  const messages: SystemMessage[] =
    content.length === 0 ? [] : [{ role: 'system', content, topLevel: true, path: 'system' }]
  return { messages, bookkeeping }
}

/** Instructions are texts only. */
function readBlock(value: JsonValue, path: string): JsonObject {
  const block = checks.object(value, path) ?? {}
  const { type } = block
  if (type !== undefined && type !== 'text') throw checks.invalid(`${path}.type`, "'text'")
  return checkBlock(block, path)
}
