import type { JsonObject } from '../../canonical/json.js'
import { asText } from '../../canonical/narrow.js'
import type { Call } from '../call.js'
import type { Core } from '../core.js'
import { toClientError } from '../http/respond.js'
import type { Leg } from '../send/resolve.js'
import { toCompactedResponse, toCompactionItem } from './compaction.js'
import { outputOf, type StoredResponse } from './entries.js'
import { withIds } from './items.js'
import { holderOf, type KnownRequest } from './prepare-body.js'
import type { Records } from './records.js'

/** How the leg that answers was asked. */
export interface Serving {
  readonly leg: Leg
  /** True: its vendor's own state is used, so that its answer stays as it is where it can. */
  readonly isHolder: boolean
  /** True: the vendor got the client's body as it came. */
  readonly isUntouched: boolean
  /** True: the vendor was asked for a summary in place of a compaction. */
  readonly summarizes: boolean
}

/** What of an answer the gateway says itself, and what it keeps. */
export interface Keeper {
  readonly id: string
  /** Undefined: the answer stays as it came, byte for byte. */
  edit(): ((response: JsonObject, isFinal: boolean) => JsonObject) | undefined
  /** The items of the request, each with an id. */
  readonly input: readonly JsonObject[]
  /** Keeps the last state of an answer that has one. A store that fails is reported, not thrown. */
  keep(response: JsonObject): Promise<void>
}

export interface KeeperOptions {
  readonly known: KnownRequest
  readonly records: Records
  readonly serving: () => Serving
  readonly isCompactEndpoint: boolean
}

/** What an entry has besides its input and its response. */
const ENTRY_LENGTH = 400
const KEPT: ReadonlySet<unknown> = new Set(['completed', 'incomplete'])

/** Creates the {@link Keeper} of one call. */
export function createKeeper(core: Core, call: Call, options: KeeperOptions): Keeper {
  const { known, records, serving, isCompactEndpoint } = options
  const { wishes, history, body } = known
  const { maxBytes } = core.settings.responses
  const id = core.createId('resp_')
  const wholes = known.items.map(({ whole }) => whole)
  const own = withIds(wholes, (prefix, index) => `${prefix}${id.slice('resp_'.length)}_${index}`)
  const input = [...history.items, ...own]
  // The vendor's id of an answer that goes out under ours.
  let vendorId: string | null = null
  let inputLength: number | undefined

  const fits = (response: JsonObject): boolean => {
    inputLength ??= JSON.stringify(input).length
    return inputLength + JSON.stringify(response).length + ENTRY_LENGTH <= maxBytes
  }
  const links: JsonObject = {
    ...(wishes.previousId === null ? {} : { previous_response_id: wishes.previousId }),
    ...(wishes.conversationId === null ? {} : { conversation: { id: wishes.conversationId } }),
  }

  const summarize = (response: JsonObject): JsonObject => {
    const item = toCompactionItem(response, core.createId('cmp_'), core.codec)
    if (!isCompactEndpoint) return { ...response, output: [item] }
    return toCompactedResponse(response, { id, input, item })
  }

  const edit: NonNullable<ReturnType<Keeper['edit']>> = (response, isFinal) => {
    const { isHolder, summarizes } = serving()
    if (isHolder) vendorId = asText(response['id']) ?? vendorId
    const linked = { ...response, ...links }
    if (isHolder && !wishes.background) return linked
    const named = wishes.store ? { ...linked, id } : linked
    const final = isFinal && summarizes && KEPT.has(response['status']) ? summarize(named) : named
    if (isCompactEndpoint) return final
    const store = wishes.store && (!isFinal || fits(final))
    return { ...final, background: wishes.background, store }
  }

  const toEntry = (response: JsonObject): StoredResponse => {
    const { leg, isHolder } = serving()
    const isHeld = isHolder && response['store'] !== false && (vendorId !== null || !wishes.background)
    return {
      input,
      response,
      upstream: isHeld ? holderOf(leg) : null,
      vendorId: isHeld && vendorId !== response['id'] ? vendorId : null,
      hasEvents: wishes.background && body.json['stream'] === true,
    }
  }

  /** False: the response was deleted or cancelled while this process worked on it, and stays so. */
  const save = async (response: JsonObject): Promise<boolean> => {
    if (!wishes.background) {
      await records.saveResponse(toEntry(response))
      return true
    }
    const end = async (ended: JsonObject): ReturnType<Records['endResponse']> =>
      await records.endResponse(toEntry(ended), ({ response: { status } }) => {
        return status !== 'cancelled' || ended['status'] === 'cancelled'
      })
    const saved = await end(response)
    if (saved !== 'too_large') return saved === 'saved'
    const error = { code: 'server_error', message: 'The answer is larger than what is kept of one.' }
    return (await end({ ...response, status: 'failed', output: [], error })) === 'saved'
  }

  const keep = async (response: JsonObject): Promise<void> => {
    try {
      const hasEnd = KEPT.has(response['status'])
      const isKept = !wishes.store || !(hasEnd || wishes.background) || (await save(response))
      if (!isKept || wishes.conversationId === null || !hasEnd) return
      await records.changeConversation(wishes.conversationId, (conversation) => ({
        ...conversation,
        items: [...conversation.items, ...own, ...outputOf(response)],
      }))
    } catch (cause) {
      const { requestId } = call
      core.hooks.error({ requestId, error: toClientError(cause), cause })
    }
  }

  return {
    id,
    input,
    edit() {
      const { isHolder, isUntouched, summarizes } = serving()
      const isTheirs = isHolder && isUntouched && !wishes.background
      return isTheirs || (isCompactEndpoint && !summarizes) ? undefined : edit
    },
    keep,
  }
}
