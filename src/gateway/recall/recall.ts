import type { ChatDialect, Target } from '../../canonical/target.js'
import type { Protocol } from '../../protocols/protocol.js'
import { findBareCalls, type KeptReasoningByCall } from '../../protocols/translate/recalled-state.js'
import { requestWithinStack } from '../../protocols/translate/within-stack.js'
import type { JsonObject } from '../../canonical/json.js'
import type { Call } from '../call.js'
import type { Core } from '../core.js'
import { createPlaces } from './place.js'
import type { StateCache } from './state-cache.js'

/** A request on its way to a vendor. */
export interface RecallRequest {
  readonly body: JsonObject
  readonly from: Protocol
  readonly target: Target
}

/** So many calls are looked up for one request, the latest ones: what came before has been answered long ago. */
const MAX_CALLS = 200

/** What a request gets of earlier answers, and where what is kept of its own answer belongs. */
export interface Recalled {
  /** Undefined when there is nothing. */
  readonly reasoning: KeptReasoningByCall | undefined
  readonly place: string
}

/**
 * Finds what was kept for the calls that the client brings back without their reasoning. A store that fails is told to
 * the operator: the vendor gets what the client has sent.
 */
export async function recallReasoning(
  core: Core,
  call: Call,
  cache: StateCache,
  { body, from, target }: RecallRequest,
): Promise<Recalled> {
  const accountId = call.identity?.account.id
  if (accountId === undefined) return { reasoning: undefined, place: '' }
  const inWords = IN_WORDS.has(target.dialect?.reasoningBack)
  const { place, calls } = requestWithinStack(() => {
    const { value } = from.decodeRequest(body, core.codec)
    const placeAt = createPlaces(value)
    const bare = findBareCalls(value, inWords).slice(-MAX_CALLS)
    return {
      place: placeAt(value.messages.length),
      calls: bare.map(({ id, messageIndex }) => ({ id, place: placeAt(messageIndex) })),
    }
  })
  if (calls.length === 0) return { reasoning: undefined, place }
  try {
    const found = await cache.find(accountId, calls)
    return { reasoning: found.size === 0 ? undefined : found, place }
  } catch (cause) {
    core.hooks.storeFailure({ ...GET, requestId: call.requestId, cause })
    return { reasoning: undefined, place }
  }
}

const GET = { store: 'state', operation: 'get', passed: true, lost: null } as const

/** Ways back that carry what the client has seen, and nothing else. */
const IN_WORDS: ReadonlySet<ChatDialect['reasoningBack']> = new Set<ChatDialect['reasoningBack']>([
  'reasoning_content',
  'reasoning',
  'thinking_parts',
])

/** True for a vendor that wants its reasoning back, even of a client that speaks its own protocol. */
export function wantsReasoningBack({ traits, dialect }: Target): boolean {
  return traits.needsThoughtSignatures === true || (dialect?.reasoningBack ?? 'none') !== 'none'
}
