import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ProtocolId } from '../../src/index.js'
import { changes, damage, junk, mutate, mutateObject } from '../laws/support/mutations.js'
import { ANSWERS, STREAMS } from '../laws/support/scenarios.js'
import { faultsOf } from '../laws/support/well-formed.js'
import { CHAT, data, type Endpoint, ENDPOINTS, MESSAGES, RESPONSES, stream, whole } from '../support/calls.js'
import type { Reply, Step } from '../support/scripted-vendor.js'
import {
  BASE_CONFIG,
  createTestGateway,
  PRICE,
  type TestGateway,
  VENDOR_HOST,
  VENDOR_KEY,
} from '../support/test-gateway.js'

const CLIENT_PROTOCOLS: Readonly<Record<string, ProtocolId>> = {
  [CHAT.path]: 'openai-chat',
  [RESPONSES.path]: 'openai-responses',
  [MESSAGES.path]: 'anthropic-messages',
}

const MODELS: Readonly<Record<ProtocolId, string>> = {
  'openai-chat': CHAT.model,
  'openai-responses': RESPONSES.model,
  'anthropic-messages': MESSAGES.model,
  gemini: 'test/gemini',
}

const PAIRS = ENDPOINTS.flatMap((endpoint) =>
  Object.entries(MODELS).map(([protocol, model]) => ({
    endpoint,
    protocol: protocol as ProtocolId,
    model,
    name: `${endpoint.path} on ${protocol}`,
    isTranslated: CLIENT_PROTOCOLS[endpoint.path] !== protocol,
  })),
)
type Pair = (typeof PAIRS)[number]

const SIZES = { maxOutputTokens: 1000, contextWindowTokens: 100_000 } as const

function createAnyGateway(): TestGateway {
  return createTestGateway({
    upstreams: {
      ...BASE_CONFIG.upstreams,
      gemini: { protocol: 'gemini', baseUrl: `https://${VENDOR_HOST}`, apiKey: VENDOR_KEY },
    },
    models: [
      ...BASE_CONFIG.models,
      { id: 'test/gemini', upstream: 'gemini', model: 'vendor-gemini', price: PRICE, ...SIZES },
    ],
    account: { balanceMicro: 1_000_000_000_000 },
  })
}

const request = ({ endpoint, model }: Pair, isStream: boolean) => ({
  ...endpoint.request(),
  model,
  stream: isStream,
})

/** Calls the gateway with a vendor that answers so; whatever it is, the client gets an answer and nothing stays held. */
async function call(pair: Pair, tested: TestGateway, { reply, isStream }: Exchange): Promise<void> {
  const before = tested.records.length
  tested.vendor.always(reply)
  const { status, text, json } = await tested.post(pair.endpoint.path, request(pair, isStream))
  expect(status === 200 || (status >= 400 && status < 600)).toBe(true)
  if (status !== 200) expect(json.error.message).toBeTypeOf('string')
  else if (pair.isTranslated && isStream) expect(faultsOf(protocolOf(pair.endpoint), text)).toEqual([])
  else if (!isStream) expect(json).toBeTypeOf('object')
  expect(tested.records).toHaveLength(before + 1)
  expect(tested.wallet().heldMicro).toBe(0)
}

interface Exchange {
  readonly reply: Reply
  readonly isStream: boolean
}

function protocolOf({ path }: Endpoint): ProtocolId {
  return CLIENT_PROTOCOLS[path] ?? 'gemini'
}

const textsOf = (protocol: ProtocolId): fc.Arbitrary<string> =>
  fc.constantFrom(...STREAMS.filter((wire) => wire.protocol === protocol).map((wire) => wire.stream))

/** Bytes in pieces of any size. */
const inPieces = (bytes: Uint8Array, size: number): readonly Step[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  )

/** A stream of the vendor with damaged text, with bytes that are no UTF-8, and in any pieces. */
const hurtStreams = (protocol: ProtocolId): fc.Arbitrary<Reply> =>
  fc
    .record({
      text: textsOf(protocol),
      hurts: fc.array(damage, { maxLength: 3 }),
      bytes: fc.array(fc.tuple(fc.nat(), fc.constantFrom(0x00, 0x80, 0xc3, 0xed, 0xf8, 0xff)), {
        maxLength: 4,
      }),
      size: fc.constantFrom(1, 7, 100, 100_000),
      type: fc.constantFrom('text/event-stream', 'application/json', 'text/plain'),
    })
    .map(({ text, hurts, bytes, size, type }) => {
      const encoded = new TextEncoder().encode(hurts.reduce((hurt, change) => change(hurt), text))
      for (const [at, byte] of bytes) encoded[at % Math.max(1, encoded.length)] = byte
      return { headers: { 'content-type': type }, steps: inPieces(encoded, size) }
    })

/** Events and answers of the right shape with values of wrong types. */
const wrongStreams = (protocol: ProtocolId): fc.Arbitrary<Reply> =>
  fc.tuple(textsOf(protocol), fc.array(changes, { minLength: 1, maxLength: 4 })).map(([text, list]) => {
    const events = text.split(/(?<=\n\n)/)
    list.forEach((change, at) => {
      const place = (change[0]?.at ?? at) % events.length
      events[place] = (events[place] ?? '').replace(/^data: (\{.*)$/m, (_line, json: string) =>
        data(mutate(JSON.parse(json), change)).trimEnd(),
      )
    })
    return stream(...events)
  })

const wrongBodies = (protocol: ProtocolId): fc.Arbitrary<Reply> => {
  const bodies = ANSWERS.filter((wire) => wire.protocol === protocol).map((wire) => wire.response)
  return fc.oneof(
    fc.tuple(fc.constantFrom(...bodies), changes).map(([body, list]) => whole(mutateObject(body, list))),
    junk.map((value) => whole(JSON.stringify(value))),
    fc.string({ unit: 'binary' }).map((text) => whole(text)),
  )
}

const RUNS = { numRuns: 40 }

describe.each(PAIRS)('whatever a vendor sends: $name', (pair) => {
  const anyReply = fc.oneof(
    hurtStreams(pair.protocol),
    wrongStreams(pair.protocol),
    wrongBodies(pair.protocol),
  )

  it('is answered, streamed or not, and recorded once', async () => {
    const tested = createAnyGateway()
    await fc.assert(
      fc.asyncProperty(anyReply, fc.boolean(), (reply, isStream) => call(pair, tested, { reply, isStream })),
      RUNS,
    )
  })

  it('is answered under any status', async () => {
    const tested = createAnyGateway()
    const statuses = fc.constantFrom(201, 204, 301, 400, 401, 404, 422, 429, 500, 503, 529, 999)
    await fc.assert(
      fc.asyncProperty(anyReply, statuses, fc.boolean(), (reply, status, isStream) =>
        call(pair, tested, { reply: { ...reply, status }, isStream }),
      ),
      { numRuns: 20 },
    )
  })

  it('is answered when it is nested too deeply for any recursion', async () => {
    const depth = 20_000
    const deep = '[{"a":'.repeat(depth) + '1' + '}]'.repeat(depth)
    const tested = createAnyGateway()
    const [text = ''] = STREAMS.filter((wire) => wire.protocol === pair.protocol).map((wire) => wire.stream)
    const events = text.split(/(?<=\n\n)/)
    // Beside the fields of a real event, and in place of any of its values.
    for (const [at, event] of events.entries()) {
      for (const hurt of [
        event.replace(/^data: \{/m, () => `data: {"deep":${deep},`),
        event.replace(/:(?:"[^"]*"|\d+|null)(?=[,}])/, () => `:${deep}`),
      ]) {
        await call(pair, tested, { reply: stream(...events.with(at, hurt)), isStream: true })
      }
    }
    const [answer = {}] = ANSWERS.filter((wire) => wire.protocol === pair.protocol).map(
      (wire) => wire.response,
    )
    for (const body of [
      deep,
      `{"error":${deep}}`,
      JSON.stringify(answer).replace('{', () => `{"deep":${deep},`),
      JSON.stringify(answer).replace(/:(?:"[^"]*"|\d+|null)(?=[,}])/, () => `:${deep}`),
    ]) {
      for (const status of [200, 400]) {
        await call(pair, tested, { reply: whole(body, status), isStream: false })
      }
    }
  })

  it('is given up when an event has no end', async () => {
    const tested = createAnyGateway()
    const mebibyte = 'x'.repeat(1024 * 1024)
    const reply = stream('data: {"a":"', ...Array.from({ length: 200 }, () => mebibyte))
    await call(pair, tested, { reply, isStream: true })
    // The longest event is 32 Mi characters; then nothing more is read, and the vendor's call is ended.
    expect(tested.vendor.last().pulls).toBeLessThan(50)
    expect(tested.vendor.last().cancelled).toBe(true)
    expect(tested.records).toMatchObject([{ status: 'failed', costMicro: 0 }])
  })
})
