import type OpenAI from 'openai'
import type { ResponseCreateParamsNonStreaming } from 'openai/resources/responses/responses'
import { describe, expect, it } from 'vitest'
import { asked, createStateGateway, FOREIGN_MODELS, idsOf, useStateStores } from './state-gateway.js'

const stores = useStateStores()
const rows = Object.keys(stores).flatMap((store) =>
  FOREIGN_MODELS.flatMap((model) => [false, true].map((streamed) => ({ store, model, streamed }))),
)

const WEATHER = {
  type: 'function' as const,
  name: 'weather',
  strict: false,
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
}

describe.each(rows)('previous_response_id: $model on $store (streamed: $streamed)', (row) => {
  const start = async () => createStateGateway({}, await stores[row.store]?.())
  const create = async (openai: OpenAI, body: Omit<ResponseCreateParamsNonStreaming, 'stream' | 'model'>) => {
    const request = { model: row.model, ...body }
    return row.streamed
      ? await openai.responses.stream(request).finalResponse()
      : await openai.responses.create(request)
  }

  it('goes on from the whole conversation, without the instructions of before', async () => {
    const tested = await start()
    const openai = tested.openai()
    const first = await create(openai, { input: 'one [[say:eins]]', instructions: 'Count in German.' })
    const second = await create(openai, { input: 'two [[say:zwei]]', previous_response_id: first.id })
    const third = await create(openai, { input: 'three', previous_response_id: second.id })
    const text = asked(tested)
    const places = ['one', 'eins', 'two', 'zwei', 'three'].map((word) => text.indexOf(word))
    expect(places).not.toContain(-1)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(text).not.toContain('Count in German')
    expect(third).toMatchObject({ store: true, previous_response_id: second.id, status: 'completed' })
    expect(new Set([first.id, second.id, third.id]).size).toBe(3)
  })

  it('takes the result of a tool for a call that only the gateway remembers', async () => {
    const tested = await start()
    const openai = tested.openai()
    const input = '[[reason:I must look.]][[tool:weather {"city":"Bern"}]]'
    const first = await create(openai, {
      input,
      tools: [WEATHER],
      reasoning: { effort: 'high', summary: 'auto' },
    })
    const [call] = first.output.flatMap((item) => (item.type === 'function_call' ? [item] : []))
    expect(call).toMatchObject({ name: 'weather', arguments: '{"city":"Bern"}' })
    const second = await create(openai, {
      input: [{ type: 'function_call_output', call_id: call?.call_id ?? '', output: 'sunny' }],
      tools: [WEATHER],
      previous_response_id: first.id,
    })
    expect(second.output_text).toContain('sunny')
    expect(asked(tested)).toContain('Bern')
  })

  it('resolves references to items of answers that were stored', async () => {
    const tested = await start()
    const openai = tested.openai()
    const first = await create(openai, { input: 'one [[say:eins]]' })
    const references = idsOf(first).map((id) => ({ type: 'item_reference' as const, id: id ?? '' }))
    await create(openai, { input: [...references, { role: 'user', content: 'two' }] })
    expect(asked(tested)).toMatch(/eins.*two/s)
  })

  it('keeps nothing of an answer that is not to be stored', async () => {
    const openai = (await start()).openai()
    const first = await create(openai, { input: 'one', store: false })
    expect(first).toMatchObject({ store: false })
    const missing = { status: 404, message: expect.stringContaining(first.id) as string }
    await expect(openai.responses.retrieve(first.id)).rejects.toMatchObject(missing)
    await expect(create(openai, { input: 'two', previous_response_id: first.id })).rejects.toMatchObject({
      status: 400,
      code: 'previous_response_not_found',
      param: 'previous_response_id',
    })
    const reference = { type: 'item_reference' as const, id: idsOf(first)[0] ?? '' }
    await expect(create(openai, { input: [reference] })).rejects.toMatchObject({
      status: 400,
      param: 'input[0]',
    })
  })
})

it('follows a conversation from vendor to vendor', async () => {
  const tested = createStateGateway()
  const openai = tested.openai()
  let previous: string | undefined
  for (const [index, model] of [...FOREIGN_MODELS, 'pair/responses', 'pair/chat'].entries()) {
    const previous_response_id = previous
    const body = { model, input: `word${index} [[say:reply${index}]]` }
    const response = await openai.responses.create(
      previous_response_id === undefined ? body : { ...body, previous_response_id },
    )
    previous = response.id
    expect(response.output_text).toBe(`reply${index}`)
    if (index > 0) expect(response.previous_response_id).toBe(previous_response_id)
    for (let before = 0; before < index; before += 1) expect(asked(tested)).toContain(`reply${before}`)
  }
})

it('sends back the reasoning state of the vendor that made it', async () => {
  const tested = createStateGateway()
  const openai = tested.openai()
  const body = { model: 'pair/messages', reasoning: { effort: 'high', summary: 'auto' } as const }
  const first = await openai.responses.create({ ...body, input: '[[reason:Because.]] one' })
  await openai.responses.create({ ...body, input: 'two', previous_response_id: first.id })
  expect(tested.vendor.last().json.messages[1].content[0]).toMatchObject({
    type: 'thinking',
    thinking: 'Because.',
    signature: expect.any(String) as string,
  })
})

it('holds and charges for all that a vendor is sent, not for the last turn alone', async () => {
  const tested = createStateGateway()
  const openai = tested.openai()
  const first = await openai.responses.create({ model: 'pair/chat', input: 'word '.repeat(500) })
  const second = await openai.responses.create({
    model: 'pair/chat',
    input: 'x',
    previous_response_id: first.id,
  })
  expect(second.usage?.input_tokens).toBeGreaterThan(500)
  expect(tested.records.at(-1)?.usage.inputTokens).toBe(second.usage?.input_tokens)
})

describe('what is larger than what is kept', () => {
  const start = () => createStateGateway({ responses: { maxBytes: 2000 } })

  it.each([false, true])('is answered, and said not to be stored (streamed: %s)', async (streamed) => {
    const openai = start().openai()
    const body = { model: 'pair/chat', input: `[[say:${'long '.repeat(500)}]]` }
    const response = streamed
      ? await openai.responses.stream(body).finalResponse()
      : await openai.responses.create(body)
    expect(response).toMatchObject({ store: false })
    await expect(openai.responses.retrieve(response.id)).rejects.toMatchObject({ status: 404 })
  })

  it('cannot run in the background', async () => {
    const tested = start()
    const openai = tested.openai()
    const body = { model: 'pair/chat', input: 'long '.repeat(500), background: true }
    await expect(openai.responses.create(body)).rejects.toMatchObject({ status: 413 })
    expect(tested.vendor.calls).toHaveLength(0)
  })
})

it('forgets after the configured time', async () => {
  const clock = { time: Date.now() }
  const tested = createStateGateway({ now: () => clock.time, responses: { ttlMs: 1000 }, stores: {} })
  const openai = tested.openai()
  const { id } = await openai.responses.create({ model: 'pair/chat', input: 'one' })
  expect((await openai.responses.retrieve(id)).id).toBe(id)
  clock.time += 1001
  await expect(openai.responses.retrieve(id)).rejects.toMatchObject({ status: 404 })
})

it.each([
  [{ previous_response_id: 'resp_1', conversation: 'conv_1' }, 'conversation'],
  [{ previous_response_id: 7 }, 'previous_response_id'],
  [{ conversation: {} }, 'conversation'],
  [{ background: true, store: false }, 'background'],
])('refuses %j', async (fields, param) => {
  const { status, json } = await createStateGateway().post('/v1/responses', {
    model: 'pair/chat',
    input: 'hi',
    ...fields,
  })
  expect([status, json.error.param]).toEqual([400, param])
})

describe('with nothing kept', () => {
  const start = () => createStateGateway({ responses: { state: 'off' } })

  it.each(['pair/chat', 'pair/responses'])(
    '%s answers, and refuses what refers to something',
    async (model) => {
      const openai = start().openai()
      const first = await openai.responses.create({ model, input: 'one' })
      await expect(openai.responses.retrieve(first.id)).rejects.toMatchObject({ status: 404 })
      const body = { model, input: 'two', previous_response_id: first.id }
      await expect(openai.responses.create(body)).rejects.toMatchObject({
        code: 'previous_response_not_found',
      })
      await expect(openai.conversations.create()).rejects.toMatchObject({ status: 400 })
    },
  )
})

it('a state store that fails costs no answer that does not need it', async () => {
  const state = { ...createStateGateway().stores.state }
  const broken = () => Promise.reject(new Error('no disk'))
  const tested = createStateGateway({ stores: { state: { ...state, put: broken, get: broken } } })
  const openai = tested.openai()
  expect((await openai.responses.create({ model: 'pair/chat', input: '[[say:one]]' })).output_text).toBe(
    'one',
  )
  const streamed = openai.responses.stream({ model: 'pair/chat', input: '[[say:two]]' })
  expect((await streamed.finalResponse()).output_text).toBe('two')
  const body = { model: 'pair/chat', input: 'x', previous_response_id: 'resp_1' }
  await expect(openai.responses.create(body)).rejects.toMatchObject({ status: 500, code: 'db_error' })
})
