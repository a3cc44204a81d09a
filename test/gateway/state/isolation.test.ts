import { describe, expect, it } from 'vitest'
import { defer } from '../../contracts/http-server.js'
import { KEY } from '../../support/test-gateway.js'
import { createStateGateway, idsOf, RIVAL_KEY, useStateStores } from './state-gateway.js'

const stores = useStateStores()
const rows = Object.keys(stores).flatMap((store) =>
  ['pair/chat', 'pair/responses'].flatMap((model) =>
    (['vendor', 'gateway'] as const).map((state) => ({ store, model, state })),
  ),
)

describe.each(rows)('two accounts: $model on $store, state kept by the $state', ({ store, model, state }) => {
  const start = async () => {
    const tested = createStateGateway({ responses: { state } }, await stores[store]?.())
    return { tested, acme: tested.openai(KEY), rival: tested.openai(RIVAL_KEY) }
  }
  const notFound = { status: 404 }

  it('read nothing of a response of the other one', async () => {
    const { tested, acme, rival } = await start()
    const { id } = await acme.responses.create({ model, input: 'my secret' })
    const calls = tested.vendor.calls.length
    await expect(rival.responses.retrieve(id)).rejects.toMatchObject(notFound)
    await expect(rival.responses.retrieve(id, { stream: true })).rejects.toMatchObject(notFound)
    await expect(rival.responses.inputItems.list(id)).rejects.toMatchObject(notFound)
    await expect(rival.responses.cancel(id)).rejects.toMatchObject(notFound)
    await expect(rival.responses.delete(id)).rejects.toMatchObject(notFound)
    expect((await acme.responses.retrieve(id)).id).toBe(id)
    expect(tested.vendor.calls).toHaveLength(calls)
  })

  it('go on from nothing of the other one', async () => {
    const { tested, acme, rival } = await start()
    const made = await acme.responses.create({ model, input: 'my secret' })
    const calls = tested.vendor.calls.length
    const follow = rival.responses.create({ model, input: 'x', previous_response_id: made.id })
    await expect(follow).rejects.toMatchObject({ status: 400, code: 'previous_response_not_found' })
    for (const id of idsOf(made)) {
      const refer = rival.responses.create({ model, input: [{ type: 'item_reference', id: id ?? '' }] })
      await expect(refer).rejects.toMatchObject({ status: 400, param: 'input[0]' })
    }
    const compare = rival.responses.create({
      model,
      input: 'x',
      prompt_cache_options: { comparison_response_id: made.id },
    } as Parameters<typeof rival.responses.create>[0])
    await expect(compare).rejects.toMatchObject(notFound)
    expect(tested.vendor.calls).toHaveLength(calls)
  })

  it('read and change nothing of a conversation of the other one', async () => {
    const { acme, rival } = await start()
    const { id } = await acme.conversations.create({ items: [{ role: 'user', content: 'my secret' }] })
    const [item] = (await acme.conversations.items.list(id)).data
    const mine = { conversation_id: id }
    await expect(rival.conversations.retrieve(id)).rejects.toMatchObject(notFound)
    await expect(rival.conversations.update(id, { metadata: {} })).rejects.toMatchObject(notFound)
    await expect(rival.conversations.delete(id)).rejects.toMatchObject(notFound)
    await expect(rival.conversations.items.list(id)).rejects.toMatchObject(notFound)
    await expect(rival.conversations.items.create(id, { items: [] })).rejects.toMatchObject(notFound)
    await expect(rival.conversations.items.retrieve(item?.id ?? '', mine)).rejects.toMatchObject(notFound)
    await expect(rival.conversations.items.delete(item?.id ?? '', mine)).rejects.toMatchObject(notFound)
    const turn = rival.responses.create({ model, input: 'x', conversation: id })
    await expect(turn).rejects.toMatchObject(notFound)
    expect((await acme.conversations.items.list(id)).data).toHaveLength(1)
  })

  it('cancel and watch no background response of the other one', async () => {
    const { tested, acme, rival } = await start()
    tested.vendor.play({ steps: [defer().promise] })
    const { id } = await acme.responses.create({ model, input: 'x', background: true })
    await expect(rival.responses.retrieve(id)).rejects.toMatchObject(notFound)
    await expect(rival.responses.cancel(id)).rejects.toMatchObject(notFound)
    expect((await acme.responses.retrieve(id)).status).toBe('in_progress')
    await acme.responses.cancel(id)
  })
})

describe.each(Object.keys(stores))('two accounts on %s', (store) => {
  const body = { model: 'pair/chat', messages: [{ role: 'user', content: 'my secret' }] }
  const start = async () => {
    const tested = createStateGateway({}, await stores[store]?.())
    const as = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` })
    return { ...tested, acme: as(KEY), rival: as(RIVAL_KEY) }
  }

  it('get no answer of the other one for the same Idempotency-Key', async () => {
    const { post, vendor, acme, rival } = await start()
    const ask = (key: Record<string, string>) =>
      post('/v1/chat/completions', body, { ...key, 'idempotency-key': 'the same for both' })
    const first = await ask(acme)
    const other = await ask(rival)
    expect([first.status, other.status, vendor.calls.length]).toEqual([200, 200, 2])
    expect(other.headers['idempotent-replayed']).toBeUndefined()
    expect(other.headers['x-request-id']).not.toBe(first.headers['x-request-id'])
    const again = await ask(acme)
    expect([again.headers['idempotent-replayed'], again.text]).toEqual(['true', first.text])
    expect(vendor.calls).toHaveLength(2)
  })

  it('see nothing of the usage of the other one', async () => {
    const { post, get, acme, rival } = await start()
    await post('/v1/chat/completions', body, acme)
    const [mine, theirs] = [await get('/v1/usage', acme), await get('/v1/usage', rival)]
    expect(mine.json.daily.request_count).toBe(1)
    expect(theirs.json).toMatchObject({
      daily: { request_count: 0 },
      monthly: { request_count: 0 },
    })
  })
})

it('an account whose id looks like the key of another one reads nothing of it', async () => {
  const accounts = ['a', 'a:response:resp_x', 'a%3A'].map((id, index) => ({
    id,
    balanceMicro: 1_000_000,
    keys: [{ key: `cm-key-number-${index}` }],
  }))
  const tested = createStateGateway({ accounts })
  const { id } = await tested.openai('cm-key-number-0').responses.create({ model: 'pair/chat', input: 'x' })
  for (const key of ['cm-key-number-1', 'cm-key-number-2']) {
    await expect(tested.openai(key).responses.retrieve(id)).rejects.toMatchObject({ status: 404 })
  }
})
