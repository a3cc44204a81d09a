import { describe, expect, it } from 'vitest'
import { allOf, createStateGateway, FOREIGN_MODELS, useStateStores } from './state-gateway.js'

const stores = useStateStores()

describe.each(Object.keys(stores))('responses kept on %s', (store) => {
  const start = async () => createStateGateway({}, await stores[store]?.())

  it.each(FOREIGN_MODELS)('%s: is given back as it was answered', async (model) => {
    const openai = (await start()).openai()
    const made = await openai.responses.create({ model, input: 'hi', metadata: { a: 'b' } })
    expect(await openai.responses.retrieve(made.id)).toEqual(made)
  })

  it('is gone once it is deleted, with its items', async () => {
    const openai = (await start()).openai()
    const made = await openai.responses.create({ model: 'pair/chat', input: 'hi' })
    await openai.responses.delete(made.id)
    await expect(openai.responses.retrieve(made.id)).rejects.toMatchObject({ status: 404 })
    await expect(openai.responses.delete(made.id)).rejects.toMatchObject({ status: 404 })
    const reference = { type: 'item_reference' as const, id: made.output[0]?.id ?? '' }
    const again = openai.responses.create({ model: 'pair/chat', input: [reference] })
    await expect(again).rejects.toMatchObject({ status: 400, param: 'input[0]' })
  })

  it('lists all that led to it, in pages of any size and both orders', async () => {
    const openai = (await start()).openai()
    const first = await openai.responses.create({ model: 'pair/chat', input: 'one [[say:eins]]' })
    const input = [{ role: 'user' as const, content: [{ type: 'input_text' as const, text: 'two' }] }]
    const second = await openai.responses.create({
      model: 'pair/chat',
      input,
      previous_response_id: first.id,
    })
    for (const limit of [1, 2, 100]) {
      const items = await allOf(openai.responses.inputItems.list(second.id, { order: 'asc', limit }))
      expect(items).toMatchObject([
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'one [[say:eins]]' }] },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'eins' }] },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'two' }] },
      ])
      expect(new Set(items.map((item) => ('id' in item ? item.id : undefined))).size).toBe(3)
      const backwards = await allOf(openai.responses.inputItems.list(second.id, { limit }))
      expect(backwards).toEqual(items.toReversed())
    }
  })

  it.each(['limit=0', 'limit=101', 'limit=x', 'order=up', 'after=msg_nothing'])(
    'refuses the page %s',
    async (query) => {
      const tested = await start()
      const made = await tested.openai().responses.create({ model: 'pair/chat', input: 'hi' })
      const { status } = await tested.get(`/v1/responses/${made.id}/input_items?${query}`)
      expect(status).toBe(400)
    },
  )

  it('is streamed again for the strict helper of the SDK, from any event on', async () => {
    const openai = (await start()).openai()
    const input = '[[reason:Hm.]][[say:both]][[tool:weather {"city":"Bern"}]]'
    const parameters = { type: 'object', properties: {} }
    const made = await openai.responses.create({
      model: 'pair/messages',
      input,
      reasoning: { effort: 'high', summary: 'auto' },
      tools: [{ type: 'function', name: 'weather', strict: false, parameters }],
    })
    expect(made.output.map(({ type }) => type)).toEqual(['reasoning', 'message', 'function_call'])
    const replayed = await openai.responses.stream({ response_id: made.id }).finalResponse()
    expect(replayed.output).toMatchObject(made.output.map(({ id, type }) => ({ id, type })))
    const events = await allOf(await openai.responses.retrieve(made.id, { stream: true }))
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_event, index) => index))
    const rest = await allOf(await openai.responses.retrieve(made.id, { stream: true, starting_after: 4 }))
    expect(rest).toEqual(events.slice(5))
  })

  it('cannot be cancelled unless it ran in the background', async () => {
    const openai = (await start()).openai()
    const made = await openai.responses.create({ model: 'pair/chat', input: 'hi' })
    await expect(openai.responses.cancel(made.id)).rejects.toMatchObject({ status: 400 })
  })
})

it.each(['resp_nothing', '..%2Fx', '%00', 'a'.repeat(300), '%F0%9F%98%80'])(
  'answers 404 for the id %s in the dialect of the SDK',
  async (id) => {
    const tested = createStateGateway()
    for (const path of [`/v1/responses/${id}`, `/responses/${id}/input_items`, `/v1/conversations/${id}`]) {
      const { status, json } = await tested.get(path)
      expect([status, json.error.type]).toEqual([404, 'invalid_request_error'])
    }
  },
)

it('says which method a path takes', async () => {
  const tested = createStateGateway()
  const answer = await tested.handle('/v1/responses/resp_1/cancel', { method: 'GET' })
  expect([answer.status, answer.headers['allow']]).toEqual([405, 'POST, HEAD, OPTIONS'])
})
