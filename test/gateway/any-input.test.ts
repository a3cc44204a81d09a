import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { CHAT, chatAnswer, ENDPOINTS } from '../support/calls.js'
import { AUTHORIZED, createTestGateway } from '../support/test-gateway.js'

test('case 78: a body of 5 MB is parsed once and written never', async () => {
  const tested = createTestGateway({ key: { tpm: null }, account: { balanceMicro: 100_000_000 } })
  tested.vendor.always(chatAnswer({ prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }))
  const body = JSON.stringify(CHAT.request('word '.repeat(1_000_000)))
  const bytes = new TextEncoder().encode(body)
  const parse = vi.spyOn(JSON, 'parse')
  const stringify = vi.spyOn(JSON, 'stringify')
  await tested.gateway.handle({ method: 'POST', path: CHAT.path, headers: AUTHORIZED, body: bytes })
  const parsed = parse.mock.calls.filter(([text]) => text.length > 1_000_000)
  const written = stringify.mock.results.filter(({ value }) => String(value).length > 1_000_000)
  vi.restoreAllMocks()
  expect(tested.vendor.last().text).toBe(body.replace('test/chat', 'vendor-chat'))
  // One of the two is the scripted vendor's own.
  expect(parsed).toHaveLength(2)
  expect(written).toEqual([])
})

test('any JSON at all is answered, in the dialect, and holds nothing afterwards', async () => {
  const tested = createTestGateway({ account: { balanceMicro: 1_000_000_000 } })
  tested.vendor.always(chatAnswer())
  const fields = fc.dictionary(
    fc.constantFrom(
      'messages',
      'input',
      'stream',
      'max_tokens',
      'n',
      'user',
      'metadata',
      'stream_options',
      'system',
      'x',
    ),
    fc.jsonValue(),
  )
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...ENDPOINTS), fields, async (endpoint, extra) => {
      const { status, json } = await tested.post(endpoint.path, { ...endpoint.request(), ...extra })
      expect([200, 400, 402, 502]).toContain(status)
      // A stream that begins with no event of its protocol is answered as one; everything else is JSON.
      const isError = typeof json?.error?.message === 'string'
      expect(isError).toBe(status !== 200)
      expect(tested.wallet().heldMicro).toBe(0)
    }),
    { numRuns: 300 },
  )
})
