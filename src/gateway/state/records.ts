import type { JsonObject } from '../../canonical/json.js'
import type { MaybePromise } from '../../canonical/maybe-promise.js'
import { GatewayError } from '../../errors.js'
import type { Core } from '../core.js'
import {
  type NumberedEvent,
  outputOf,
  readConversation,
  readPiece,
  readResponse,
  type StoredConversation,
  type StoredResponse,
} from './entries.js'
import { isStateId, keysOf } from './keys.js'
import { createLocked } from './lock.js'

/** What is kept of one account: the only place that reads and writes it. Every method throws `db_error` when the store fails. */
export interface Records {
  response(id: string): Promise<StoredResponse | null>
  /** False: it is larger than what is kept of one response, and was not written. */
  saveResponse(entry: StoredResponse): Promise<boolean>
  /**
   * Writes the end of a background response, one after the other for everybody. `refused`: it has been deleted, or
   * what stands there is not to be replaced.
   */
  endResponse(entry: StoredResponse, mayReplace: MayReplace): Promise<'saved' | 'too_large' | 'refused'>
  /** From here on nobody writes it again. */
  deleteResponse(entry: StoredResponse): Promise<void>
  /** The response that an output item belongs to. */
  responseOfItem(itemId: string): Promise<StoredResponse | null>
  conversation(id: string): Promise<StoredConversation | null>
  /** Throws `request_too_large` for more than what is kept of one conversation. */
  saveConversation(id: string, conversation: StoredConversation): Promise<void>
  /** Reads, changes and writes it, one after the other for everybody; null when there is none. */
  changeConversation(id: string, change: ChangeConversation): Promise<StoredConversation | null>
  deleteConversation(id: string): Promise<boolean>
  /** Says for a while that somebody works on a background response. */
  renewLease(id: string): Promise<void>
  endLease(id: string): Promise<void>
  isLeased(id: string): Promise<boolean>
  /** Asks whoever works on it to stop. */
  askToCancel(id: string): Promise<void>
  isToCancel(id: string): Promise<boolean>
  savePiece(id: string, index: number, events: readonly NumberedEvent[]): Promise<void>
  /** Null: not written yet, or gone. */
  piece(id: string, index: number): Promise<readonly NumberedEvent[] | null>
}

type MayReplace = (latest: StoredResponse) => boolean
type ChangeConversation = (conversation: StoredConversation) => StoredConversation

/** A process that has crashed is believed to be at work for as long as this. */
export const LEASE_MS = 20_000

export interface RecordsOptions {
  readonly accountId: string
  /** Stands in reports of stores that fail. */
  readonly requestId: string
  /** True when the client has got its answer, so that a store that fails keeps nothing from it. */
  readonly isAnswered: () => boolean
}

/** The records of one account. */
export function createRecords(core: Core, { accountId, requestId, isAnswered }: RecordsOptions): Records {
  const { state } = core.stores
  const { ttlMs, maxBytes } = core.settings.responses
  const keys = keysOf(accountId)

  const use = async <T>(operation: string, step: () => MaybePromise<T>): Promise<T> => {
    try {
      return await step()
    } catch (cause) {
      const passed = isAnswered()
      core.hooks.storeFailure({ requestId, store: 'state', operation, cause, passed, lost: null })
      throw new GatewayError('db_error', 'Stored responses could not be reached. Try again later.', { cause })
    }
  }
  const read = async (key: string): Promise<string | null> => await use('get', () => state.get(key))
  const write = async (key: string, value: string, lifeMs: number = ttlMs): Promise<void> => {
    await use('put', () => state.put(key, value, core.now() + lifeMs))
  }
  const remove = async (key: string): Promise<boolean> => await use('delete', () => state.delete(key))

  const response: Records['response'] = async (id) => {
    const text = isStateId(id) ? await read(keys.response(id)) : null
    return text === null ? null : readResponse(text)
  }

  const saveConversation: Records['saveConversation'] = async (id, conversation) => {
    const text = JSON.stringify(conversation)
    if (text.length > maxBytes) throw conversationTooLarge(maxBytes)
    await write(keys.conversation(id), text)
  }

  const conversation: Records['conversation'] = async (id) => {
    const text = isStateId(id) ? await read(keys.conversation(id)) : null
    return text === null ? null : readConversation(text)
  }

  const locked = createLocked({
    take: (id, token, lifeMs) => use('create', () => state.create(keys.lock(id), token, core.now() + lifeMs)),
    holder: (id) => read(keys.lock(id)),
    free: (id) => remove(keys.lock(id)),
    createToken: () => core.createId('lock_'),
  })

  const isGone = async (id: string): Promise<boolean> => (await read(keys.gone(id))) !== null

  const saveResponse: Records['saveResponse'] = async (entry) => {
    const { id } = entry.response
    const text = JSON.stringify(entry)
    if (text.length > maxBytes || !isStateId(id)) return false
    await write(keys.response(id), text)
    for (const { id: itemId } of outputOf(entry.response)) {
      if (isStateId(itemId)) await write(keys.item(itemId), id)
    }
    return true
  }

  const removeResponse = async (
    id: string,
    { response: { output }, hasEvents }: StoredResponse,
  ): Promise<void> => {
    await remove(keys.response(id))
    for (const item of outputOf({ output })) {
      if (isStateId(item['id'])) await remove(keys.item(item['id']))
    }
    if (!hasEvents) return
    for (let index = 0; await remove(keys.piece(id, index)); index += 1);
  }

  return {
    response,
    saveResponse,
    async endResponse(entry, mayReplace) {
      const { id } = entry.response
      if (!isStateId(id)) return 'too_large'
      return await locked(id, async (assertOurs) => {
        const latest = await response(id)
        if ((await isGone(id)) || (latest !== null && !mayReplace(latest))) return 'refused'
        await assertOurs()
        return (await saveResponse(entry)) ? 'saved' : 'too_large'
      })
    },
    async deleteResponse(entry) {
      const { id, background } = entry.response
      if (!isStateId(id)) return
      if (background !== true) return await removeResponse(id, entry)
      await locked(id, async () => {
        await write(keys.gone(id), '1')
        await removeResponse(id, (await response(id)) ?? entry)
      })
    },
    async responseOfItem(itemId) {
      const id = isStateId(itemId) ? await read(keys.item(itemId)) : null
      return id === null ? null : await response(id)
    },
    conversation,
    saveConversation,
    async changeConversation(id, change) {
      if (!isStateId(id)) return null
      return await locked(id, async (assertOurs) => {
        const before = await conversation(id)
        if (before === null) return null
        const after = change(before)
        await assertOurs()
        await saveConversation(id, after)
        return after
      })
    },
    async deleteConversation(id) {
      if (!isStateId(id)) return false
      return await locked(id, () => remove(keys.conversation(id)))
    },
    renewLease: (id) => write(keys.lease(id), '1', LEASE_MS),
    endLease: async (id) => {
      await remove(keys.lease(id))
    },
    isLeased: async (id) => (await read(keys.lease(id))) !== null,
    askToCancel: (id) => write(keys.cancel(id), '1'),
    isToCancel: async (id) => (await read(keys.cancel(id))) !== null,
    async savePiece(id, index, events) {
      await write(keys.piece(id, index), JSON.stringify(events))
      // Whoever has deleted the response since has not seen this piece.
      if (await isGone(id)) await remove(keys.piece(id, index))
    },
    async piece(id, index) {
      const text = await read(keys.piece(id, index))
      return text === null ? null : readPiece(text)
    },
  }
}

/** The 404 of a response that is not there, or not this account's: the two look the same. */
export function responseNotFound(id: string): GatewayError {
  return new GatewayError('not_found', `Response with id '${id.slice(0, 200)}' not found.`)
}

/** The 404 of a conversation. */
export function conversationNotFound(id: string): GatewayError {
  return new GatewayError('not_found', `Conversation with id '${id.slice(0, 200)}' not found.`)
}

/** The 413 of a conversation that would grow too large. */
export function conversationTooLarge(maxBytes: number): GatewayError {
  const message = `The conversation would be larger than the ${maxBytes} bytes that are kept of one.`
  return new GatewayError('request_too_large', message, { param: 'conversation' })
}

/** True for metadata as the protocol allows it: at most 16 texts of at most 512 characters under names of at most 64. */
export function isMetadata(value: unknown): value is JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const entries = Object.entries(value)
  return (
    entries.length <= 16 &&
    entries.every(([name, text]) => name.length <= 64 && typeof text === 'string' && text.length <= 512)
  )
}
