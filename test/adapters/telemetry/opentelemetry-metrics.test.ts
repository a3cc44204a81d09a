import { describe, expect, it } from 'vitest'
import { eventually } from '../../contracts/http-server.js'
import { CALLS, callOf, COST_MICRO, WILDCARD } from '../../support/call-scenarios.js'
import { CHAT, chatStream, stream, whole } from '../../support/calls.js'
import { createTestGateway, VENDOR_HOST } from '../../support/test-gateway.js'
import { observe } from './observe.js'

describe('metrics', () => {
  const place = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'chat',
    'crossmodel.upstream': 'chat',
    'crossmodel.model': 'test/chat',
    'gen_ai.request.model': 'vendor-chat',
    'gen_ai.response.model': 'vendor-chat',
    'server.address': VENDOR_HOST,
    'server.port': 443,
  }

  it('are those of the conventions, and the cost', async () => {
    const observed = observe()
    await callOf('a stream').run(observed.hooks)
    const tokens = (type: string): object => ({ ...place, 'gen_ai.token.type': type })
    expect(await observed.metrics()).toEqual([
      { name: 'gen_ai.client.operation.duration', unit: 's', attributes: place, value: 0.25, count: 1 },
      {
        name: 'gen_ai.client.operation.time_to_first_chunk',
        unit: 's',
        attributes: place,
        value: 0.25,
        count: 1,
      },
      {
        name: 'gen_ai.client.token.usage',
        unit: '{token}',
        attributes: tokens('input'),
        value: 100,
        count: 1,
      },
      {
        name: 'gen_ai.client.token.usage',
        unit: '{token}',
        attributes: tokens('output'),
        value: 20,
        count: 1,
      },
      { name: 'crossmodel.cost', unit: '{micro_usd}', attributes: place, value: COST_MICRO, count: 1 },
    ])
  })

  it.each(CALLS)('count each call once, by its error: $name', async (scenario) => {
    const observed = observe()
    await scenario.run(observed.hooks)
    await eventually(() => observed.spans().length > scenario.attempts)
    const durations = (await observed.metrics()).filter(
      ({ name }) => name === 'gen_ai.client.operation.duration',
    )
    expect(durations.map(({ count, attributes }) => [count, attributes['error.type']])).toEqual([
      [1, observed.call().attributes['error.type']],
    ])
  })

  it.each([
    ['leave out what no vendor has counted', {}, []],
    ['have estimates, marked as such, when they are to', { includeEstimates: true }, [true, true]],
  ] as const)('%s', async (_name, options, marks) => {
    const observed = observe(options)
    const tested = createTestGateway({ hooks: observed.hooks })
    tested.vendor.play(stream(...chatStream(null)))
    await tested.post(CHAT.path, { ...CHAT.request(), stream: true })
    await eventually(() => observed.spans().length === 2)
    const metrics = await observed.metrics()
    const tokens = metrics.filter(({ name }) => name === 'gen_ai.client.token.usage')
    expect(tokens.map(({ attributes }) => attributes['crossmodel.usage_estimated'])).toEqual(marks)
    expect(metrics.filter(({ name }) => name === 'crossmodel.cost')).toMatchObject([{ count: 1 }])
    expect(observed.call().attributes['crossmodel.usage_estimated']).toBe(true)
  })

  it('name no more models that vendors say have answered than they may', async () => {
    const observed = observe({ maxModels: 1 })
    const tested = createTestGateway({ hooks: observed.hooks })
    for (const model of ['one', 'two', 'one']) {
      const choices = [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }]
      tested.vendor.play(whole({ model, choices }))
      await tested.post(CHAT.path, CHAT.request())
    }
    const durations = (await observed.metrics()).filter(({ name }) => name.endsWith('operation.duration'))
    expect(durations.map(({ count, attributes }) => [attributes['gen_ai.response.model'], count])).toEqual([
      ['one', 2],
      ['other', 1],
    ])
  })

  it('count the attempts that failed', async () => {
    const observed = observe()
    await callOf('a fallback').run(observed.hooks)
    const failures = (await observed.metrics()).filter(({ name }) => name === 'crossmodel.attempt.failures')
    expect(failures).toMatchObject([
      {
        value: 1,
        attributes: {
          'gen_ai.provider.name': 'openai',
          'crossmodel.upstream': 'first',
          'error.type': 'provider_error',
        },
      },
    ])
  })

  it('name no more models than they may, whatever clients write', async () => {
    const observed = observe({ maxModels: 2 })
    const tested = createTestGateway({ ...WILDCARD, hooks: observed.hooks })
    for (let count = 0; count < 5; count += 1) {
      await tested.post(CHAT.path, { ...CHAT.request(), model: `router/model-${count}` })
      await tested.post(CHAT.path, { ...CHAT.request('[[error:404]]'), model: `router/none-${count}` })
      await tested.post(CHAT.path, { ...CHAT.request(), model: `no/such-${count}` })
    }
    const models = new Set(
      (await observed.metrics()).map(({ attributes }) => attributes['gen_ai.request.model']),
    )
    expect(models).toEqual(new Set(['model-0', 'model-1', 'other', undefined]))
    const ids = new Set((await observed.metrics()).map(({ attributes }) => attributes['crossmodel.model']))
    expect(ids).toEqual(new Set(['router/model-0', 'router/model-1', 'other', undefined]))
    const vendors = new Set(
      (await observed.metrics()).map(({ attributes }) => attributes['gen_ai.response.model']),
    )
    expect(vendors).toEqual(new Set(['model-0', 'model-1', undefined]))
  })
})
