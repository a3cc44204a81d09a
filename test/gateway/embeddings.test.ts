import { describe, expect, it } from 'vitest'
import { CHAT, MESSAGES, RESPONSES, whole } from '../support/calls.js'
import { BALANCE, createTestGateway, VENDOR_HOST } from '../support/test-gateway.js'

const PATH = '/v1/embeddings'
const embeddings = (usage?: unknown): string =>
  JSON.stringify({
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: [0.25, -1e-7] }],
    model: 'vendor-chat',
    usage,
  })
const question = (model = CHAT.model, more: object = {}): object => ({ model, input: 'hello', ...more })

describe('embeddings', () => {
  it.each([PATH, '/embeddings', `${PATH}/?x=1`])('are passed through byte for byte: %s', async (path) => {
    const { post, vendor } = createTestGateway()
    const answer = embeddings({ prompt_tokens: 7, total_tokens: 7 })
    vendor.play(whole(answer))
    const asked = '{ "model":"test/chat", "input":["a","b"],"dimensions":256, "encoding_format":"base64" }'
    const got = await post(path, asked)
    expect([got.status, got.text]).toEqual([200, answer.replace('vendor-chat', 'test/chat')])
    expect(got.headers).toMatchObject({ 'x-crossmodel-model': 'test/chat' })
    expect(vendor.last().request.url).toBe(`https://${VENDOR_HOST}/v1/embeddings`)
    expect(vendor.last().text).toBe(asked.replace('test/chat', 'vendor-chat'))
  })

  it('are billed by the vendor’s count of the input alone', async () => {
    const { post, vendor, records, wallet } = createTestGateway()
    vendor.play(whole(embeddings({ prompt_tokens: 700, total_tokens: 700 })))
    await post(PATH, question(CHAT.model, { user: 'jo' }))
    expect(wallet()).toMatchObject({ balanceMicro: BALANCE - 700, heldMicro: 0 })
    expect(records).toMatchObject([
      { endpoint: PATH, status: 'completed', costMicro: 700, endUser: 'jo', model: 'test/chat' },
    ])
    expect(records[0]?.usage).toMatchObject({ inputTokens: 700, outputTokens: 0 })
    expect(records[0]?.usage.estimated).toBeUndefined()
  })

  it('are billed by an estimate where the vendor names no usage', async () => {
    const { post, vendor, records } = createTestGateway()
    vendor.play(whole(embeddings()))
    await post(PATH, question(CHAT.model, { input: Array.from({ length: 100 }, (_, at) => at) }))
    expect(records[0]?.usage).toMatchObject({ outputTokens: 0, estimated: true })
    expect(records[0]?.usage.inputTokens).toBeGreaterThan(99)
  })

  it('need money and the limits of the key', async () => {
    const poor = createTestGateway({ account: { balanceMicro: 0 } })
    expect((await poor.post(PATH, question())).status).toBe(402)
    const slow = createTestGateway({ key: { rpm: 1 } })
    slow.vendor.always(whole(embeddings()))
    expect((await slow.post(PATH, question())).status).toBe(200)
    expect((await slow.post(PATH, question())).status).toBe(429)
  })

  it('hold nothing for output, so that a small balance is enough', async () => {
    const { post, vendor } = createTestGateway({ account: { balanceMicro: 30 } })
    vendor.play(whole(embeddings({ prompt_tokens: 7 })))
    expect((await post(PATH, question())).status).toBe(200)
  })

  it.each([RESPONSES.model, MESSAGES.model])(
    'of %s, whose vendor has none, are refused by name',
    async (model) => {
      const { post, vendor, wallet } = createTestGateway()
      const { status, json } = await post(PATH, question(model))
      expect([status, json.error.message, json.error.param]).toEqual([
        400,
        `Model '${model}' has no embeddings.`,
        'model',
      ])
      expect(vendor.calls).toEqual([])
      expect(wallet().heldMicro).toBe(0)
    },
  )

  it.each([
    ['no input', { model: CHAT.model }, 'missing_required_parameter'],
    ['a wrong input', { model: CHAT.model, input: 7 }, 'invalid_value'],
    ['no model', { input: 'x' }, 'missing_required_parameter'],
    ['an unknown model', question('no/model'), 'model_not_found'],
  ])('with %s are refused', async (_name, body, code) => {
    const { post } = createTestGateway()
    expect((await post(PATH, body)).json.error.code).toBe(code)
  })

  it.each([
    ['an error', whole({ error: { message: 'too many inputs', type: 'invalid_request_error' } }, 400), 400],
    ['an error in a 200', whole({ error: { message: 'overloaded', code: 503 } }), 503],
    ['something else', whole({ choices: [] }), 502],
  ])('are not billed when the vendor answers with %s', async (_name, reply, status) => {
    const { post, vendor, wallet, records } = createTestGateway()
    vendor.play(reply)
    expect((await post(PATH, question())).status).toBe(status)
    expect(wallet()).toMatchObject({ balanceMicro: BALANCE, heldMicro: 0 })
    expect(records.map(({ costMicro }) => costMicro)).toEqual([0])
  })

  it('are answered once to a repeated idempotency key', async () => {
    const { handle, vendor, records } = createTestGateway()
    vendor.always(whole(embeddings({ prompt_tokens: 7 })))
    const headers = { authorization: 'Bearer cm-key-of-acme', 'idempotency-key': 'once' }
    for (let time = 0; time < 2; time++) await handle(PATH, { body: question(), headers })
    expect([vendor.calls.length, records.length]).toEqual([1, 1])
  })
})
