import type { JsonObject } from '../../canonical/json.js'
import { GatewayError } from '../../errors.js'
import type { Core } from '../core.js'
import { readBody } from '../http/read-body.js'
import type { GatewayRequest, GatewayResponse } from '../http/http.js'
import { respondJson } from '../http/respond.js'
import type { StateOperation } from '../http/state-routes.js'
import type { StoredConversation } from './entries.js'
import { areItems, toListed, withIds } from './items.js'
import type { AnswerStateQuery, StateQuery } from './operations.js'
import { listOf, pageOf } from './pages.js'
import { conversationNotFound, isMetadata } from './records.js'

type ConversationOperation = Extract<
  StateOperation,
  `${string}-conversation` | `${string}-item` | `${'create' | 'list'}-items`
>

const MOST_ITEMS = 20

/** The endpoints of conversations and their items. */
export const CONVERSATION_OPERATIONS: Readonly<Record<ConversationOperation, AnswerStateQuery>> = {
  async 'create-conversation'(core, query) {
    refuseWhenOff(core)
    const body = await readOptionalBody(core, query.request)
    const id = core.createId('conv_')
    const conversation: StoredConversation = {
      createdAt: Math.floor(core.now() / 1000),
      metadata: readMetadata(body),
      items: newItems(core, body['items'] ?? []),
    }
    await query.records.saveConversation(id, conversation)
    return show(query, toConversation(id, conversation))
  },

  async 'read-conversation'(_core, query) {
    return show(query, toConversation(query.id, await findConversation(query)))
  },

  async 'update-conversation'(core, query) {
    const metadata = readMetadata(await readOptionalBody(core, query.request))
    const changed = await change(query, (conversation) => ({ ...conversation, metadata }))
    return show(query, toConversation(query.id, changed))
  },

  async 'delete-conversation'(_core, query) {
    const { id, records } = query
    if (!(await records.deleteConversation(id))) throw conversationNotFound(id)
    return show(query, { id, object: 'conversation.deleted', deleted: true })
  },

  async 'create-items'(core, query) {
    const { items } = await readOptionalBody(core, query.request)
    const added = newItems(core, items)
    await change(query, (conversation) => ({
      ...conversation,
      items: [...conversation.items, ...added],
    }))
    return show(query, listOf(added, false))
  },

  async 'list-items'(_core, query) {
    const { items } = await findConversation(query)
    return show(query, pageOf(items, query.query))
  },

  async 'read-item'(_core, query) {
    const { items } = await findConversation(query)
    return show(query, toListed(findItem(items, query)))
  },

  async 'delete-item'(_core, query) {
    const changed = await change(query, (conversation) => {
      const item = findItem(conversation.items, query)
      return { ...conversation, items: conversation.items.filter((each) => each !== item) }
    })
    return show(query, toConversation(query.id, changed))
  },
}

function show({ plain }: StateQuery, body: JsonObject): GatewayResponse {
  return respondJson(plain, 200, JSON.stringify(body))
}

function toConversation(id: string, { createdAt, metadata }: StoredConversation): JsonObject {
  return { id, object: 'conversation', created_at: createdAt, metadata }
}

async function findConversation({ id, records }: StateQuery): Promise<StoredConversation> {
  const conversation = await records.conversation(id)
  if (conversation === null) throw conversationNotFound(id)
  return conversation
}

async function change(
  { id, records }: StateQuery,
  make: (conversation: StoredConversation) => StoredConversation,
): Promise<StoredConversation> {
  const changed = await records.changeConversation(id, make)
  if (changed === null) throw conversationNotFound(id)
  return changed
}

function findItem(items: readonly JsonObject[], { itemId }: StateQuery): JsonObject {
  const item = items.find(({ id }) => id === itemId)
  if (item === undefined) {
    throw new GatewayError('not_found', `Item with id '${itemId.slice(0, 200)}' not found.`)
  }
  return item
}

/** Items as they are kept: all ids are made here, because two items of a conversation must not share one. */
function newItems({ createId }: Core, items: unknown): readonly JsonObject[] {
  if (!areItems(items) || items.length > MOST_ITEMS) {
    const message = `items: must be an array of at most ${MOST_ITEMS} items.`
    throw new GatewayError('invalid_value', message, { param: 'items' })
  }
  const bare = items.map(({ id: _given, ...item }) => item)
  return withIds(bare, (prefix) => createId(prefix))
}

function readMetadata({ metadata }: JsonObject): JsonObject {
  if (metadata === undefined || metadata === null) return {}
  if (isMetadata(metadata)) return metadata
  const message = 'metadata: must be an object of at most 16 texts of at most 512 characters.'
  throw new GatewayError('invalid_value', message, { param: 'metadata' })
}

/** SDKs send no body at all where they have nothing to say. */
async function readOptionalBody({ settings }: Core, { body }: GatewayRequest): Promise<JsonObject> {
  const given = typeof body === 'function' ? await body(settings.maxBodyBytes) : body
  const isRaw = typeof given === 'string' || given instanceof Uint8Array
  const isEmpty = given === null || (isRaw && given.length === 0)
  return isEmpty ? {} : (await readBody(given, settings.maxBodyBytes)).json
}

function refuseWhenOff({ settings }: Core): void {
  if (settings.responses.state !== 'off') return
  throw new GatewayError('unsupported_responses_feature', 'Conversations are not kept by this gateway.')
}
