import { once } from 'node:events'
import http2 from 'node:http2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toNode } from '../../../adapters/http/node.js'
import { readNodeBody } from '../../../adapters/http/node-body.js'
import { defer } from '../../contracts/http-server.js'
import { CHAT, chatAnswer } from '../../support/calls.js'
import { AUTHORIZED, createTestGateway } from '../../support/test-gateway.js'

type Listener = Parameters<typeof http2.createServer>[1]

async function serve(listener: Listener) {
  const server = http2.createServer({}, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const client = http2.connect(`http://127.0.0.1:${port}`)
  return {
    client,
    close() {
      client.destroy()
      server.close()
    },
  }
}

describe('node:http2', () => {
  const tested = createTestGateway()
  tested.vendor.always(chatAnswer({ prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }))
  let server: Awaited<ReturnType<typeof serve>>
  beforeAll(async () => {
    // The compatibility API of http2 is that of http, as Node documents it; its types are not.
    server = await serve(toNode(tested.gateway) as unknown as Listener)
  })
  afterAll(() => server.close())

  const ask = async (method: string, path: string, body?: string) => {
    const stream = server.client.request(
      { ':method': method, ':path': path, 'content-type': 'application/json', ...AUTHORIZED },
      { endStream: body === undefined },
    )
    if (body !== undefined) stream.end(body)
    const [head] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders]
    let text = ''
    for await (const chunk of stream.setEncoding('utf8')) text += chunk
    return { status: (head as { readonly ':status'?: number })[':status'], text }
  }

  it('takes a body that no header announces', async () => {
    const { status, text } = await ask('POST', CHAT.path, JSON.stringify(CHAT.request()))
    expect([status, JSON.parse(text).object]).toEqual([200, 'chat.completion'])
  })

  it('takes a request that ends with its head as one without a body', async () => {
    expect((await ask('GET', '/v1/models')).status).toBe(200)
    const { status, text } = await ask('POST', CHAT.path)
    expect([status, JSON.parse(text).error.code]).toEqual([400, 'invalid_json'])
  })
})

// The client of Node ends a stream before it resets it: what is missing shows by the length alone.
it.each(['stream', 'session'] as const)(
  'a body whose HTTP/2 %s is broken off in its middle is not a whole one',
  async (broken) => {
    const [began, ended] = [defer(), defer()]
    let outcome: unknown
    const served = await serve((request) => {
      readNodeBody(request, request.headers, 1_000_000)
        .then(
          () => (outcome = 'whole'),
          (error: unknown) => (outcome = error),
        )
        .finally(ended.resolve)
      request.once('data', began.resolve)
    })
    const { client } = served
    const stream = client.request({ ':method': 'POST', ':path': '/', 'content-length': '1000' })
    stream.on('error', () => undefined)
    stream.write('{"mod')
    await began.promise
    if (broken === 'stream') stream.close(http2.constants.NGHTTP2_CANCEL)
    else client.destroy()
    await ended.promise
    expect(outcome).toMatchObject({ code: 'client_closed_request' })
    served.close()
  },
)
