import { describe, expect, it, test } from 'vitest'
import { CHAT, ENDPOINTS, MESSAGES, RESPONSES } from '../support/calls.js'
import { AUTHORIZED, createTestGateway, type Headers, KEY, VENDOR_KEY } from '../support/test-gateway.js'

/** What the vendor got for a body. */
async function forwarded(path: string, body: string, headers: Headers = AUTHORIZED) {
  const { vendor, handle } = createTestGateway()
  await handle(path, { body, headers })
  return vendor.last()
}

describe('the bytes of a request', () => {
  it.each(ENDPOINTS)('change only in the model on $path', async ({ path, model, vendorModel }) => {
    const rest =
      path === RESPONSES.path
        ? '"input" : "hi \\u00e9\\/ü😀"'
        : '"messages" : [ {"role":"user" ,"content":"hi \\u00e9\\/ü😀"} ], "max_tokens":1e2'
    const body = (name: string): string =>
      `\n{ "unknown_field": {"a":[1.50, -0, 1e3, null]},\t"model" :"${name}" , ${rest},"z":"\\ud83d\\ude00"\r\n}\n`
    expect((await forwarded(path, body(model))).text).toBe(body(vendorModel))
  })

  it('keep fields, betas and content blocks that nobody here knows', async () => {
    const unknown = {
      type: 'quantum_block',
      payload: { deep: [{ nested: true }] },
      cache_control: { type: 'ephemeral', ttl: '1h' },
    }
    const body = {
      ...MESSAGES.request(),
      context_management: { edits: [1] },
      mcp_servers: [],
      extra: unknown,
    }
    const { json } = await forwarded(MESSAGES.path, JSON.stringify(body))
    expect(json).toEqual({ ...body, model: 'vendor-messages' })
  })

  it('name the model by its own name when the client used an alias', async () => {
    const tested = createTestGateway({ aliases: { fast: 'test/chat' } })
    await tested.post(
      CHAT.path,
      '{"model":"fast","messages":[{"role":"user","content":"the model is \\"fast\\""}]}',
    )
    expect(tested.vendor.last().text).toBe(
      '{"model":"vendor-chat","messages":[{"role":"user","content":"the model is \\"fast\\""}]}',
    )
  })

  test('case 38: ask for usage in a Chat stream, keeping other options', async () => {
    const request = '"model":"test/chat","messages":[{"role":"user","content":"x"}],"stream":true'
    expect((await forwarded(CHAT.path, `{${request}}`)).json.stream_options).toEqual({ include_usage: true })
    const own = `{${request},"stream_options":{"include_usage":false,"include_obfuscation":false}}`
    expect((await forwarded(CHAT.path, own)).text).toBe(
      own.replace('test/chat', 'vendor-chat').replace('"include_usage":false', '"include_usage":true'),
    )
    const asked = `{${request},"stream_options" : { "include_usage" : true }}`
    expect((await forwarded(CHAT.path, asked)).text).toBe(asked.replace('test/chat', 'vendor-chat'))
  })

  it('hold the last of two equal keys, once', async () => {
    const { text } = await forwarded(
      CHAT.path,
      '{"model":"no/such","messages":[],"model":"test/chat","messages":[{"role":"user","content":"x"}]}',
    )
    expect(text).toBe('{"model":"vendor-chat","messages":[{"role":"user","content":"x"}]}')
  })

  it('find the model behind an escaped key', async () => {
    const body = '{"mod\\u0065l":"test/chat","messages":[{"role":"user","content":"x"}]}'
    expect((await forwarded(CHAT.path, body)).text).toBe(body.replace('test/chat', 'vendor-chat'))
  })

  it.each([
    [CHAT, { user: 'u-1' }],
    [CHAT, { safety_identifier: 's-1', user: 'u-1' }],
    [RESPONSES, { safety_identifier: 's-1' }],
    [MESSAGES, { metadata: { user_id: 'm-1' } }],
  ])('bring the end user of %o to the vendor in its own field', async (endpoint, fields) => {
    const { json } = await forwarded(endpoint.path, JSON.stringify({ ...endpoint.request(), ...fields }))
    expect(json).toMatchObject(fields)
  })
})

describe('the headers of a request', () => {
  const HOP_BY_HOP: Headers = {
    connection: 'keep-alive, x-private',
    'keep-alive': 'timeout=5',
    'proxy-authorization': 'Basic c2VjcmV0',
    te: 'trailers',
    'transfer-encoding': 'chunked',
    upgrade: 'h2c',
    host: 'gateway.example',
    'content-length': '999',
    'content-encoding': 'gzip',
    'accept-encoding': 'br',
    cookie: 'session=secret',
    'x-forwarded-for': '10.0.0.1',
    'x-private': '1',
  }

  test('case 76: leave out what concerns one connection, codings and cookies', async () => {
    for (const endpoint of ENDPOINTS) {
      const { request } = await forwarded(endpoint.path, JSON.stringify(endpoint.request()), {
        ...AUTHORIZED,
        ...HOP_BY_HOP,
      })
      expect(Object.keys(request.headers).filter((name) => name in HOP_BY_HOP)).toEqual([])
    }
  })

  it('have the key of the vendor in the place of the client’s', async () => {
    for (const credentials of [{ authorization: `Bearer ${KEY}` }, { 'x-api-key': KEY }]) {
      for (const endpoint of ENDPOINTS) {
        const call = await forwarded(endpoint.path, JSON.stringify(endpoint.request()), credentials)
        const sent = JSON.stringify([call.request.headers, call.request.url, call.text])
        expect(sent).not.toContain(KEY)
        expect(sent).toContain(VENDOR_KEY)
      }
    }
    const chat = await forwarded(CHAT.path, JSON.stringify(CHAT.request()), { 'x-api-key': KEY })
    expect(chat.request.headers).toMatchObject({ authorization: `Bearer ${VENDOR_KEY}` })
    const messages = await forwarded(MESSAGES.path, JSON.stringify(MESSAGES.request()))
    expect(messages.request.headers['authorization']).toBeUndefined()
    expect(messages.request.headers['x-api-key']).toBe(VENDOR_KEY)
  })

  it('keep the version and the betas of Anthropic', async () => {
    const own = { 'anthropic-version': '2026-10-21', 'anthropic-beta': 'a-2026-01-01,b-2026-02-02' }
    const body = JSON.stringify(MESSAGES.request())
    expect((await forwarded(MESSAGES.path, body, { ...AUTHORIZED, ...own })).request.headers).toMatchObject(
      own,
    )
    const repeated = { 'anthropic-beta': ['a-2026-01-01', 'b-2026-02-02'] }
    expect(
      (await forwarded(MESSAGES.path, body, { ...AUTHORIZED, ...repeated })).request.headers,
    ).toMatchObject({
      'anthropic-beta': 'a-2026-01-01, b-2026-02-02',
      'anthropic-version': '2023-06-01',
    })
  })

  it('keep the betas of OpenAI, and nobody else’s', async () => {
    const headers = { ...AUTHORIZED, 'openai-beta': 'x=v1', 'anthropic-beta': 'y', 'x-codex-turn': '1' }
    const chat = await forwarded(CHAT.path, JSON.stringify(CHAT.request()), headers)
    expect(chat.request.headers['openai-beta']).toBe('x=v1')
    expect(chat.request.headers['anthropic-beta']).toBeUndefined()
    const responses = await forwarded(RESPONSES.path, JSON.stringify(RESPONSES.request()), headers)
    expect(responses.request.headers['x-codex-turn']).toBe('1')
  })

  it('never choose the account of the vendor', async () => {
    const headers = { ...AUTHORIZED, 'openai-organization': 'org-of-the-client', 'openai-project': 'proj_x' }
    const { request } = await forwarded(CHAT.path, JSON.stringify(CHAT.request()), headers)
    expect(JSON.stringify(request.headers)).not.toMatch(/org-of-the-client|proj_x/)
  })

  it('have those of the configuration, which win', async () => {
    const tested = createTestGateway({
      upstreams: {
        messages: {
          protocol: 'anthropic-messages',
          baseUrl: 'https://a.example/sub/',
          apiKey: 'k',
          headers: { 'Anthropic-Version': 'fixed', 'X-Extra': 'yes' },
        },
      },
      models: [{ id: 'test/messages', upstream: 'messages', price: 'free' }],
    })
    await tested.post(MESSAGES.path, MESSAGES.request(), { ...AUTHORIZED, 'anthropic-version': 'client' })
    expect(tested.vendor.last().request).toMatchObject({
      url: 'https://a.example/sub/v1/messages',
      headers: { 'anthropic-version': 'fixed', 'x-extra': 'yes', 'x-api-key': 'k' },
    })
  })
})
