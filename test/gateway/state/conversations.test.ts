import { describe, expect, it } from 'vitest'
import type { StateStore } from '../../../src/index.js'
import { defer } from '../../contracts/http-server.js'
import { readAnswer } from '../../support/read-answer.js'
import { replaceMethods } from '../../support/replace-methods.js'
import { AUTHORIZED } from '../../support/test-gateway.js'
import { allOf, asked, createStateGateway, FOREIGN_MODELS, useStateStores } from './state-gateway.js'

const stores = useStateStores()

describe.each(Object.keys(stores))('conversations on %s', (store) => {
  const start = async () => createStateGateway({}, await stores[store]?.())

  it('are made, read, changed and deleted', async () => {
    const openai = (await start()).openai()
    const made = await openai.conversations.create({ metadata: { topic: 'one' } })
    expect(made).toMatchObject({ object: 'conversation', metadata: { topic: 'one' } })
    expect(await openai.conversations.retrieve(made.id)).toEqual(made)
    const updated = await openai.conversations.update(made.id, { metadata: { topic: 'two' } })
    expect(updated).toEqual({ ...made, metadata: { topic: 'two' } })
    const deleted = await openai.conversations.delete(made.id)
    expect(deleted).toEqual({ id: made.id, object: 'conversation.deleted', deleted: true })
    await expect(openai.conversations.retrieve(made.id)).rejects.toMatchObject({ status: 404 })
  })

  it.each([
    ['no body', null],
    ['empty bytes', new Uint8Array()],
    ['an empty text', ''],
  ])('are made of nothing as well: %s', async (_name, body) => {
    const request = { method: 'POST', path: '/v1/conversations', headers: AUTHORIZED, body }
    const { status, json } = await readAnswer(await (await start()).gateway.handle(request))
    expect([status, json.object, json.metadata]).toEqual([200, 'conversation', {}])
  })

  it('take items, list them in pages, and give and delete single ones', async () => {
    const openai = (await start()).openai()
    const { id } = await openai.conversations.create()
    const items = ['a', 'b', 'c'].map((content) => ({ role: 'user' as const, content }))
    const added = await openai.conversations.items.create(id, { items })
    expect(added).toMatchObject({ object: 'list', has_more: false, data: [{ type: 'message' }, {}, {}] })
    const listed = await allOf(openai.conversations.items.list(id, { order: 'asc', limit: 2 }))
    expect(listed).toEqual(added.data)
    const [first, second] = added.data
    const itemId = second?.id ?? ''
    expect(await openai.conversations.items.retrieve(itemId, { conversation_id: id })).toEqual(second)
    expect(await openai.conversations.items.delete(itemId, { conversation_id: id })).toMatchObject({ id })
    const left = await allOf(openai.conversations.items.list(id, { order: 'asc' }))
    expect(left).toEqual([first, added.data[2]])
    const again = openai.conversations.items.retrieve(itemId, { conversation_id: id })
    await expect(again).rejects.toMatchObject({ status: 404 })
  })

  it.each(FOREIGN_MODELS)('%s: grow by the question and the answer of every turn', async (model) => {
    const tested = await start()
    const openai = tested.openai()
    const { id } = await openai.conversations.create({ items: [{ role: 'user', content: 'zero' }] })
    const first = await openai.responses.create({ model, input: 'one [[say:eins]]', conversation: id })
    expect(first.conversation).toEqual({ id })
    const second = openai.responses.stream({ model, input: 'two [[say:zwei]]', conversation: { id } })
    expect((await second.finalResponse()).conversation).toEqual({ id })
    expect(asked(tested)).toMatch(/zero.*one.*eins.*two/s)
    const texts = await allOf(openai.conversations.items.list(id, { order: 'asc' }))
    expect(JSON.stringify(texts)).toMatch(/zero.*one.*eins.*two.*zwei/s)
    expect(texts).toHaveLength(5)
  })

  it('stay deleted when a change is under way', async () => {
    const tested = createStateGateway({}, await stores[store]?.())
    const openai = tested.openai()
    const { id } = await openai.conversations.create()
    const [started, gate] = [defer(), defer()]
    replaceMethods(tested.stores.state as StateStore, (real) => ({
      put: async (key, ...rest) => {
        if (key.endsWith(`:conversation:${id}`)) {
          started.resolve()
          await gate.promise
        }
        await real.put(key, ...rest)
      },
      // The change goes on as soon as the deletion waits for it, or has not done so.
      create: async (...args) => {
        const isCreated = await real.create(...args)
        if (!isCreated) gate.resolve()
        return isCreated
      },
      delete: async (key) => {
        const wasThere = await real.delete(key)
        gate.resolve()
        return wasThere
      },
    }))
    const updated = openai.conversations.update(id, { metadata: { topic: 'x' } })
    await started.promise
    const deleted = openai.conversations.delete(id)
    expect((await updated).metadata).toEqual({ topic: 'x' })
    expect((await deleted).deleted).toBe(true)
    await expect(openai.conversations.retrieve(id)).rejects.toMatchObject({ status: 404 })
  })

  it('lose nothing when several change them at once', async () => {
    const openai = (await start()).openai()
    const { id } = await openai.conversations.create()
    const add = (content: string) =>
      openai.conversations.items.create(id, { items: [{ role: 'user', content }] })
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(add))
    expect(await allOf(openai.conversations.items.list(id))).toHaveLength(5)
  })
})

it('are not continued when they are not there', async () => {
  const openai = createStateGateway().openai()
  const turn = openai.responses.create({ model: 'pair/chat', input: 'hi', conversation: 'conv_nothing' })
  await expect(turn).rejects.toMatchObject({ status: 404 })
  const items = openai.conversations.items.create('conv_nothing', { items: [] })
  await expect(items).rejects.toMatchObject({ status: 404 })
})

it('grow although the answers themselves are not stored, and not by answers that fail', async () => {
  const tested = createStateGateway()
  const openai = tested.openai()
  const { id: conversation } = await openai.conversations.create()
  await openai.responses.create({ model: 'pair/chat', input: 'one', conversation, store: false })
  const failing = openai.responses.create({ model: 'pair/chat', input: '[[error:400]]', conversation })
  await expect(failing).rejects.toMatchObject({ status: 400 })
  expect(await allOf(openai.conversations.items.list(conversation))).toHaveLength(2)
})

it('are not continued when there is no room for another turn', async () => {
  const tested = createStateGateway({ responses: { maxBytes: 1000 } })
  const openai = tested.openai()
  const items = [{ role: 'user' as const, content: 'x'.repeat(700) }]
  const { id: conversation } = await openai.conversations.create({ items })
  const turn = openai.responses.create({ model: 'pair/chat', input: 'y'.repeat(100), conversation })
  await expect(turn).rejects.toMatchObject({ status: 413, param: 'conversation' })
  await expect(openai.conversations.items.create(conversation, { items })).rejects.toMatchObject({
    status: 413,
  })
  expect(tested.vendor.calls).toHaveLength(0)
  expect(await allOf(openai.conversations.items.list(conversation))).toHaveLength(1)
})

it.each([
  [{ items: 'x' }, 'items'],
  [{ items: Array.from({ length: 21 }, () => ({ role: 'user', content: 'x' })) }, 'items'],
  [{ metadata: { a: 1 } }, 'metadata'],
  [{ metadata: [] }, 'metadata'],
])('refuse %#: %s', async (body, param) => {
  const { status, json } = await createStateGateway().post('/v1/conversations', body)
  expect([status, json.error.param]).toEqual([400, param])
})
