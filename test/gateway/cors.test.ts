import { describe, expect, it } from 'vitest'
import { CHAT } from '../support/calls.js'
import { type Answer, readAnswer } from '../support/read-answer.js'
import { AUTHORIZED, createTestGateway, type TestGateway } from '../support/test-gateway.js'

const ORIGIN = 'https://app.example'
const FROM_BROWSER = { ...AUTHORIZED, origin: ORIGIN }

function corsOf({ headers }: Answer): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.startsWith('access-control-') || name === 'vary'),
  )
}

async function preflight({ handle }: TestGateway, headers: Record<string, string>): Promise<Answer> {
  return readAnswer(await handle(CHAT.path, { method: 'OPTIONS', headers }))
}

const EXPOSED = expect.stringContaining('x-request-id')

describe('without cors', () => {
  it('OPTIONS is answered without a key, and no answer has CORS headers', async () => {
    const tested = createTestGateway()
    const options = await preflight(tested, { origin: ORIGIN })
    expect([options.status, options.text, corsOf(options)]).toEqual([204, '', {}])
    expect(corsOf(await tested.post(CHAT.path, CHAT.request(), FROM_BROWSER))).toEqual({})
  })
})

describe('with cors for every origin', () => {
  const tested = createTestGateway({ cors: { origins: '*' } })

  it('a preflight is allowed what it asks for', async () => {
    const answer = await preflight(tested, {
      origin: ORIGIN,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization, x-stainless-os',
    })
    expect(answer.status).toBe(204)
    expect(corsOf(answer)).toEqual({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD, POST, DELETE, OPTIONS',
      'access-control-allow-headers': 'authorization, x-stainless-os',
      'access-control-max-age': '7200',
      'access-control-expose-headers': EXPOSED,
    })
  })

  it('answers, streams and errors may be read by the page', async () => {
    const expected = { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED }
    const answers = [
      await tested.post(CHAT.path, CHAT.request(), FROM_BROWSER),
      await tested.post(CHAT.path, { ...CHAT.request(), stream: true }, FROM_BROWSER),
      await tested.post(CHAT.path, 'no json', FROM_BROWSER),
      await tested.get('/v1/models', { origin: ORIGIN }),
      await tested.get('/nothing', { origin: ORIGIN }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 400, 401, 404])
    for (const answer of answers) expect(corsOf(answer)).toEqual(expected)
  })

  it('an answer to a program has no CORS headers', async () => {
    expect(corsOf(await tested.post(CHAT.path, CHAT.request()))).toEqual({})
  })
})

describe('with cors for some origins', () => {
  const tested = createTestGateway({ cors: { origins: [ORIGIN], maxAgeSeconds: 60 } })

  it('one of them is allowed, by name', async () => {
    const answer = await tested.post(CHAT.path, CHAT.request(), FROM_BROWSER)
    expect(corsOf(answer)).toEqual({
      'access-control-allow-origin': ORIGIN,
      'access-control-expose-headers': EXPOSED,
      vary: 'origin',
    })
    expect(corsOf(await preflight(tested, { origin: ORIGIN }))['access-control-max-age']).toBe('60')
  })

  it('another one is not', async () => {
    const headers = { ...AUTHORIZED, origin: 'https://evil.example' }
    expect(
      corsOf(await tested.post(CHAT.path, CHAT.request(), headers))['access-control-allow-origin'],
    ).toBeUndefined()
    expect(corsOf(await preflight(tested, headers))['access-control-allow-origin']).toBeUndefined()
  })
})
