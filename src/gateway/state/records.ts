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

/** What is kept of one account: the only place that reads and writes it. Every method throws `db_error` when the store fails. */
export interface Records {
  response(id: string): Promise<StoredResponse | null>
  /** False: it is larger than what is kept of one response, and was not written. */
  saveResponse(entry: StoredResponse): Promise<boolean>
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

type ChangeConversation = (conversation: StoredConversation) => StoredConversation

/** A process that has crashed is believed to be at work for as long as this. */
export const LEASE_MS = 20_000
/** Longest change of a conversation; its lock is gone after that. */
const LOCK_MS = 5000
const LOCK_PAUSE_MS = 20

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

  const lock = async (id: string): Promise<void> => {
    for (let waitedMs = 0; waitedMs <= LOCK_MS; waitedMs += LOCK_PAUSE_MS) {
      const isOurs = await use('create', () => state.create(keys.lock(id), '1', core.now() + LOCK_MS))
      if (isOurs) return
      await pause(LOCK_PAUSE_MS)
    }
    throw new GatewayError('db_error', 'The conversation is being changed. Try again later.')
  }

  return {
    response,
    async saveResponse(entry) {
      const { id } = entry.response
      const text = JSON.stringify(entry)
      if (text.length > maxBytes || !isStateId(id)) return false
      await write(keys.response(id), text)
      for (const { id: itemId } of outputOf(entry.response)) {
        if (isStateId(itemId)) await write(keys.item(itemId), id)
      }
      return true
    },
    async deleteResponse({ response: { id, output }, hasEvents }) {
      if (!isStateId(id)) return
      await remove(keys.response(id))
      for (const item of outputOf({ output })) {
        if (isStateId(item['id'])) await remove(keys.item(item['id']))
      }
      if (!hasEvents) return
      for (let index = 0; await remove(keys.piece(id, index)); index += 1);
    },
    async responseOfItem(itemId) {
      const id = isStateId(itemId) ? await read(keys.item(itemId)) : null
      return id === null ? null : await response(id)
    },
    conversation,
    saveConversation,
    async changeConversation(id, change) {
      if (!isStateId(id)) return null
      await lock(id)
      try {
        const before = await conversation(id)
        if (before === null) return null
        const after = change(before)
        await saveConversation(id, after)
        return after
      } finally {
        await remove(keys.lock(id))
      }
    },
    deleteConversation: async (id) => isStateId(id) && (await remove(keys.conversation(id))),
    renewLease: (id) => write(keys.lease(id), '1', LEASE_MS),
    endLease: async (id) => {
      await remove(keys.lease(id))
    },
    isLeased: async (id) => (await read(keys.lease(id))) !== null,
    askToCancel: (id) => write(keys.cancel(id), '1'),
    isToCancel: async (id) => (await read(keys.cancel(id))) !== null,
    savePiece: (id, index, events) => write(keys.piece(id, index), JSON.stringify(events)),
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

/** Waits. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
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
