import { describe, expect, it, test } from 'vitest'
import {
  CHAT,
  chatStream,
  data,
  type Endpoint,
  ENDPOINTS,
  MESSAGES,
  messagesStream,
  RESPONSES,
  responsesStream,
  stream,
  whole,
} from '../support/calls.js'
import { createTestGateway } from '../support/test-gateway.js'

/** What the client gets when the vendor answers so. */
async function answer(endpoint: Endpoint, text: string, headers: Readonly<Record<string, string>> = {}) {
  const { vendor, post } = createTestGateway()
  vendor.play(whole(text, 200, headers))
  return await post(endpoint.path, endpoint.request())
}

const WHOLE: Readonly<Record<string, string>> = {
  [CHAT.path]:
    '{"id":"x", "model" : "vendor-chat-2026" ,"choices":[{"index":0,"message":{"role":"assistant","content":"I am \\"model\\":\\"vendor-chat-2026\\" \\u00e9ü"},"finish_reason":"stop","new":1.0}],\n"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3},"unknown":{"model" : "vendor-chat-2026"}}\n',
  [RESPONSES.path]:
    '{"id":"resp_1","object":"response","status":"completed","output":[{"type":"new_item","model":"inner"}],"model":"vendor-chat-2026","usage":null}',
  [MESSAGES.path]:
    '{"type":"message","id":"m","role":"assistant","content":[{"type":"thinking","thinking":"","signature":"Ab+/=="}],"model":"vendor-chat-2026","stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1,"iterations":null}}',
}

describe('the bytes of an answer', () => {
  it.each(ENDPOINTS)('change only in the name of the model on $path', async (endpoint) => {
    const text = WHOLE[endpoint.path] ?? ''
    const model = /"model" ?: ?"vendor-chat-2026" ?,?/
    const { text: got, headers } = await answer(endpoint, text)
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
    const renamed = text.replace(model, (member) => member.replace('vendor-chat-2026', endpoint.model))
    expect(got).toBe(renamed)
    expect(got).not.toBe(text)
  })

  it('are those of the vendor when it names no model', async () => {
    const text =
      '{"choices":[{"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":"stop"}]}'
    expect((await answer(CHAT, text)).text).toBe(text)
  })

  it.each<[string, Endpoint, readonly string[]]>([
    ['Chat', CHAT, chatStream(null)],
    ['Responses', RESPONSES, responsesStream({ input_tokens: 1, output_tokens: 1 })],
    ['Messages', MESSAGES, messagesStream({ input_tokens: 1 }, { output_tokens: 1 })],
  ])('of a %s stream change only in the name of the model', async (_name, endpoint, events) => {
    const { vendor, post } = createTestGateway()
    vendor.play(stream(...events))
    const { text, headers } = await post(endpoint.path, { ...endpoint.request(), stream: true })
    expect(headers['content-type']).toBe('text/event-stream; charset=utf-8')
    expect(text).toBe(events.join('').replaceAll(endpoint.vendorModel, endpoint.model))
  })

  test('case 38: hide the usage event of a Chat stream from a client that did not ask for it', async () => {
    const events = chatStream({ prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 })
    const shown = async (options: object): Promise<string> => {
      const { vendor, post } = createTestGateway()
      vendor.play(stream(...events))
      return (await post(CHAT.path, { ...CHAT.request(), stream: true, ...options })).text
    }
    const all = events.join('').replaceAll('vendor-chat', 'test/chat')
    const usage = events[3]?.replaceAll('vendor-chat', 'test/chat') ?? ''
    expect(usage).toContain('"choices":[],"usage":{')
    expect(await shown({ stream_options: { include_usage: true } })).toBe(all)
    expect(await shown({})).toBe(all.replace(usage, ''))
    expect(await shown({ stream_options: { include_usage: false } })).toBe(all.replace(usage, ''))
  })

  test('case 46c: a stream with a finish and without [DONE] is whole; one without a finish is an error', async () => {
    const { vendor, post, records } = createTestGateway()
    const events = chatStream(null).slice(0, 3)
    vendor.play(stream(...events), stream(...events.slice(0, 2)))
    const request = { ...CHAT.request(), stream: true }
    const finished = await post(CHAT.path, request)
    expect(finished.text).toBe(events.join('').replaceAll('vendor-chat', 'test/chat'))
    const cut = await post(CHAT.path, request)
    expect(cut.text.slice(-data(CUT).length)).toBe(data(CUT))
    expect(cut.text).not.toContain('[DONE]')
    expect(records.map(({ status, errorCode }) => [status, errorCode])).toEqual([
      ['completed', null],
      ['failed', 'upstream_stream_truncated'],
    ])
  })
})

const CUT = {
  error: {
    message: 'Connection error: the provider broke off the answer. Try again later.',
    type: 'provider_error',
    param: null,
    code: 'upstream_stream_truncated',
  },
}

describe('the headers of an answer', () => {
  const VENDORS_OWN = {
    connection: 'keep-alive',
    'keep-alive': 'timeout=5',
    'transfer-encoding': 'chunked',
    'content-encoding': 'br',
    'content-length': '7',
    'set-cookie': 'vendor=1',
    server: 'vendor-edge',
    date: 'Thu, 01 Jan 2026 00:00:00 GMT',
    'x-request-id': 'req_of_the_vendor',
    'request-id': 'req_of_the_vendor',
    'openai-organization': 'org-secretaccount',
    'anthropic-organization-id': 'org-secretaccount',
    'cf-ray': '1',
    'x-ratelimit-limit-requests': '99',
    'x-ratelimit-remaining-tokens': '1',
    'anthropic-ratelimit-requests-limit': '99',
    'anthropic-ratelimit-tokens-remaining': '1',
    'retry-after': '9',
    'cache-control': 'public',
    'access-control-allow-origin': '*',
    'strict-transport-security': 'max-age=1',
    vary: 'x',
  }

  test.each(ENDPOINTS)(
    'case 76: leave out those of the vendor’s connection, account and limits on $path',
    async (endpoint) => {
      const { headers } = await answer(endpoint, WHOLE[endpoint.path] ?? '', VENDORS_OWN)
      const ids = endpoint === MESSAGES ? ['request-id'] : []
      expect(Object.keys(headers).sort()).toEqual(
        ['cache-control', 'content-type', 'x-crossmodel-model', 'x-request-id', ...ids].sort(),
      )
      expect(JSON.stringify(headers)).not.toMatch(/of_the_vendor|secretaccount|public/)
    },
  )

  it('keep what tells the client something about the answer', async () => {
    const { headers } = await answer(CHAT, WHOLE[CHAT.path] ?? '', { 'openai-processing-ms': '12' })
    expect(headers['openai-processing-ms']).toBe('12')
  })
})
