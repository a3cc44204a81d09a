import { describe, expect, it } from 'vitest'
import { ApiError, problemWords, toProblem } from '../../../src/console/page/api/api-error.js'
import { baseOf, type Client, createClient, pathOf } from '../../../src/console/page/api/client.js'

interface Sent {
  readonly url: string
  readonly init: RequestInit
}

function createStubbed(answer: () => Response | Promise<Response>): {
  readonly client: Client
  readonly sent: Sent[]
  readonly signedOut: () => number
} {
  const sent: Sent[] = []
  let times = 0
  const client = createClient({
    fetch: async (url, init) => {
      sent.push({ url, init })
      return await answer()
    },
    base: '/team/console/',
    csrfToken: () => 'token-of-the-session',
    onSignedOut: () => {
      times += 1
    },
  })
  return { client, sent, signedOut: () => times }
}

const problemOf = async (call: Promise<unknown>): Promise<ReturnType<typeof toProblem>> => {
  const thrown = await call.then(
    () => null,
    (error: unknown) => error,
  )
  expect(thrown).not.toBeNull()
  return toProblem(thrown)
}

const errorAnswer = (status: number, headers: Record<string, string> = {}, more: object = {}): Response =>
  Response.json(
    {
      error: {
        message: 'That cannot be.',
        type: 'invalid_request_error',
        code: 'invalid_value',
        param: 'rpm',
      },
      request_id: 'req_con_1',
      ...more,
    },
    { status, headers },
  )

describe('the client of the API', () => {
  it('calls beside the page, whatever prefix it is mounted at', async () => {
    expect(baseOf('/team/console')).toBe('/team/console/')
    expect(baseOf('/team/console/')).toBe('/team/console/')
    expect(baseOf('/')).toBe('/')
    const { client, sent } = createStubbed(() => Response.json({ id: 'acme' }))
    await client.get(pathOf('accounts', 'a/b c', 'keys'), { after: null, limit: 5, model: 'x&y', kind: '' })
    expect(sent[0]?.url).toBe('/team/console/api/v1/accounts/a%2Fb%20c/keys?limit=5&model=x%26y')
    expect(sent[0]?.init.credentials).toBe('same-origin')
  })

  it('writes JSON with the token against forged requests, and reads with none', async () => {
    const { client, sent } = createStubbed(() => Response.json({}))
    await client.send('PATCH', 'keys/k', { status: 'disabled' })
    await client.get('keys')
    expect(sent[0]?.init.method).toBe('PATCH')
    expect(sent[0]?.init.body).toBe('{"status":"disabled"}')
    expect(sent[0]?.init.headers).toEqual({
      'content-type': 'application/json',
      'x-csrf-token': 'token-of-the-session',
    })
    expect(sent[1]?.init.headers).toBeUndefined()
  })

  it('takes an empty answer for nothing', async () => {
    const { client } = createStubbed(() => new Response(null, { status: 204 }))
    expect(await client.send('DELETE', 'keys/k')).toBeNull()
  })

  it('tells what went wrong, with code, field and request id', async () => {
    const { client, signedOut } = createStubbed(() => errorAnswer(400))
    const problem = await problemOf(client.send('POST', 'accounts/acme/keys', {}))
    expect(problem).toMatchObject({
      status: 400,
      code: 'invalid_value',
      param: 'rpm',
      requestId: 'req_con_1',
    })
    expect(problemWords(problem)).toBe('That cannot be. (req_con_1)')
    expect(signedOut()).toBe(0)
  })

  it('says when to try again', async () => {
    const { client } = createStubbed(() => errorAnswer(429, { 'retry-after': '7' }))
    expect((await problemOf(client.get('usage'))).retryAfterSeconds).toBe(7)
  })

  it('notices the end of a session, and how to sign in again', async () => {
    const { client, signedOut } = createStubbed(() =>
      errorAnswer(401, {}, { login: 'host', login_url: '/login' }),
    )
    const problem = await problemOf(client.get('session'))
    expect(problem.signIn).toEqual({ login: 'host', loginUrl: '/login' })
    expect(signedOut()).toBe(1)
  })

  it.each(['', 'gateway timeout', '<html>', 'null', '[]', '{"error":"text"}'])(
    'makes sense of an error whose body is %j',
    async (body) => {
      const headers = { 'x-request-id': 'req_con_2' }
      const { client } = createStubbed(() => new Response(body, { status: 504, headers }))
      expect(await problemOf(client.get('usage'))).toMatchObject({
        status: 504,
        code: 'http_504',
        message: 'The server answered 504.',
        requestId: 'req_con_2',
      })
    },
  )

  it('says that there was no answer', async () => {
    const { client } = createStubbed(() => {
      throw new TypeError('fetch failed')
    })
    expect(await problemOf(client.get('usage'))).toMatchObject({ status: 0, code: 'network' })
  })

  it('knows its own errors from others', () => {
    expect(toProblem(new RangeError('odd'))).toMatchObject({ status: 0, code: 'unexpected' })
    const problem = toProblem(new TypeError('x'))
    expect(toProblem(new ApiError(problem))).toBe(problem)
  })
})
