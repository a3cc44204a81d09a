import { describe, expect, it } from 'vitest'
import { defer } from '../../contracts/http-server.js'
import { responsesAnswer, responsesStream, stream, whole } from '../../support/calls.js'
import { readAnswer } from '../../support/read-answer.js'
import { AUTHORIZED, KEY } from '../../support/test-gateway.js'
import { BALANCE_OF_PAIRS } from '../../pairs/pair.js'
import { createStateGateway, idsOf } from './state-gateway.js'

const MODEL = 'pair/responses'
const USAGE = { input_tokens: 10, output_tokens: 5, total_tokens: 15 }

describe('state that the vendor keeps', () => {
  it('leaves the bytes of request and answer as they are', async () => {
    const tested = createStateGateway()
    const text = '{ "model":"pair/responses",  "input":"hi", "new_field": [1] }'
    const answer = responsesAnswer(USAGE)
    tested.vendor.play(answer, stream(...responsesStream(USAGE)))
    const got = await readAnswer(await tested.handle('/v1/responses', { body: text, headers: AUTHORIZED }))
    expect(tested.vendor.last().text).toBe(text.replace('pair/responses', 'gpt-5.5'))
    expect(got.json).toEqual({ ...JSON.parse(String(answer.steps[0])), model: MODEL })
    const streaming = { body: { model: MODEL, input: 'hi', stream: true }, headers: AUTHORIZED }
    const streamed = await readAnswer(await tested.handle('/v1/responses', streaming))
    const expected = responsesStream(USAGE).join('').replaceAll('vendor-responses', MODEL)
    expect(streamed.text).toBe(expected)
  })

  it('is used by the same vendor, by its ids', async () => {
    const tested = createStateGateway()
    const openai = tested.openai()
    const first = await openai.responses.create({ model: MODEL, input: 'one [[say:eins]]' })
    const reference = { type: 'item_reference' as const, id: idsOf(first)[0] ?? '' }
    tested.vendor.play(responsesAnswer(USAGE))
    await openai.responses.create({ model: MODEL, input: [reference], previous_response_id: first.id })
    expect(tested.vendor.last().json).toEqual({
      model: 'gpt-5.5',
      input: [reference],
      previous_response_id: first.id,
    })
    const stored = await openai.responses.retrieve(first.id)
    expect(stored).toEqual(first)
  })

  it('is asked for by ids that the gateway never saw, where there is one account only', async () => {
    const accounts = [{ id: 'acme', balanceMicro: BALANCE_OF_PAIRS, keys: [{ key: KEY }] }]
    const alone = createStateGateway({ accounts })
    alone.vendor.play(responsesAnswer(USAGE))
    const reference = { type: 'item_reference' as const, id: 'msg_before' }
    const body = { model: MODEL, input: [reference], previous_response_id: 'resp_before' }
    await alone.openai().responses.create(body)
    expect(alone.vendor.last().json).toEqual({ ...body, model: 'gpt-5.5' })
    const shared = createStateGateway()
    const refused = { status: 400, code: 'previous_response_not_found' }
    await expect(shared.openai().responses.create(body)).rejects.toMatchObject(refused)
    expect(shared.vendor.calls).toHaveLength(0)
  })

  it('is not asked for what the gateway has itself, where there is one account only', async () => {
    const accounts = [{ id: 'acme', balanceMicro: BALANCE_OF_PAIRS, keys: [{ key: KEY }] }]
    const tested = createStateGateway({ accounts })
    const openai = tested.openai()
    const hanging = defer()
    tested.vendor.play({ steps: [hanging.promise] })
    const running = await openai.responses.create({ model: MODEL, input: 'one', background: true })
    const follow = openai.responses.create({ model: MODEL, input: 'two', previous_response_id: running.id })
    await expect(follow).rejects.toMatchObject({ status: 400, param: 'previous_response_id' })
    hanging.resolve()
    const first = await openai.responses.create({ model: MODEL, input: 'one' })
    const calls = tested.vendor.calls.length
    const input = [{ type: 'item_reference' as const, id: 'msg_unknown' }]
    const refer = openai.responses.create({ model: MODEL, input, previous_response_id: first.id })
    await expect(refer).rejects.toMatchObject({ status: 400, param: 'input[0]' })
    expect(tested.vendor.calls).toHaveLength(calls)
  })

  it('is made up for where the vendor has forgotten it', async () => {
    const tested = createStateGateway()
    const openai = tested.openai()
    const first = await openai.responses.create({ model: MODEL, input: '[[reason:Hm.]] one [[say:eins]]' })
    const body = { model: MODEL, input: 'two [[say:zwei]]', previous_response_id: first.id }
    // The simulated vendor keeps nothing.
    const second = await openai.responses.create(body)
    expect(tested.vendor.calls).toHaveLength(3)
    expect(tested.vendor.last().text).toMatch(/one.*eins.*two/s)
    expect(second).toMatchObject({ previous_response_id: first.id, output_text: 'zwei' })
    const third = openai.responses.stream({ ...body, previous_response_id: second.id })
    expect((await third.finalResponse()).previous_response_id).toBe(second.id)
    expect(tested.vendor.last().text).toMatch(/one.*eins.*two.*zwei.*two/s)
    expect(tested.records).toHaveLength(3)
  })

  it('is not used where the vendor says that it stored nothing', async () => {
    const tested = createStateGateway()
    const openai = tested.openai()
    const answer = JSON.parse(String(responsesAnswer(USAGE).steps[0])) as object
    tested.vendor.play(whole({ ...answer, store: false }), responsesAnswer(USAGE))
    const first = await openai.responses.create({ model: MODEL, input: 'one' })
    await openai.responses.create({ model: MODEL, input: 'two', previous_response_id: first.id })
    const { json } = tested.vendor.last()
    expect(json.previous_response_id).toBeUndefined()
    expect(JSON.stringify(json.input)).toMatch(/one.*hello.*two/s)
  })

  it('is not used by another vendor, which gets the whole conversation', async () => {
    const tested = createStateGateway()
    const openai = tested.openai()
    const first = await openai.responses.create({ model: MODEL, input: 'one [[say:eins]]' })
    const second = await openai.responses.create({
      model: 'pair/messages',
      input: 'two [[say:zwei]]',
      previous_response_id: first.id,
    })
    expect(tested.vendor.last().text).toMatch(/one.*eins.*two/s)
    const third = await openai.responses.create({
      model: MODEL,
      input: 'three',
      previous_response_id: second.id,
    })
    expect(JSON.stringify(tested.vendor.last().json.input)).toMatch(/one.*eins.*two.*zwei.*three/s)
    expect(tested.vendor.last().json.previous_response_id).toBeUndefined()
    expect(third.previous_response_id).toBe(second.id)
  })

  it('goes with a response that is deleted', async () => {
    const tested = createStateGateway()
    const openai = tested.openai()
    const { id } = await openai.responses.create({ model: MODEL, input: 'one' })
    tested.vendor.play(
      whole({ error: { message: 'no', type: 'server_error' } }, 500),
      whole({ deleted: true }),
    )
    await expect(openai.responses.delete(id)).rejects.toMatchObject({ status: 502 })
    expect((await openai.responses.retrieve(id)).id).toBe(id)
    await openai.responses.delete(id)
    const { method, url } = tested.vendor.last().request
    expect([method, url.endsWith(`/responses/${id}`)]).toEqual(['DELETE', true])
    await expect(openai.responses.retrieve(id)).rejects.toMatchObject({ status: 404 })
  })
})

describe('state that the gateway keeps of a vendor that could', () => {
  const start = () => createStateGateway({ responses: { state: 'gateway' } })

  it.each([false, true])(
    'asks it to store nothing, and for its reasoning (streamed: %s)',
    async (streamed) => {
      const tested = start()
      const openai = tested.openai()
      const create = async (body: { input: string; previous_response_id?: string }) =>
        streamed
          ? await openai.responses.stream({ model: MODEL, ...body }).finalResponse()
          : await openai.responses.create({ model: MODEL, ...body })
      const first = await create({ input: '[[reason:Hm.]] one [[say:eins]]' })
      expect(first).toMatchObject({ store: true })
      expect(tested.vendor.last().json).toMatchObject({
        store: false,
        include: ['reasoning.encrypted_content'],
      })
      const second = await create({ input: 'two', previous_response_id: first.id })
      expect(second.previous_response_id).toBe(first.id)
      const { input, previous_response_id: previous } = tested.vendor.last().json
      expect(previous).toBeUndefined()
      expect(JSON.stringify(input)).toMatch(/one.*eins.*two/s)
      const messages = (input as { type: string; id?: string }[]).filter(({ type }) => type === 'message')
      expect(messages.every(({ id }) => id === undefined)).toBe(true)
    },
  )
})
