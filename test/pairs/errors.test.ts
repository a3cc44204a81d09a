import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import { parseSse } from '../../src/index.js'
import { thrownBy } from '../support/sdk-gateway.js'
import { BALANCE_OF_PAIRS, createPairGateway, inBothModes, PAIRS } from './pair.js'

/** What the SDK throws for the statuses of a vendor: its class and the status that the client sees. */
const STATUSES = [
  [400, 400, 'BadRequestError'],
  [401, 502, 'InternalServerError'],
  [403, 502, 'InternalServerError'],
  [413, 413, 'APIError'],
  [429, 429, 'RateLimitError'],
  [500, 502, 'InternalServerError'],
] as const

describe.each(inBothModes(PAIRS))(
  '$client → $vendorName (streamed: $streamed)',
  ({ client: clientName, vendorName, streamed }) => {
    const sdk = clientName === 'messages' ? Anthropic : OpenAI
    const setUp = (text: string) => {
      const tested = createPairGateway()
      const client = tested.client(clientName)
      return {
        tested,
        thrown: () =>
          thrownBy(client.ask({ model: `pair/${vendorName}`, streamed, history: client.say(text) })),
      }
    }

    test.each(STATUSES)(
      'case 46, case 46a: a vendor’s %i is a %i of its class, before anything has begun',
      async (status, seen, className) => {
        const { tested, thrown } = setUp(`[[error:${status}]]Hello`)
        const error = await thrown()
        expect(error).toBeInstanceOf(sdk[className])
        expect(error).toMatchObject({ status: seen, requestID: expect.stringMatching(/^req_cm_/) })
        expect(tested.wallet()).toEqual({ balanceMicro: BALANCE_OF_PAIRS, heldMicro: 0 })
        expect(tested.records).toMatchObject([{ status: 'failed', httpStatus: seen, costMicro: 0 }])
      },
    )

    test('an overloaded vendor is one in the client’s own words', async () => {
      const error = await setUp('[[error:503]]Hello').thrown()
      expect(error).toBeInstanceOf(sdk.InternalServerError)
      expect(error).toMatchObject({ status: clientName === 'messages' ? 529 : 503 })
    })

    test('a connection that breaks is an error, never an end', async () => {
      const { tested, thrown } = setUp(`[[cut:${streamed ? 4 : 0}]]one two three four five`)
      expect(await thrown()).toBeInstanceOf(Error)
      expect(tested.records).toMatchObject([{ status: 'failed' }])
      expect(tested.wallet().heldMicro).toBe(0)
    })
  },
)

const FAILS = '[[error:503@3]]one two three four five six'
const messages = [{ role: 'user', content: FAILS }]

/** A request whose stream fails, and the event that says so last. */
const ON_THE_WIRE = {
  chat: {
    path: '/v1/chat/completions',
    body: { messages },
    lastEvent: { error: { type: expect.any(String), message: expect.any(String), code: expect.any(String) } },
  },
  responses: { path: '/v1/responses', body: { input: FAILS }, lastEvent: { type: 'error' } },
  messages: {
    path: '/v1/messages',
    body: { messages, max_tokens: 100 },
    lastEvent: { type: 'error', error: { type: 'overloaded_error' } },
  },
} as const

describe.each(PAIRS)('$client → $vendorName', ({ client: clientName, vendorName }) => {
  test.each([1, 3, 6])('case 43: an error inside a stream, after %i events, is thrown', async (events) => {
    const tested = createPairGateway()
    const client = tested.client(clientName)
    const history = client.say(`[[error:503@${events}]]one two three four five six`)
    const error = await thrownBy(client.ask({ model: `pair/${vendorName}`, streamed: true, history }))
    expect(error).toBeInstanceOf(Error)
    expect(tested.records).toMatchObject([{ status: 'failed' }])
    expect(tested.wallet().heldMicro).toBe(0)
  })

  test('case 43: an error inside a stream is on the wire, in the client’s protocol', async () => {
    const tested = createPairGateway()
    const { path, body, lastEvent } = ON_THE_WIRE[clientName]
    const answer = await tested.post(path, { ...body, model: `pair/${vendorName}`, stream: true })
    expect(answer.status).toBe(200)
    const last = [...parseSse(answer.text)].at(-1)
    expect(JSON.parse(last?.data ?? '')).toMatchObject(lastEvent)
  })
})
