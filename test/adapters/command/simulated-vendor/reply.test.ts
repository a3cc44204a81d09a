import { describe, expect, test } from 'vitest'
import { replyTo } from '../../../../adapters/command/simulated-vendor/index.js'
import { ask } from './vendor.js'

const chat = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] }
const get = (path: string, headers: Record<string, string> = {}) => {
  const reply = replyTo({ method: 'GET', path, headers, body: '' })
  return { status: reply.status, body: JSON.parse(reply.events.join('')) as Record<string, unknown> }
}

describe('replyTo', () => {
  test('gives the same request the same answer, ids too, and another request other ids', () => {
    const [first, again, other] = [chat, chat, { ...chat, model: 'n' }].map((body) =>
      ask('/v1/chat/completions', body),
    )
    expect(again).toEqual(first)
    expect(other?.data[0].id).not.toBe(first?.data[0].id)
  })

  test('lists models in the shape of each vendor', () => {
    expect(get('/v1/models').body).toMatchObject({ object: 'list', data: [{ object: 'model' }, {}, {}, {}] })
    expect(get('/v1/models', { 'anthropic-version': '1' }).body).toMatchObject({ has_more: false })
    expect(get('/v1beta/models?pageSize=9').body).toMatchObject({
      models: [{ name: 'models/simulated-chat' }, {}, {}, {}],
    })
    expect(get('/v1/models/a%2Fb').body).toMatchObject({ id: 'a/b' })
    expect(get('/v1beta/models/m').body).toMatchObject({ name: 'models/m' })
  })

  test.each([
    ['/v1/nothing', { error: { code: 'not_found' } }],
    ['/v1/messages/nothing', { type: 'error', error: { type: 'not_found_error' } }],
    ['/v1beta/nothing', { error: { code: 404, status: 'NOT_FOUND' } }],
  ])('knows nothing at %s', (path, body) => {
    expect(ask(path, {})).toMatchObject({ status: 404, data: [body] })
  })

  test.each(['', '{', '[]', '"text"', 'null'])('refuses the body %j', (body) => {
    expect(ask('/v1/chat/completions', body)).toMatchObject({
      status: 400,
      data: [{ error: { code: 'invalid_json' } }],
    })
  })

  test('survives a body nested ten thousand deep', () => {
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`
    const body = `{"model":"m","messages":[{"role":"user","content":"Hi"}],"metadata":${deep}}`
    expect([200, 400, 500]).toContain(ask('/v1/chat/completions', body).status)
  })

  test.each([
    ['/v1/chat/completions', 'authorization', 'Bearer ', 401, { error: { code: 'invalid_api_key' } }],
    ['/v1/responses', 'authorization', 'bearer ', 401, { error: { code: 'invalid_api_key' } }],
    ['/v1/messages', 'x-api-key', '', 401, { error: { type: 'authentication_error' } }],
    ['/v1/messages', 'authorization', 'Bearer ', 401, { error: { type: 'authentication_error' } }],
    [
      '/v1beta/models/m:generateContent',
      'x-goog-api-key',
      '',
      400,
      { error: { status: 'INVALID_ARGUMENT', details: [{ reason: 'API_KEY_INVALID' }] } },
    ],
  ])('%s wants its key in %s', (path, name, prefix, status, body) => {
    const send = (headers: Record<string, string>) =>
      replyTo({ method: 'POST', path, headers, body: '{}' }, { expectedKey: 'right' })
    for (const headers of [{}, { [name]: `${prefix}wrong` }]) {
      const reply = send(headers)
      expect(reply.status).toBe(status)
      expect(JSON.parse(reply.events.join(''))).toMatchObject(body)
      expect(reply.events.join('')).not.toContain('right')
    }
    expect(send({ [name]: `${prefix}right` }).events.join('')).not.toMatch(/key/i)
  })

  test('sends request id, limits and when to retry', () => {
    const { headers } = ask('/v1/chat/completions', {
      ...chat,
      messages: [{ role: 'user', content: '[[error:429]]' }],
    })
    expect(headers).toMatchObject({
      'x-request-id': expect.stringMatching(/^req_[0-9a-f]{24}$/),
      'x-ratelimit-remaining-requests': '9999',
      'retry-after': '1',
    })
  })
})
