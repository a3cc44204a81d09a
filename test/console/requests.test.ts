import { describe, expect, it } from 'vitest'
import type { Answer } from '../support/read-answer.js'
import { replaceMethods } from '../support/replace-methods.js'
import { createTestConsole, OWNER, TOKEN, type TestConsole } from './support.js'

const KEYS = 'accounts/acme/keys'
const outcome = ({ status, json }: Answer): unknown => [status, json.error.code, json.error.param]

/** Sends a body as it stands. */
const post = ({ operator }: TestConsole, body: string, headers = {}, path = KEYS): Promise<Answer> =>
  operator.send(path, { method: 'POST', body, headers })

describe('paths', () => {
  it.each([
    '',
    'accounts/',
    'accounts//keys',
    '/accounts',
    '../v1/accounts',
    'accounts/../keys',
    'accounts/acme/../../keys',
    'accounts/acme/keys/',
    'Accounts',
    'keys/%',
    'keys/%E0%A4%A',
    'nothing',
    'webhooks/paper/more',
  ])('lead nowhere: %s', async (path) => {
    const { operator } = await createTestConsole()
    expect((await operator.get(path)).status).toBe(404)
  })

  it.each([
    '..%2Fother',
    '%2e%2e',
    'acme%2Fkeys',
    'acme%00',
    'other%2F..%2Facme',
    "'%20OR%201=1--",
    '__proto__',
  ])('hold ids that nobody has: %s', async (id) => {
    const { operator, as } = await createTestConsole()
    for (const path of [`accounts/${id}`, `accounts/${id}/overview`, `keys/${id}`, `usage/${id}`]) {
      expect((await operator.get(path)).status).toBe(404)
      expect((await as(OWNER).get(path)).status).toBe(404)
    }
  })

  it('hold ids with slashes, encoded', async () => {
    const { operator } = await createTestConsole()
    await operator.post('accounts', { id: 'a/b?c#d%2F' })
    const found = await operator.get(`accounts/${encodeURIComponent('a/b?c#d%2F')}`)
    expect(found.json.id).toBe('a/b?c#d%2F')
  })

  it('outside the API are answered as JSON', async () => {
    const { console } = await createTestConsole()
    for (const path of [
      '/nothing',
      '/api',
      '/api/v1',
      '/api/v2/accounts',
      '/index.html',
      '//',
      '/api/v1x/session',
    ]) {
      const answer = await console.handle({ method: 'GET', path, headers: {}, body: null })
      expect(answer.status).toBe(404)
      expect(answer.headers['content-type']).toContain('application/json')
    }
  })

  it('say which methods they take', async () => {
    const { operator } = await createTestConsole()
    const answer = await operator.send('keys/key_acme', { method: 'PUT' })
    expect(outcome(answer)).toEqual([405, 'method_not_allowed', null])
    expect(answer.headers['allow']).toBe('GET, PATCH, DELETE')
  })

  it('answer HEAD as GET without a body', async () => {
    const { operator } = await createTestConsole()
    for (const path of ['accounts', 'usage.csv']) {
      const answer = await operator.send(path, { method: 'HEAD' })
      expect([answer.status, answer.text]).toEqual([200, ''])
    }
  })
})

describe('bodies', () => {
  it.each([
    ['none', ''],
    ['a text', '"text"'],
    ['a list', '[]'],
    ['null', 'null'],
    ['half an object', '{"name":'],
    ['two objects', '{}{}'],
    ['a comment', '{/*x*/}'],
  ])('are refused that are no JSON object: %s', async (_name, body) => {
    expect(outcome(await post(await createTestConsole(), body))).toEqual([400, 'invalid_json', null])
  })

  it('are refused without one, in UTF-16 and nested too deeply', async () => {
    const { console, operator } = await createTestConsole()
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` }
    for (const body of [null, new Uint8Array([0xff, 0xfe, 0x7b, 0, 0x7d, 0])]) {
      const answer = await console.handle({ method: 'POST', path: `/api/v1/${KEYS}`, headers, body })
      expect(answer.status).toBe(400)
    }
    const deep = `{"aliases":${'{"a":'.repeat(600)}1${'}'.repeat(600)}}`
    expect(outcome(await operator.send('accounts', { method: 'POST', body: deep }))).toEqual([
      400,
      'invalid_json',
      null,
    ])
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/jsonp',
    '',
  ])('are refused that are called %s', async (contentType) => {
    const world = await createTestConsole()
    const answer = await post(world, '{}', { 'content-type': contentType })
    expect(outcome(answer)).toEqual([415, 'unsupported_media_type', null])
  })

  it('are taken with a charset', async () => {
    const world = await createTestConsole()
    const answer = await post(world, '{}', { 'content-type': 'Application/JSON; charset=utf-8' })
    expect(answer.status).toBe(201)
  })

  it('are refused over 64 KiB', async () => {
    const world = await createTestConsole()
    const filler = 'x'.repeat(64 * 1024)
    expect(outcome(await post(world, `{"name":"${filler}"}`))).toEqual([413, 'request_too_large', null])
    const asked: number[] = []
    await world.console.handle({
      method: 'POST',
      path: `/api/v1/${KEYS}`,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
      body: (maxBytes) => {
        asked.push(maxBytes)
        return Promise.resolve('{}')
      },
    })
    expect(asked).toEqual([64 * 1024])
  })

  it('that the host has parsed are taken as they are', async () => {
    const { console } = await createTestConsole()
    const answer = await console.handle({
      method: 'POST',
      path: `/api/v1/${KEYS}`,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
      body: { json: { name: 'parsed' } },
    })
    expect(answer.status).toBe(201)
  })

  it.each<[string, string, string, string]>([
    ['an unknown field', KEYS, '{"nmae":"x"}', 'nmae'],
    ['an unknown field within', KEYS, '{"spend_limits":{"year_micro":1}}', 'spend_limits.year_micro'],
    ['a field of the answer', KEYS, '{"secret":"cm-gk_mine-alone"}', 'secret'],
    ['a field of another account', KEYS, '{"account_id":"other"}', 'account_id'],
    ['a name of nothing', KEYS, '{"name":" "}', 'name'],
    ['a name without end', KEYS, `{"name":"${'x'.repeat(257)}"}`, 'name'],
    ['a rate of nothing', KEYS, '{"rpm":0}', 'rpm'],
    ['a rate in pieces', KEYS, '{"tpm":1.5}', 'tpm'],
    ['a rate in words', KEYS, '{"concurrency":"2"}', 'concurrency'],
    ['a limit below zero', KEYS, '{"spend_limits":{"day_micro":-1}}', 'spend_limits.day_micro'],
    ['a time that is none', KEYS, '{"expires_at":"tomorrow"}', 'expires_at'],
    ['a day that is none', KEYS, '{"expires_at":"2026-02-30T00:00:00Z"}', 'expires_at'],
    ['models that are no list', KEYS, '{"allowed_models":"all"}', 'allowed_models'],
    ['an id with a space', 'accounts', '{"id":"a b"}', 'id'],
    ['an id that is taken', 'accounts', '{"id":"acme"}', 'id'],
    ['a time before all times', KEYS, '{"expires_at":"1960-01-01T00:00:00Z"}', 'expires_at'],
    ['an alias to nowhere', 'accounts', '{"aliases":{"xY":"no/such"}}', 'aliases.xY'],
    ['a credit of nothing', 'accounts/acme/credits', '{"amount_micro":0,"external_id":"x"}', 'amount_micro'],
    ['a credit below zero', 'accounts/acme/credits', '{"amount_micro":-5,"external_id":"x"}', 'amount_micro'],
    ['a credit of pieces', 'accounts/acme/credits', '{"amount_micro":0.5,"external_id":"x"}', 'amount_micro'],
    ['a fortune', 'accounts/acme/credits', '{"amount_micro":1e15,"external_id":"x"}', 'amount_micro'],
    [
      'an adjustment of nothing',
      'accounts/acme/adjustments',
      '{"amount_micro":0,"external_id":"x"}',
      'amount_micro',
    ],
    ['money without an id', 'accounts/acme/refunds', '{"amount_micro":5}', 'external_id'],
  ])('are refused with the field at fault: %s', async (_name, path, body, param) => {
    const world = await createTestConsole()
    const before = await world.tested.gateway.admin.money.entries({ accountId: 'acme' })
    const answer = await post(world, body, {}, path)
    expect([400, 409]).toContain(answer.status)
    expect([answer.json.error.code, answer.json.error.param]).toEqual(['invalid_value', param])
    expect(answer.json.error.message).toContain(param)
    expect(await world.tested.gateway.admin.keys.list()).toHaveLength(1)
    expect(await world.tested.gateway.admin.money.entries({ accountId: 'acme' })).toEqual(before)
  })

  it('of a change that changes nothing are refused', async () => {
    const { operator } = await createTestConsole()
    for (const path of ['accounts/acme', 'keys/key_acme'])
      expect(outcome(await operator.patch(path, {}))).toEqual([400, 'invalid_value', null])
  })

  it.each([
    '{"__proto__":{"role":"operator"}}',
    '{"aliases":{"__proto__":"test/chat"}}',
    '{"aliases":{"a":{"__proto__":1}}}',
    '{"\\u005f_proto__":1}',
  ])('are refused with names that are not what they look like: %s', async (body) => {
    const world = await createTestConsole()
    expect(outcome(await post(world, body, {}, 'accounts'))).toEqual([400, 'invalid_value', '__proto__'])
    expect({}).not.toHaveProperty('role')
  })

  it.each(['constructor', 'toString', 'hasOwnProperty', 'prototype'])(
    'may name an alias like what every object has: %s',
    async (name) => {
      const { operator } = await createTestConsole()
      const refused = await operator.post('accounts', { [name]: 1 })
      expect(outcome(refused)).toEqual([400, 'invalid_value', name])
      const created = await operator.post('accounts', { id: 'x', aliases: { [name]: 'test/chat' } })
      expect(created.status).toBe(201)
      expect((await operator.get('accounts/x')).json.aliases).toEqual({ [name]: 'test/chat' })
    },
  )
})

describe('queries', () => {
  it.each([
    ['accounts?limit=0', 'limit'],
    ['accounts?limit=1001', 'limit'],
    ['accounts?limit=1e2', 'limit'],
    ['accounts?limit=', 'limit'],
    ['accounts?limit=1&limit=2', 'limit'],
    ['accounts?after=', 'after'],
    ['accounts?after=%7B%7D', 'after'],
    ['accounts?after=bnVsbA', 'after'],
    ['usage?after=e30', 'after'],
    [`accounts?after=${'A'.repeat(3000)}`, 'after'],
    ['usage?after=Ilx1MDAwMCI', 'after'],
    ['accounts/acme/ledger?after=LTE', 'after'],
    ['accounts/acme/ledger?kind=top_up,nothing', 'kind[1]'],
    ['usage?status=done', 'status'],
    ['usage?since=yesterday', 'since'],
    ['usage?until=2026-02-30', 'until'],
    ['usage?since=1969-12-31', 'since'],
    ['usage?model=', 'model'],
    ['usage?modle=x', 'modle'],
    ['usage?toString=x', 'toString'],
    ['usage?__proto__=x', '__proto__'],
    ['totals', 'by'],
    ['totals?by=hour', 'by'],
    ['totals?by=day&since=2026-11-01T00:00:00Z', 'since'],
    ['totals?by=day&since=1990-01-01', 'since'],
    ['session?x=1', 'x'],
    ['openapi.json?x=1', 'x'],
  ])('are refused with the parameter at fault: %s', async (path, param) => {
    const { operator } = await createTestConsole()
    expect(outcome(await operator.get(path))).toEqual([400, 'invalid_value', param])
  })
})

describe('a store that fails', () => {
  it('is a db_error that says nothing of it', async () => {
    const { operator, tested, errors } = await createTestConsole()
    replaceMethods(tested.stores.keys, {
      accounts: () => {
        throw new Error('connect ECONNREFUSED 10.1.2.3:5432')
      },
    })
    const answer = await operator.get('accounts')
    expect(outcome(answer)).toEqual([500, 'db_error', null])
    expect(answer.text).not.toContain('10.1.2.3')
    expect(errors.at(-1)?.requestId).toBe(answer.headers['x-request-id'])
  })

  it('is an error also of a table, before its first line', async () => {
    const { operator, tested } = await createTestConsole()
    replaceMethods(tested.stores.usage, {
      records: () => {
        throw new Error('gone')
      },
    })
    expect(outcome(await operator.get('usage.csv'))).toEqual([500, 'db_error', null])
  })

  it('is not made worse by a listener that throws', async () => {
    const { operator } = await createTestConsole({
      onError: () => {
        throw new Error('listener')
      },
    })
    expect((await operator.get('nothing')).status).toBe(404)
  })
})
