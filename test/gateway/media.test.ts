import { describe, expect, it, test } from 'vitest'
import {
  anthropicMessages,
  createCancelSource,
  createCodecContext,
  gemini,
  GatewayError,
  type JsonObject,
  MediaFault,
  type MediaFetcher,
  openaiChat,
} from '../../src/index.js'
import { fetchRefusedMedia } from '../../src/gateway/send/media.js'
import { CHAT, chatAnswer, MESSAGES, messagesAnswer, RESPONSES, whole } from '../support/calls.js'
import {
  BALANCE,
  BASE_CONFIG,
  createTestGateway,
  PRICE,
  type TestGateway,
  VENDOR_HOST,
  VENDOR_KEY,
} from '../support/test-gateway.js'

const LINK = 'https://example.com/a'
const PNG = { mediaType: 'image/png', data: 'QUJD' }
const PDF = { mediaType: 'application/pdf', data: 'REVG' }

const GEMINI_ANSWER = whole({
  responseId: 'r1',
  modelVersion: 'vendor-gemini',
  candidates: [{ content: { role: 'model', parts: [{ text: 'hello' }] }, finishReason: 'STOP' }],
  usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
})

/** A gateway with a Gemini vendor, too, that fetches media with `fetchMedia`; null: it does not fetch. */
function createMediaGateway(fetchMedia: MediaFetcher | null, maxTotalBytes?: number): TestGateway {
  return createTestGateway({
    upstreams: {
      ...BASE_CONFIG.upstreams,
      gemini: { protocol: 'gemini', baseUrl: `https://${VENDOR_HOST}`, apiKey: VENDOR_KEY },
    },
    models: [
      ...BASE_CONFIG.models,
      { id: 'test/gemini', upstream: 'gemini', model: 'vendor-gemini', price: PRICE, maxOutputTokens: 1000 },
    ],
    ...(fetchMedia === null ? {} : { media: { fetchUrls: true, maxTotalBytes }, fetchMedia }),
  })
}

/** Fetches nothing, and knows what it was asked for. */
function createRecorder(media = PNG): { readonly urls: string[]; readonly fetchMedia: MediaFetcher } {
  const urls: string[] = []
  return {
    urls,
    fetchMedia: async (url) => {
      urls.push(url)
      return media
    },
  }
}

/** Requests with one image each, for a model. */
const IMAGES = [
  {
    endpoint: CHAT,
    path: 'messages[0].content[0]',
    body: { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: LINK } }] }] },
  },
  {
    endpoint: RESPONSES,
    path: 'input[0].content[0]',
    body: { input: [{ role: 'user', content: [{ type: 'input_image', image_url: LINK }] }] },
  },
  {
    endpoint: MESSAGES,
    path: 'messages[0].content[0]',
    body: {
      max_tokens: 100,
      messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: LINK } }] }],
    },
  },
] as const

/** A Messages request with documents at URLs. */
const documents = (model: string, ...urls: readonly string[]): JsonObject => ({
  model,
  max_tokens: 100,
  messages: [
    { role: 'user', content: urls.map((url) => ({ type: 'document', source: { type: 'url', url } })) },
  ],
})

/** Nothing was sent, nothing was charged, nothing is held. */
function expectNoCharge({ vendor, records, wallet }: TestGateway): void {
  expect(vendor.calls).toEqual([])
  expect(records).toMatchObject([{ status: 'failed', httpStatus: 400, costMicro: 0 }])
  expect(wallet()).toEqual({ balanceMicro: BALANCE, heldMicro: 0 })
}

describe('media by URL', () => {
  it.each(IMAGES)('go to Gemini inline: $endpoint.path', async ({ endpoint, body }) => {
    const { urls, fetchMedia } = createRecorder()
    const tested = createMediaGateway(fetchMedia)
    tested.vendor.play(GEMINI_ANSWER)
    const answer = await tested.post(endpoint.path, { model: 'test/gemini', ...body })
    expect(answer.status).toBe(200)
    expect(urls).toEqual([LINK])
    expect(tested.vendor.last().json).toMatchObject({
      contents: [{ role: 'user', parts: [{ inlineData: { mimeType: PNG.mediaType, data: PNG.data } }] }],
    })
    expect(tested.records).toMatchObject([{ status: 'completed', costMicro: 10 + 2 * 5 }])
  })

  it('of documents go to Chat inline', async () => {
    const { urls, fetchMedia } = createRecorder(PDF)
    const tested = createMediaGateway(fetchMedia)
    tested.vendor.play(chatAnswer())
    expect((await tested.post(MESSAGES.path, documents('test/chat', LINK))).status).toBe(200)
    expect(urls).toEqual([LINK])
    expect(tested.vendor.last().json.messages).toEqual([
      {
        role: 'user',
        content: [
          {
            type: 'file',
            file: { filename: 'document.pdf', file_data: `data:${PDF.mediaType};base64,${PDF.data}` },
          },
        ],
      },
    ])
  })

  it.each([
    ['images for Chat', 'test/chat', chatAnswer(), IMAGES[2]],
    ['images for Messages', 'test/messages', messagesAnswer(), IMAGES[0]],
    ['images within one protocol', 'test/chat', chatAnswer(), IMAGES[0]],
  ] as const)('that the vendor takes are left to it: %s', async (_kind, model, reply, { endpoint, body }) => {
    const { urls, fetchMedia } = createRecorder()
    const tested = createMediaGateway(fetchMedia)
    tested.vendor.play(reply)
    expect((await tested.post(endpoint.path, { model, ...body })).status).toBe(200)
    expect(urls).toEqual([])
    expect(tested.vendor.last().text).toContain(LINK)
  })

  it('are fetched once each, and twenty in a request at most', async () => {
    const all = Array.from({ length: 20 }, (_, at) => `${LINK}/${at}`)
    const { urls, fetchMedia } = createRecorder(PDF)
    const tested = createMediaGateway(fetchMedia)
    tested.vendor.play(GEMINI_ANSWER)
    expect((await tested.post(MESSAGES.path, documents('test/gemini', ...all, ...all))).status).toBe(200)
    expect(urls).toEqual(all)
    expect(tested.vendor.last().json.contents[0].parts).toHaveLength(40)
  })

  it('that are more are refused, and none is fetched', async () => {
    const { urls, fetchMedia } = createRecorder(PDF)
    const tested = createMediaGateway(fetchMedia)
    const all = Array.from({ length: 21 }, (_, at) => `${LINK}/${at}`)
    const { status, json } = await tested.post(MESSAGES.path, documents('test/gemini', ...all))
    expect([status, json.error]).toEqual([
      400,
      {
        type: 'invalid_request_error',
        message: 'messages[0].content[0]: more than 20 media URLs in one request.',
      },
    ])
    expect(urls).toEqual([])
    expectNoCharge(tested)
  })
})

describe('media that are too large together', () => {
  const urls = Array.from({ length: 9 }, (_, at) => `${LINK}/${at}`)

  it('are a 400 that names the one too many, and the rest is not fetched', async () => {
    const started: string[] = []
    const signals: AbortSignal[] = []
    const tested = createMediaGateway(async (url, signal) => {
      started.push(url)
      signals.push(signal)
      return PDF
    }, 8)
    const { status, json } = await tested.post(MESSAGES.path, documents('test/gemini', ...urls))
    expect([status, json.error.message]).toEqual([
      400,
      'messages[0].content[2]: with it, the media of the request are larger than 8 bytes.',
    ])
    expect(started.length).toBeLessThan(urls.length)
    expect(signals.every(({ aborted }) => aborted)).toBe(true)
    expectNoCharge(tested)
  })

  it('are taken up to the limit', async () => {
    const tested = createMediaGateway(createRecorder(PDF).fetchMedia, 27)
    tested.vendor.play(GEMINI_ANSWER)
    expect((await tested.post(MESSAGES.path, documents('test/gemini', ...urls))).status).toBe(200)
  })

  it('are fetched a few at a time', async () => {
    let [running, most] = [0, 0]
    const tested = createMediaGateway(async () => {
      running++
      most = Math.max(most, running)
      await Promise.resolve()
      running--
      return PDF
    })
    tested.vendor.play(GEMINI_ANSWER)
    expect((await tested.post(MESSAGES.path, documents('test/gemini', ...urls))).status).toBe(200)
    expect(most).toBe(4)
  })
})

describe('media that cannot be had', () => {
  it.each(IMAGES)(
    'are a 400 by default, which names the part: $endpoint.path',
    async ({ endpoint, path, body }) => {
      const tested = createMediaGateway(null)
      const { status, json } = await tested.post(endpoint.path, { model: 'test/gemini', ...body })
      expect([status, json.error.message]).toEqual([400, expect.stringContaining(path)])
      expectNoCharge(tested)
    },
  )

  it('are not fetched because there is a fetcher, only because the configuration says so', async () => {
    const { urls, fetchMedia } = createRecorder()
    const { upstreams, models } = BASE_CONFIG
    for (const media of [undefined, { fetchUrls: false }]) {
      const tested = createTestGateway({ upstreams, models, media, fetchMedia })
      expect((await tested.post(MESSAGES.path, documents('test/chat', LINK))).status).toBe(400)
      expectNoCharge(tested)
    }
    expect(urls).toEqual([])
  })

  it.each([
    [
      'for a reason that the client may know',
      new MediaFault('it is larger than 9 bytes'),
      'it is larger than 9 bytes',
    ],
    ['for another', new Error('connect ECONNREFUSED 10.0.0.1:80'), 'its URL could not be fetched'],
  ])('are a 400 that names the part, %s', async (_kind, fault, reason) => {
    const tested = createMediaGateway(async (url) => {
      if (url.endsWith('/bad')) throw fault
      return PDF
    })
    const { status, json } = await tested.post(
      MESSAGES.path,
      documents('test/gemini', `${LINK}/good`, `${LINK}/bad`),
    )
    expect([status, json.error.message]).toEqual([400, `messages[0].content[1]: ${reason}.`])
    expect(tested.errors).toMatchObject([
      { error: { code: 'invalid_value', param: 'messages[0].content[1]', cause: fault } },
    ])
    expectNoCharge(tested)
  })

  it('are not waited for when the client has left', async () => {
    const client = new AbortController()
    let signal: AbortSignal | undefined
    const tested = createMediaGateway(async (_url, given) => {
      signal = given
      client.abort()
      throw new MediaFault('its URL took too long')
    })
    const { status } = await tested.handle(MESSAGES.path, {
      body: documents('test/gemini', LINK),
      signal: client.signal,
    })
    expect([status, signal?.aborted]).toEqual([499, true])
    expect(tested.records).toMatchObject([{ status: 'aborted', costMicro: 0 }])
    expect(tested.wallet()).toEqual({ balanceMicro: BALANCE, heldMicro: 0 })
  })
})

describe('the fetching of what a vendor does not take', () => {
  const route = {
    from: anthropicMessages,
    target: { model: 'm', family: 'f', traits: {} },
    context: createCodecContext(),
    signal: createCancelSource().signal,
    maxTotalBytes: 100,
  } as const

  test('is of no request without URLs', async () => {
    const body = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: LINK }] }
    const { urls, fetchMedia } = createRecorder()
    expect(await fetchRefusedMedia(fetchMedia, { ...route, body, to: gemini })).toBeUndefined()
    expect(await fetchRefusedMedia(fetchMedia, { ...route, body, to: anthropicMessages })).toBeUndefined()
    expect(urls).toEqual([])
  })

  test('gives media by URL', async () => {
    const body = documents('m', LINK, `${LINK}/2`, LINK)
    const { fetchMedia } = createRecorder(PDF)
    expect(await fetchRefusedMedia(fetchMedia, { ...route, body, to: openaiChat })).toEqual(
      new Map([
        [LINK, PDF],
        [`${LINK}/2`, PDF],
      ]),
    )
  })

  test('refuses a request that is nested too deeply as the client’s fault', async () => {
    let nested: JsonObject = {}
    for (let depth = 0; depth < 100_000; depth++) nested = { type: 'tool_result', content: [nested] }
    const body = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: [nested] }] }
    const { fetchMedia } = createRecorder()
    await expect(fetchRefusedMedia(fetchMedia, { ...route, body, to: gemini })).rejects.toMatchObject({
      code: 'invalid_request',
    })
  })

  test('gives up with a client that says so by a plain signal', async () => {
    const client = createCancelSource()
    const body = documents('m', LINK)
    const given = new Promise<AbortSignal>((resolve) => {
      void fetchRefusedMedia(
        async (_url, signal) => {
          resolve(signal)
          return PDF
        },
        { ...route, body, to: gemini, signal: client.signal },
      )
    })
    const signal = await given
    expect(signal.aborted).toBe(false)
    client.cancel()
    expect(signal.aborted).toBe(true)
  })

  test('is known by its faults in any copy of the package', () => {
    expect(MediaFault.isInstance(new MediaFault('x'))).toBe(true)
    expect(
      [new Error('x'), new GatewayError('invalid_value', 'x'), null, 'x'].some((one) =>
        MediaFault.isInstance(one),
      ),
    ).toBe(false)
  })
})

test('a gateway on Node has a fetcher, which takes public addresses only', async () => {
  const tested = createTestGateway({ media: { fetchUrls: true } })
  const { status, json } = await tested.post(
    MESSAGES.path,
    documents('test/chat', 'http://[::ffff:7f00:1]/a'),
  )
  expect([status, json.error.message]).toEqual([
    400,
    'messages[0].content[0]: the address of its URL is not public.',
  ])
  expectNoCharge(tested)
})
