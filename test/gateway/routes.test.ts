import { describe, expect, it, test } from 'vitest'
import { CHAT, ENDPOINTS, MESSAGES } from '../support/calls.js'
import { type Answer, readAnswer } from '../support/read-answer.js'
import { AUTHORIZED, createTestGateway, KEY } from '../support/test-gateway.js'

const { gateway, handle, get, post, vendor } = createTestGateway()
const request = async (method: string, path: string, headers = AUTHORIZED): Promise<Answer> =>
  readAnswer(await handle(path, { method, headers }))

const ID = /^req_cm_[0-9a-z]{24}$/

describe('the path of an endpoint', () => {
  it.each(ENDPOINTS)('$path may lack its /v1, end in slashes and have any query', async (endpoint) => {
    const bare = endpoint.path.slice('/v1'.length)
    for (const path of [endpoint.path, bare, `${endpoint.path}/`, `${bare}//`, `${bare}/?beta=true&x=%2F?`]) {
      const { status, json } = await post(path, endpoint.request())
      expect([path, status, json.model]).toEqual([path, 200, endpoint.model])
    }
  })

  it.each(ENDPOINTS)('$path survives a base URL with a slash or a /v1 too many', async (endpoint) => {
    for (const path of [`/${endpoint.path}`, endpoint.path.replace('/v1/', '/v1//'), `/v1${endpoint.path}`]) {
      const { status, json } = await post(path, endpoint.request())
      expect([path, status, json.model]).toEqual([path, 200, endpoint.model])
    }
    const { status, json } = await request('GET', `/v1/${endpoint.path}`)
    expect([status, json.type]).toEqual([405, endpoint === MESSAGES ? 'error' : undefined])
  })

  it.each(['models', 'credits', 'usage'])(
    '/v1/%s may lack its /v1, end in slashes and have any query',
    async (name) => {
      const { text } = await get(`/v1/${name}`)
      expect(text).not.toBe('')
      for (const path of [`/${name}`, `/v1/${name}/`, `/${name}//?x=1`, `/v1/${name}?x`]) {
        expect(await get(path)).toMatchObject({ status: 200, text })
      }
    },
  )

  it.each(['test%2Fchat', 'test%2fchat', 'test/chat', 'test/chat/', 'test%2Fchat?x=1'])(
    '/v1/models/%s names one model',
    async (id) => {
      for (const path of [`/v1/models/${id}`, `/models/${id}`]) {
        expect((await get(path)).json).toMatchObject({ id: 'test/chat', object: 'model' })
      }
    },
  )
})

describe('HEAD', () => {
  it.each(['/', '/v1', '/api/hello', '/v1/messages', '/v1/chat/completions', '/v1/models', '/models/x/y'])(
    'to %s is answered with nothing, without a key',
    async (path) => {
      const { status, text, headers } = await request('HEAD', path, {})
      expect([status, text]).toEqual([200, ''])
      expect(headers['x-request-id']).toMatch(ID)
    },
  )

  it('to a path that is none is a 404', async () => {
    expect((await request('HEAD', '/v1/nothing')).status).toBe(404)
  })
})

describe('a path that is none', () => {
  it('is a JSON 404 in the dialect of OpenAI', async () => {
    const { status, json, headers } = await request('POST', '/v1/nothing?secret=1')
    expect(status).toBe(404)
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
    expect(json).toEqual({
      error: {
        message: 'There is no POST /v1/nothing here.',
        type: 'invalid_request_error',
        param: null,
        code: 'not_found',
      },
    })
  })

  it('is one in the dialect of Anthropic below /v1/messages, and with x-api-key', async () => {
    const expected = (message: string): unknown => ({
      type: 'error',
      error: { type: 'not_found_error', message },
      request_id: expect.stringMatching(ID),
    })
    const below = await request('POST', '/v1/messages/nothing')
    expect([below.status, below.json]).toEqual([404, expected('There is no POST /v1/messages/nothing here.')])
    const keyed = await request('GET', '/v1/nothing', { 'x-api-key': KEY })
    expect([keyed.status, keyed.json]).toEqual([404, expected('There is no GET /v1/nothing here.')])
    expect(keyed.headers['request-id']).toBe(keyed.json.request_id)
  })

  it('of great length is quoted in part', async () => {
    const { status, text } = await request('GET', `/${'x'.repeat(100_000)}`)
    expect(status).toBe(404)
    expect(text.length).toBeLessThan(500)
  })
})

describe('a method that an endpoint does not have', () => {
  it('is a JSON 405 that names the one to use', async () => {
    const { status, json, headers } = await request('GET', CHAT.path)
    expect([status, headers['allow']]).toEqual([405, 'POST, HEAD, OPTIONS'])
    expect(json).toEqual({
      error: {
        message: 'GET is not allowed here; use POST.',
        type: 'invalid_request_error',
        param: null,
        code: 'method_not_allowed',
      },
    })
  })

  it('is one in the dialect of the endpoint', async () => {
    const { status, json } = await request('DELETE', MESSAGES.path)
    expect(status).toBe(405)
    expect(json).toEqual({
      type: 'error',
      error: { type: 'invalid_request_error', message: 'DELETE is not allowed here; use POST.' },
      request_id: expect.stringMatching(ID),
    })
    const models = await request('POST', '/v1/models')
    expect([models.status, models.headers['allow'], models.json.error.code]).toEqual([
      405,
      'GET, HEAD, OPTIONS',
      'method_not_allowed',
    ])
  })

  it('is 426 for a WebSocket on /v1/responses, and 405 without an upgrade', async () => {
    const headers = { ...AUTHORIZED, upgrade: 'websocket', connection: 'Upgrade' }
    const answer = await request('GET', '/v1/responses', headers)
    expect([answer.status, answer.headers['upgrade']]).toEqual([426, 'HTTP/1.1'])
    expect(answer.json).toEqual({
      error: {
        message: 'WebSocket is not supported here; use HTTP with streaming.',
        type: 'invalid_request_error',
        param: null,
        code: 'upgrade_required',
      },
    })
    expect((await request('GET', '/v1/responses')).status).toBe(405)
    expect((await request('GET', '/v1/messages', headers)).status).toBe(405)
  })
})

describe('every answer', () => {
  it('has a request id of its own, under both names on /v1/messages', async () => {
    const answers = [
      await post(CHAT.path, CHAT.request()),
      await post(CHAT.path, 'no json'),
      await get('/v1/models'),
      await request('GET', '/nothing'),
      await request('OPTIONS', CHAT.path),
      await post(MESSAGES.path, MESSAGES.request()),
      await post(MESSAGES.path, 'no json'),
    ]
    const ids = answers.map(({ headers }) => headers['x-request-id'])
    expect(new Set(ids).size).toBe(answers.length)
    for (const id of ids) expect(id).toMatch(ID)
    const messages = answers.slice(-2).map(({ headers }) => headers['request-id'])
    expect(messages).toEqual(ids.slice(-2))
    expect(answers[0]?.headers['request-id']).toBeUndefined()
  })

  test('case 77: is private and not stored, streams too', async () => {
    const answers = [
      await get('/v1/models'),
      await get('/v1/credits'),
      await get('/v1/credits', {}),
      await post(CHAT.path, CHAT.request()),
      await post(CHAT.path, {}),
      await post(CHAT.path, { ...CHAT.request(), stream: true }),
    ]
    for (const { headers } of answers) expect(headers['cache-control']).toMatch(/^private, no-store/)
  })

  it('names the model that served it, by its id in the catalogue', async () => {
    const { headers } = await post(CHAT.path, CHAT.request())
    expect(headers['x-crossmodel-model']).toBe('test/chat')
    const refused = await post(CHAT.path, CHAT.request('[[error:400]]'))
    expect([refused.status, refused.headers['x-crossmodel-model']]).toEqual([400, 'test/chat'])
    expect((await get('/v1/models')).headers['x-crossmodel-model']).toBeUndefined()
  })
})

it('gateway.fetch answers as handle does', async () => {
  const before = vendor.calls.length
  const response = await gateway.fetch(
    new Request('http://host.test/v1/chat/completions?x=1', {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}` },
      body: JSON.stringify(CHAT.request()),
    }),
  )
  expect([response.status, await response.json()]).toMatchObject([200, { model: 'test/chat' }])
  expect(vendor.calls.length).toBe(before + 1)
})
