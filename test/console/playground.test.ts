import { describe, expect, it } from 'vitest'
import { createConsoleWith } from '../../src/console/console-handler.js'
import { chatStream, stream } from '../support/calls.js'
import { openAnswer } from '../support/read-answer.js'
import { createTestConsole, OWNER, PAGE, principalHeader, sendTo, TOKEN, VIEWER } from './support.js'

const CALL = { model: 'test/chat', messages: [{ role: 'user', content: 'hi' }] }

describe('the playground', () => {
  it('calls a model through the gateway, with a key of the account that it makes itself', async () => {
    const { as, tested } = await createTestConsole()
    const owner = as(OWNER)
    const first = await owner.post('playground', CALL)
    expect([first.status, first.json.object]).toEqual([200, 'chat.completion'])
    await owner.post('playground', { ...CALL, account_id: 'acme' })
    const keys = await tested.gateway.admin.keys.list({ accountId: 'acme' })
    const [key, ...others] = keys.filter(({ name }) => name === 'Console playground')
    expect([key?.rpm, others]).toEqual([60, []])
    const { json } = await owner.get(`usage?key_id=${key?.id}`)
    expect(json.data).toHaveLength(2)
    expect(json.data[1].request_id).toBe(first.headers['x-request-id'])
    expect(json.data[1].cost_micro).toBeGreaterThan(0)
    const [entry] = await tested.gateway.admin.audit.entries({ accountId: 'acme', limit: 1 })
    expect(entry).toMatchObject({
      actor: 'ada',
      action: 'key.create',
      details: { name: 'Console playground' },
    })
    expect(tested.vendor.last().json).not.toHaveProperty('account_id')
  })

  it('streams piece by piece, and ends the call when its reader leaves', async () => {
    const { console, tested } = await createTestConsole()
    let release = (): void => undefined
    const pause = new Promise<void>((resolve) => (release = resolve))
    const [start = '', ...rest] = chatStream(null)
    tested.vendor.play(stream(start, pause, ...rest))
    const answer = openAnswer(
      await console.handle({
        method: 'POST',
        path: '/api/v1/playground',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ...CALL, account_id: 'acme', stream: true }),
      }),
    )
    expect(answer.headers['content-type']).toContain('text/event-stream')
    expect(await answer.next()).toContain('assistant')
    release()
    await answer.leave()
    expect(tested.vendor.calls).toHaveLength(1)
  })

  it('is limited, disabled and refused as any other key', async () => {
    const { as, operator, tested } = await createTestConsole()
    const owner = as(OWNER)
    await owner.post('playground', CALL)
    const { json } = await owner.get('accounts/acme/keys')
    const key = json.data.find(({ name }: { name: string }) => name === 'Console playground')
    await owner.patch(`keys/${key.id}`, { status: 'disabled' })
    const refused = await owner.post('playground', CALL)
    expect([refused.status, refused.json.error.code]).toEqual([401, 'api_key_inactive'])
    await owner.patch(`keys/${key.id}`, { status: 'active', rpm: 1 })
    const statuses = [await owner.post('playground', CALL), await owner.post('playground', CALL)]
    expect(statuses.map(({ status }) => status)).toEqual([200, 429])
    await owner.remove(`keys/${key.id}`)
    expect((await owner.post('playground', CALL)).status).toBe(200)
    await operator.patch('accounts/acme', { status: 'suspended' })
    expect((await owner.post('playground', CALL)).json.error.code).toBe('user_inactive')
    expect(tested.vendor.calls).toHaveLength(3)
  })

  it('has the same key in every process', async () => {
    const { as, tested } = await createTestConsole()
    await as(OWNER).post('playground', CALL)
    const other = createConsoleWith({ gateway: tested.gateway, operatorToken: TOKEN }, PAGE)
    const headers = { authorization: `Bearer ${TOKEN}` }
    const again = await sendTo(other)('playground', {
      method: 'POST',
      headers,
      body: { ...CALL, account_id: 'acme' },
    })
    expect(again.status).toBe(200)
    expect(await tested.gateway.admin.keys.list({ accountId: 'acme' })).toHaveLength(2)
  })

  it('makes one key for calls that come at once', async () => {
    const { console, tested } = await createTestConsole()
    const send = sendTo(console)
    const headers = { authorization: `Bearer ${TOKEN}` }
    const body = { ...CALL, account_id: 'acme' }
    const answers = await Promise.all(
      [1, 2, 3].map(() => send('playground', { method: 'POST', headers, body })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(await tested.gateway.admin.keys.list({ accountId: 'acme' })).toHaveLength(2)
  })

  it('needs an account, and a role that may write', async () => {
    const { operator, as, send } = await createTestConsole()
    const unnamed = await operator.post('playground', CALL)
    expect([unnamed.status, unnamed.json.error.param]).toEqual([400, 'account_id'])
    expect((await operator.post('playground', { ...CALL, account_id: 'nobody' })).status).toBe(404)
    expect((await as(VIEWER).post('playground', CALL)).status).toBe(403)
    const forged = await send('playground', { method: 'POST', headers: principalHeader(OWNER), body: CALL })
    expect(forged.json.error.code).toBe('csrf_token')
  })

  it('gives the gateway’s own errors on', async () => {
    const { as } = await createTestConsole()
    const answer = await as(OWNER).post('playground', { ...CALL, model: 'no/such' })
    expect([answer.status, answer.json.error.code]).toEqual([404, 'model_not_found'])
  })
})
