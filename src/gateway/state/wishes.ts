import type { JsonObject, JsonValue } from '../../canonical/json.js'
import { asObject, asString, asText } from '../../canonical/narrow.js'
import { GatewayError } from '../../errors.js'
import { isEnvelope } from '../../protocols/state-envelope.js'
import { typeOf } from './items.js'

/** What of a request needs something that is kept between requests, or asks to keep it. */
export interface StateWishes {
  /** The answer is to be kept. */
  readonly store: boolean
  readonly previousId: string | null
  readonly conversationId: string | null
  /** A response that the vendor is to compare its prompt cache with. */
  readonly comparedId: string | null
  readonly background: boolean
  /** Input items that stand for others: references, and compactions that the gateway made. */
  readonly hasStandIns: boolean
  /** The conversation is to be made shorter, not to be continued. */
  readonly compacts: boolean
}

export interface WishOptions {
  /** The endpoint itself says that the conversation is to be made shorter. */
  readonly compacts: boolean
  /** False: nothing is kept here, whatever the client wishes. */
  readonly mayStore: boolean
}

/** Reads them from a body; null when there are none. Throws for those that contradict each other. */
export function readWishes(body: JsonObject, { compacts, mayStore }: WishOptions): StateWishes | null {
  const { input } = body
  const items = Array.isArray(input) ? (input as readonly JsonObject[]) : []
  const wishes: StateWishes = {
    store: mayStore && body['store'] !== false && !compacts,
    previousId: readId(body['previous_response_id'], 'previous_response_id'),
    conversationId: readId(asObject(body['conversation'])?.id ?? body['conversation'], 'conversation'),
    comparedId: readId(
      asObject(body['prompt_cache_options'])?.comparison_response_id,
      'prompt_cache_options.comparison_response_id',
    ),
    background: body['background'] === true && !compacts,
    hasStandIns: items.some(isStandIn),
    compacts: compacts || asString(items.at(-1)?.['type']) === 'compaction_trigger',
  }
  refuseContradictions(wishes)
  const { store, previousId, conversationId, comparedId, hasStandIns } = wishes
  const isLinked = [previousId, conversationId, comparedId].some((id) => id !== null) || hasStandIns
  return store || isLinked || wishes.compacts ? wishes : null
}

function isStandIn(item: JsonObject): boolean {
  const type = typeOf(item)
  if (type === 'item_reference') return true
  return type === 'compaction' && isEnvelope(item['encrypted_content'])
}

function readId(value: JsonValue | undefined, param: string): string | null {
  if (value === undefined || value === null) return null
  const id = asText(value)
  if (id === undefined) throw new GatewayError('invalid_value', `${param}: must be an id.`, { param })
  return id
}

function refuseContradictions({ store, previousId, conversationId, background }: StateWishes): void {
  if (previousId !== null && conversationId !== null) {
    const message = 'previous_response_id and conversation exclude each other: send only one of them.'
    throw new GatewayError('invalid_value', message, { param: 'conversation' })
  }
  if (background && !store) {
    const message = 'background: needs store, because its answer has to be fetched later.'
    throw new GatewayError('invalid_value', message, { param: 'background' })
  }
}
