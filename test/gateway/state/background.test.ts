import { describe, expect, it } from 'vitest'
import type { StateStore } from '../../../src/index.js'
import { defer, eventually } from '../../contracts/http-server.js'
import { BALANCE_OF_PAIRS } from '../../pairs/pair.js'
import { chunk, chatAnswer, DONE, stream, usageChunk } from '../../support/calls.js'
import { replaceMethods } from '../../support/replace-methods.js'
import { AUTHORIZED } from '../../support/test-gateway.js'
import { allOf, createStateGateway, FOREIGN_MODELS, useStateStores, waitForEnd } from './state-gateway.js'

const stores = useStateStores()
const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
const COST = 20

describe.each(Object.keys(stores))('background responses on %s', (store) => {
  const start = async () => createStateGateway({}, await stores[store]?.())
  /** A response whose vendor waits for the gate, and another process on the same store. */
  const startHeld = async () => {
    const kept = await stores[store]?.()
    const [tested, other] = [createStateGateway({}, kept), createStateGateway({}, kept)]
    const gate = defer()
    tested.vendor.play({ steps: [gate.promise, ...chatAnswer(USAGE).steps] })
    const body = { model: 'pair/chat', input: 'hi', background: true }
    const { id } = await tested.openai().responses.create(body)
    return { tested, other, gate, id }
  }

  it.each([...FOREIGN_MODELS, 'pair/responses'])(
    '%s: are answered at once, and fetched later',
    async (model) => {
      const openai = (await start()).openai()
      const made = await openai.responses.create({ model, input: '[[say:at last]]', background: true })
      expect(made).toMatchObject({ status: 'queued', background: true, store: true, output: [] })
      const ended = await waitForEnd(openai, made.id)
      expect(ended).toMatchObject({
        id: made.id,
        status: 'completed',
        background: true,
        output_text: 'at last',
      })
      const next = { model, input: 'and?', previous_response_id: made.id }
      expect((await openai.responses.create(next)).status).toBe('completed')
    },
  )

  it('go on when their client has left, and are billed once', async () => {
    const tested = await start()
    const openai = tested.openai()
    const gate = defer()
    tested.vendor.play({ steps: [gate.promise, ...chatAnswer(USAGE).steps] })
    const client = new AbortController()
    const body = { model: 'pair/chat', input: 'hi', background: true }
    const { id } = await openai.responses.create(body, { signal: client.signal })
    client.abort()
    expect((await openai.responses.retrieve(id)).status).toBe('in_progress')
    gate.resolve()
    expect((await waitForEnd(openai, id)).status).toBe('completed')
    await eventually(() => tested.records.length === 1)
    expect(tested.records[0]).toMatchObject({ status: 'completed', costMicro: COST })
    expect(tested.wallet()).toEqual({ balanceMicro: BALANCE_OF_PAIRS - COST, heldMicro: 0 })
  })

  it('tell of a vendor that fails', async () => {
    const openai = (await start()).openai()
    const made = await openai.responses.create({
      model: 'pair/chat',
      input: '[[error:500]]',
      background: true,
    })
    const ended = await waitForEnd(openai, made.id)
    expect(ended.status).toBe('failed')
    expect(ended.error?.message).not.toBe('')
  })

  it.each([false, true])('are cancelled, and settled by what was seen (streamed: %s)', async (streamed) => {
    const tested = await start()
    const openai = tested.openai()
    const gate = defer()
    const steps = streamed ? [chunk({ role: 'assistant', content: 'hello' }), gate.promise] : [gate.promise]
    tested.vendor.play(streamed ? stream(...steps) : { steps })
    const body = { model: 'pair/chat', input: 'hi', background: true }
    let id: string
    if (streamed) {
      const events = (await openai.responses.create({ ...body, stream: true }))[Symbol.asyncIterator]()
      const first = (await events.next()).value
      id = first?.type === 'response.created' ? first.response.id : ''
      for (let type = ''; type !== 'response.output_text.delta';)
        type = (await events.next()).value?.type ?? ''
    } else {
      id = (await openai.responses.create(body)).id
      await eventually(() => tested.vendor.calls.length === 1)
    }
    expect(await openai.responses.cancel(id)).toMatchObject({ id, status: 'cancelled' })
    expect(await openai.responses.cancel(id)).toMatchObject({ id, status: 'cancelled' })
    expect(tested.wallet().heldMicro).toBe(0)
    expect(tested.records).toMatchObject([{ status: 'aborted' }])
    expect(tested.wallet().balanceMicro < BALANCE_OF_PAIRS).toBe(streamed)
    expect(tested.vendor.last().request.signal.aborted).toBe(true)
  })

  it('stream, and go on streaming from any event for a client that comes back', async () => {
    const tested = await start()
    const openai = tested.openai()
    const gate = defer()
    tested.vendor.play(
      stream(
        chunk({ role: 'assistant', content: 'one ' }),
        gate.promise,
        chunk({ content: 'two' }),
        chunk({}, 'stop'),
        usageChunk(USAGE),
        DONE,
      ),
    )
    const body = { model: 'pair/chat', input: 'hi', background: true, stream: true } as const
    let id = ''
    let last = -1
    for await (const event of await openai.responses.create(body)) {
      if (event.type === 'response.created') id = event.response.id
      last = event.sequence_number
      if (event.type === 'response.output_text.delta') break
    }
    const resumed = openai.responses.retrieve(id, { stream: true, starting_after: last })
    const reading = resumed.then((events) => allOf(events))
    gate.resolve()
    const rest = await reading
    expect(rest.map((event) => event.sequence_number)).toEqual(rest.map((_event, index) => last + 1 + index))
    expect(rest[0]).toMatchObject({ type: 'response.output_text.delta', delta: 'two' })
    expect(rest.at(-1)).toMatchObject({ type: 'response.completed', response: { id, background: true } })
    // When it has ended its events come from the store.
    await waitForEnd(openai, id)
    const all = await allOf(await openai.responses.retrieve(id, { stream: true }))
    expect(all.slice(last + 1)).toEqual(rest)
    const helped = await openai.responses.stream({ response_id: id }).finalResponse()
    expect(helped.output_text).toBe('one two')
  })

  it('fail when the process that worked on them is gone', async () => {
    const kept = await stores[store]?.()
    const tested = createStateGateway({ timeouts: { drainMs: 10 } }, kept)
    const openai = tested.openai()
    tested.vendor.play({ steps: [defer().promise] })
    const { id } = await openai.responses.create({ model: 'pair/chat', input: 'hi', background: true })
    // Another process, for which the lease of the first one has run out.
    const other = createStateGateway({}, kept)
    expect((await other.openai().responses.retrieve(id)).status).toBe('in_progress')
    replaceMethods(tested.stores.state, { put: () => undefined })
    await kept?.state.delete(`responses:acme:lease:${id}`)
    const lost = await other.openai().responses.retrieve(id)
    expect(lost).toMatchObject({ status: 'failed', error: { code: 'server_error' } })
    await tested.gateway.close()
  })

  it('are cancelled by another process', async () => {
    const kept = await stores[store]?.()
    const tested = createStateGateway({}, kept)
    tested.vendor.play({ steps: [defer().promise] })
    const body = { model: 'pair/chat', input: 'hi', background: true }
    const { id } = await tested.openai().responses.create(body)
    const other = createStateGateway({}, kept)
    expect((await other.openai().responses.cancel(id)).status).toBe('cancelled')
    await eventually(() => tested.records.length > 0)
    expect(tested.records.map(({ status }) => status)).toEqual(['aborted'])
    expect((await waitForEnd(other.openai(), id)).status).toBe('cancelled')
  })

  it.each([false, true])(
    'stay deleted when another process deletes them (streamed: %s)',
    async (streamed) => {
      const kept = await stores[store]?.()
      const tested = createStateGateway({}, kept)
      const keys: string[] = []
      replaceMethods(tested.stores.state as StateStore, (real) => ({
        put: async (key, ...rest) => {
          keys.push(key)
          await real.put(key, ...rest)
        },
      }))
      const gate = defer()
      const answer = [
        chunk({ role: 'assistant', content: 'secret' }),
        chunk({}, 'stop'),
        usageChunk(USAGE),
        DONE,
      ]
      tested.vendor.play(
        streamed ? stream(gate.promise, ...answer) : { steps: [gate.promise, ...chatAnswer(USAGE).steps] },
      )
      const body = { model: 'pair/chat', input: 'hi', background: true, stream: streamed }
      const answered = tested.post('/v1/responses', body)
      await eventually(() => tested.vendor.calls.length === 1)
      const id = /resp_\w+/.exec(keys.join())?.[0] ?? ''
      const other = createStateGateway({}, kept)
      await other.openai().responses.delete(id)
      gate.resolve()
      await answered
      await tested.gateway.close()
      const missing = { status: 404 }
      await expect(other.openai().responses.retrieve(id)).rejects.toMatchObject(missing)
      await expect(other.openai().responses.inputItems.list(id)).rejects.toMatchObject(missing)
      const written = keys.filter((key) => /:(?:response|item|events):/.test(key))
      const state: StateStore = other.stores.state
      for (const key of written) expect(await state.get(key)).toBeNull()
    },
  )

  it('keep the end that they came to before a cancellation did', async () => {
    const { tested, other, gate, id } = await startHeld()
    // The other process has seen it run, and is about to say that it is cancelled.
    replaceMethods(other.stores.state as StateStore, (real) => ({
      put: async (key, ...rest) => {
        if (key.includes(':cancel:')) {
          gate.resolve()
          await waitForEnd(tested.openai(), id)
        }
        await real.put(key, ...rest)
      },
    }))
    expect((await other.openai().responses.cancel(id)).status).toBe('completed')
    expect((await tested.openai().responses.retrieve(id)).status).toBe('completed')
    expect(tested.wallet().balanceMicro).toBe(BALANCE_OF_PAIRS - COST)
  })

  it('stay cancelled when their process comes to another end', async () => {
    const { tested, other, gate, id } = await startHeld()
    expect((await other.openai().responses.cancel(id)).status).toBe('cancelled')
    gate.resolve()
    await tested.gateway.close()
    expect((await other.openai().responses.retrieve(id)).status).toBe('cancelled')
  })

  it('stream what another process writes down', async () => {
    const kept = await stores[store]?.()
    const tested = createStateGateway({}, kept)
    const gate = defer()
    tested.vendor.play(
      stream(
        chunk({ role: 'assistant', content: 'one' }),
        gate.promise,
        chunk({}, 'stop'),
        usageChunk(USAGE),
        DONE,
      ),
    )
    const body = { model: 'pair/chat', input: 'hi', background: true, stream: true } as const
    const events = (await tested.openai().responses.create(body))[Symbol.asyncIterator]()
    const first = (await events.next()).value
    const id = first?.type === 'response.created' ? first.response.id : ''
    const other = createStateGateway({}, kept)
    const reading = other
      .openai()
      .responses.retrieve(id, { stream: true })
      .then((read) => allOf(read))
    gate.resolve()
    const read = await reading
    expect(read[0]).toEqual(first)
    expect(read.at(-1)).toMatchObject({ type: 'response.completed', response: { id } })
    expect(read.map((event) => event.sequence_number)).toEqual(read.map((_event, index) => index))
  })

  it('end with the gateway that is closed', async () => {
    const kept = await stores[store]?.()
    const tested = createStateGateway({ timeouts: { drainMs: 10 } }, kept)
    tested.vendor.play({ steps: [defer().promise] })
    const { id } = await tested
      .openai()
      .responses.create({ model: 'pair/chat', input: 'hi', background: true })
    await tested.gateway.close()
    expect((await tested.openai().responses.retrieve(id)).status).toBe('failed')
    expect(tested.wallet().heldMicro).toBe(0)
  })
})

it('what cannot be admitted is refused at once, and nothing is kept', async () => {
  const tested = createStateGateway({ account: { balanceMicro: 0 } })
  const poor = createStateGateway({
    accounts: [{ id: 'acme', balanceMicro: 0, keys: [{ key: 'cm-key-of-acme' }] }],
  })
  const body = { model: 'pair/chat', input: 'hi', background: true }
  await expect(poor.openai().responses.create(body)).rejects.toMatchObject({ status: 402 })
  const unknown = tested.openai().responses.create({ ...body, model: 'no/model' })
  await expect(unknown).rejects.toMatchObject({ status: 404 })
})

it('is refused where nothing goes on after an answer', async () => {
  const openai = createStateGateway({ responses: { background: false } }).openai()
  const made = openai.responses.create({ model: 'pair/chat', input: 'hi', background: true })
  await expect(made).rejects.toMatchObject({ status: 400, param: 'background' })
})

it('runs once for an idempotency key', async () => {
  const tested = createStateGateway()
  const headers = { ...AUTHORIZED, 'idempotency-key': 'once' }
  const body = { model: 'pair/chat', input: 'hi', background: true }
  const first = await tested.post('/v1/responses', body, headers)
  const second = await tested.post('/v1/responses', body, headers)
  expect(second.json).toEqual(first.json)
  await waitForEnd(tested.openai(), first.json.id)
  expect(tested.vendor.calls).toHaveLength(1)
})

it('a response that runs cannot be followed yet, and is stopped when it is deleted', async () => {
  const tested = createStateGateway()
  const openai = tested.openai()
  tested.vendor.play({ steps: [defer().promise] })
  const { id } = await openai.responses.create({ model: 'pair/chat', input: 'hi', background: true })
  const next = openai.responses.create({ model: 'pair/chat', input: 'x', previous_response_id: id })
  await expect(next).rejects.toMatchObject({ status: 400, param: 'previous_response_id' })
  const streaming = openai.responses.retrieve(id, { stream: true })
  await expect(streaming).rejects.toMatchObject({ status: 400, param: 'stream' })
  await openai.responses.delete(id)
  await expect(openai.responses.retrieve(id)).rejects.toMatchObject({ status: 404 })
  expect(tested.wallet().heldMicro).toBe(0)
})
