import { describe, expect, it, test } from 'vitest'
import { estimateInputTokens } from '../../src/index.js'
import { CHAT, chatAnswer, ENDPOINTS, MESSAGES, whole } from '../support/calls.js'
import type { Answer } from '../support/read-answer.js'
import { createTestGateway, type TestGateway } from '../support/test-gateway.js'

const limitsOf = ({ headers }: Answer): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.includes('ratelimit') || name.includes('retry-')),
  )

const limited = (message: string): unknown => ({
  error: { message, type: 'rate_limit_error', param: null, code: 'rate_limit_exceeded' },
})

const chat = (tested: TestGateway, maxTokens = 100): Promise<Answer> =>
  tested.post(CHAT.path, { ...CHAT.request(), max_tokens: maxTokens })
const INPUT = estimateInputTokens({ ...CHAT.request(), max_tokens: 100 })

describe('case 70: requests per minute', () => {
  it('are counted on success and refused above the limit, in the headers and words of OpenAI', async () => {
    const tested = createTestGateway({ key: { rpm: 2 } })
    expect(limitsOf(await chat(tested))).toEqual({
      'x-ratelimit-limit-requests': '2',
      'x-ratelimit-remaining-requests': '1',
      'x-ratelimit-reset-requests': '30s',
    })
    await chat(tested)
    const refused = await chat(tested)
    expect([refused.status, refused.json]).toEqual([
      429,
      limited('Rate limit exceeded: max 2 requests per minute.'),
    ])
    expect(limitsOf(refused)).toEqual({
      'x-ratelimit-limit-requests': '2',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '1m0s',
      'retry-after': '30',
      'retry-after-ms': '30000',
    })
    expect(tested.vendor.calls).toHaveLength(2)
  })

  it('are refused in the headers and words of Anthropic', async () => {
    const tested = createTestGateway({ key: { rpm: 1, tpm: 10_000 } })
    const { clock } = tested
    const ok = await tested.post(MESSAGES.path, MESSAGES.request())
    const left = 10_000 - 100 - estimateInputTokens(MESSAGES.request() as never)
    const inFuture = (ms: number): string => new Date(clock.now() + ms).toISOString()
    expect(limitsOf(ok)).toEqual({
      'anthropic-ratelimit-requests-limit': '1',
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': inFuture(60_000),
      'anthropic-ratelimit-tokens-limit': '10000',
      'anthropic-ratelimit-tokens-remaining': String(left),
      'anthropic-ratelimit-tokens-reset': inFuture((10_000 - left) * 6),
    })
    const refused = await tested.post(MESSAGES.path, MESSAGES.request())
    expect([refused.status, refused.json]).toEqual([
      429,
      {
        type: 'error',
        error: { type: 'rate_limit_error', message: 'Rate limit exceeded: max 1 requests per minute.' },
        request_id: refused.headers['request-id'],
      },
    ])
    expect(limitsOf(refused)).toMatchObject({
      'anthropic-ratelimit-requests-remaining': '0',
      'retry-after': '60',
      'retry-after-ms': '60000',
    })
  })

  it('come back by and by, and a refused request costs nothing', async () => {
    const tested = createTestGateway({ key: { rpm: 60 } })
    for (let count = 0; count < 60; count += 1) expect((await chat(tested)).status).toBe(200)
    for (let count = 0; count < 20; count += 1) expect((await chat(tested)).status).toBe(429)
    tested.clock.advance(1000)
    expect((await chat(tested)).status).toBe(200)
    expect((await chat(tested)).status).toBe(429)
    tested.clock.advance(60_000)
    for (let count = 0; count < 60; count += 1) expect((await chat(tested)).status).toBe(200)
  })

  it('are shared by the endpoints of a key; lists and balances are free of them', async () => {
    const tested = createTestGateway({ key: { rpm: 3 } })
    for (const { path, request } of ENDPOINTS) expect((await tested.post(path, request())).status).toBe(200)
    for (const { path, request } of ENDPOINTS) expect((await tested.post(path, request())).status).toBe(429)
    expect((await tested.get('/v1/models')).status).toBe(200)
    expect((await tested.get('/v1/credits')).status).toBe(200)
  })

  it('are 60, with 100000 tokens, where nothing else is said', async () => {
    const tested = createTestGateway({ account: { keys: [{ key: 'cm-key-of-acme' }] } })
    expect(limitsOf(await chat(tested))).toMatchObject({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-limit-tokens': '100000',
    })
  })
})

describe('tokens per minute', () => {
  const usage = { prompt_tokens: 4, completion_tokens: 6, total_tokens: 10 }

  it('are reserved before the call: the input estimate and the output limit', async () => {
    const tested = createTestGateway({ key: { tpm: 1000 } })
    const reserved = INPUT + 100
    expect(limitsOf(await chat(tested))).toEqual({
      'x-ratelimit-limit-tokens': '1000',
      'x-ratelimit-remaining-tokens': String(1000 - reserved),
      'x-ratelimit-reset-tokens': `${(reserved * 60) / 1000}s`,
    })
  })

  it('of a call without a limit are those of the model, bounded', async () => {
    const remaining = async (overrides: object): Promise<number> => {
      const tested = createTestGateway({ key: { tpm: 50_000 }, ...overrides })
      const { headers } = await tested.post(CHAT.path, CHAT.request())
      return (
        50_000 -
        Number(headers['x-ratelimit-remaining-tokens']) -
        estimateInputTokens(CHAT.request() as never)
      )
    }
    expect(await remaining({})).toBe(1000)
    expect(await remaining({ maxReservedOutputTokens: 300 })).toBe(300)
  })

  it('case 67: are reconciled after the call, so what was not used is there for the next one', async () => {
    const tested = createTestGateway({ key: { tpm: 200 } })
    tested.vendor.always(chatAnswer(usage))
    for (let count = 1; count <= 5; count += 1) {
      const { status, headers } = await chat(tested)
      expect([status, headers['x-ratelimit-remaining-tokens']]).toEqual([
        200,
        String(200 - (count - 1) * 10 - INPUT - 100),
      ])
    }
  })

  it('case 67: that were used beyond the reservation are owed', async () => {
    const tested = createTestGateway({ key: { tpm: 200 } })
    tested.vendor.always(chatAnswer({ prompt_tokens: 300, completion_tokens: 100, total_tokens: 400 }))
    expect((await chat(tested)).status).toBe(200)
    const refused = await chat(tested)
    expect([refused.status, refused.json]).toEqual([
      429,
      limited('Rate limit exceeded: max 200 tokens per minute.'),
    ])
    // 200 in debt, and the reservation on top, at 200 a minute.
    expect(Number(refused.headers['retry-after-ms'])).toBe((200 + INPUT + 100) * 300)
  })

  it('case 66: hold for calls at the same time: no more pass than their reservations fit', async () => {
    const tested = createTestGateway({ key: { tpm: 300 } })
    tested.vendor.always(chatAnswer({ prompt_tokens: 10, completion_tokens: 100, total_tokens: 110 }))
    const answers = await Promise.all(Array.from({ length: 5 }, () => chat(tested)))
    const fitting = Math.floor(300 / (INPUT + 100))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(fitting)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(5 - fitting)
    expect(tested.vendor.calls).toHaveLength(fitting)
  })

  it('of a refused call cost no request either', async () => {
    const tested = createTestGateway({ key: { rpm: 10, tpm: 100 } })
    await chat(tested)
    for (let count = 0; count < 5; count += 1) expect((await chat(tested)).status).toBe(429)
    const { headers } = await chat(tested)
    expect(headers['x-ratelimit-remaining-requests']).toBe('9')
  })

  it('of a call that failed come back whole', async () => {
    const tested = createTestGateway({ key: { tpm: 1000 } })
    tested.vendor.play(whole({ error: { message: 'no' } }, 500))
    const first = await chat(tested)
    const second = await chat(tested)
    expect(first.status).toBe(502)
    expect(second.headers['x-ratelimit-remaining-tokens']).toBe(first.headers['x-ratelimit-remaining-tokens'])
  })

  it('above the limit in one call pass when nothing else was used', async () => {
    const tested = createTestGateway({ key: { tpm: 50 } })
    expect((await chat(tested, 1000)).status).toBe(200)
  })
})

test('case 68: one limit holds for several gateways that share its store, and for no others', async () => {
  const one = createTestGateway({ key: { rpm: 1 } })
  const sharing = createTestGateway({ key: { rpm: 1 }, stores: { limits: one.stores.limits } })
  const other = createTestGateway({ key: { rpm: 1 } })
  expect((await chat(one)).status).toBe(200)
  expect((await chat(sharing)).status).toBe(429)
  expect((await chat(other)).status).toBe(200)
})
