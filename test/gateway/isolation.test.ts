import { expect, test } from 'vitest'
import { defer, eventually } from '../contracts/http-server.js'
import { CHAT, chatAnswer } from '../support/calls.js'
import { BALANCE, createTestGateway, KEY } from '../support/test-gateway.js'

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }

test('two gateways with the same configuration share no balance, no limit and no usage', async () => {
  const [one, other] = [createTestGateway({ key: { rpm: 1 } }), createTestGateway({ key: { rpm: 1 } })]
  for (const tested of [one, other]) tested.vendor.always(chatAnswer(USAGE))
  expect((await one.post(CHAT.path, CHAT.request())).status).toBe(200)
  expect((await one.post(CHAT.path, CHAT.request())).status).toBe(429)
  expect([one.wallet().balanceMicro, other.wallet().balanceMicro]).toEqual([BALANCE - 20, BALANCE])
  expect((await other.get('/v1/usage')).json.daily.request_count).toBe(0)
  expect((await other.post(CHAT.path, CHAT.request())).status).toBe(200)
  expect([one.vendor.calls.length, other.vendor.calls.length]).toEqual([1, 1])
})

test('two gateways share no keys, no models, no aliases and no hooks', async () => {
  const one = createTestGateway({ aliases: { fast: 'test/chat' } })
  const other = createTestGateway({
    key: { key: 'cm-another-key' },
    models: [{ id: 'test/other', upstream: 'chat', price: 'free' }],
  })
  expect((await one.get('/v1/models')).status).toBe(200)
  expect((await other.get('/v1/models')).status).toBe(401)
  const headers = { authorization: 'Bearer cm-another-key' }
  expect((await other.get('/v1/models', headers)).json.data).toHaveLength(1)
  expect((await other.post(CHAT.path, { ...CHAT.request(), model: 'fast' }, headers)).status).toBe(404)
  expect([one.errors.length, other.errors.length]).toEqual([0, 2])
  expect((await one.get('/v1/models', headers)).status).toBe(401)
  expect((await other.get('/v1/models', { authorization: `Bearer ${KEY}` })).status).toBe(401)
})

test('a gateway in the middle of a call does not hold up another one', async () => {
  const [one, other] = [
    createTestGateway({ key: { concurrency: 1 } }),
    createTestGateway({ key: { concurrency: 1 } }),
  ]
  const gate = defer()
  one.vendor.always({ steps: [gate.promise, ...chatAnswer(USAGE).steps] })
  const waiting = one.post(CHAT.path, CHAT.request())
  await eventually(() => one.vendor.calls.length === 1)
  expect((await other.post(CHAT.path, CHAT.request())).status).toBe(200)
  gate.resolve()
  expect((await waiting).status).toBe(200)
})
