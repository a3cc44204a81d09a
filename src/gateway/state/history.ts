import type { JsonObject } from '../../canonical/json.js'
import { asText } from '../../canonical/narrow.js'
import { GatewayError } from '../../errors.js'
import type { CodecContext } from '../../protocols/protocol.js'
import { isRunning, outputOf, type StoredResponse } from './entries.js'
import { expandCompaction } from './compaction.js'
import { sinceCompaction, toItems, typeOf } from './items.js'
import { conversationNotFound, type Records, responseNotFound } from './records.js'
import type { StateWishes } from './wishes.js'
import { isEnvelope } from '../../protocols/state-envelope.js'

/** What was said before a request. */
export interface History {
  readonly items: readonly JsonObject[]
  /** Null: the request follows no response. */
  readonly previous: StoredResponse | null
}

/** An item of a request, and what it stands for. */
export interface ResolvedItem {
  /** As the client wrote it. */
  readonly given: JsonObject
  /** In full; the same object where it stands for nothing else. */
  readonly whole: JsonObject
  /** The upstream whose vendor understands the reference itself; null = none does. */
  readonly heldBy: string | null
}

/**
 * Reads what a request follows. Throws `previous_response_not_found` or `not_found` for what this account has not, and
 * `invalid_value` for a response that has no end yet.
 */
export async function loadHistory(
  records: Records,
  { previousId, conversationId, comparedId }: StateWishes,
): Promise<History> {
  if (comparedId !== null && (await records.response(comparedId)) === null) throw responseNotFound(comparedId)
  if (conversationId !== null) {
    const conversation = await records.conversation(conversationId)
    if (conversation === null) throw conversationNotFound(conversationId)
    return { items: sinceCompaction(conversation.items), previous: null }
  }
  if (previousId === null) return { items: [], previous: null }
  const previous = await records.response(previousId)
  const param = 'previous_response_id'
  if (previous === null) {
    const message = `Previous response with id '${previousId.slice(0, 200)}' not found.`
    throw new GatewayError('previous_response_not_found', message, { param })
  }
  if (isRunning(previous)) {
    throw new GatewayError('invalid_value', 'The previous response has not ended yet.', { param })
  }
  return { items: sinceCompaction([...previous.input, ...outputOf(previous.response)]), previous }
}

/** Finds what the items of a request stand for. Throws `invalid_value` for a reference to what this account has not. */
export async function resolveItems(
  records: Records,
  { input }: JsonObject,
  history: History,
): Promise<readonly ResolvedItem[]> {
  const known = new Map<string, Pick<ResolvedItem, 'whole' | 'heldBy'>>()
  const learn = (items: readonly JsonObject[], heldBy: string | null): void => {
    for (const item of items) {
      const id = asText(item['id'])
      if (id !== undefined && !known.has(id)) known.set(id, { whole: item, heldBy })
    }
  }
  const { previous } = history
  if (previous !== null) learn(outputOf(previous.response), holderThatKnows(previous))
  learn(history.items, null)
  const resolved: ResolvedItem[] = []
  for (const [index, given] of toItems(input).entries()) {
    if (typeOf(given) !== 'item_reference') {
      resolved.push({ given, whole: given, heldBy: null })
      continue
    }
    const id = asText(given['id']) ?? ''
    if (!known.has(id)) {
      const owner = await records.responseOfItem(id)
      if (owner !== null) learn(outputOf(owner.response), holderThatKnows(owner))
      if (owner !== null) learn(owner.input, null)
    }
    const found = known.get(id)
    if (found === undefined) throw itemNotFound(id, `input[${index}]`)
    resolved.push({ given, ...found })
  }
  return resolved
}

/** Replaces compactions that the gateway made by what they stand for; those of vendors stay. */
export function expandCompactions(items: readonly JsonObject[], codec: CodecContext): readonly JsonObject[] {
  return items.map((item, index) =>
    typeOf(item) === 'compaction' && isEnvelope(item['encrypted_content'])
      ? expandCompaction(item, `input[${index}]`, codec)
      : item,
  )
}

function holderThatKnows({ upstream, vendorId }: StoredResponse): string | null {
  return vendorId === null ? upstream : null
}

function itemNotFound(id: string, param: string): GatewayError {
  const message = `Item with id '${id.slice(0, 200)}' not found. Items are kept only of answers that were stored; send the whole item ("store": false makes clients do so).`
  return new GatewayError('invalid_value', message, { param })
}
