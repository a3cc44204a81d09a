import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { script, style } from '#console-page'
import { createConsoleWith } from '../../src/console/console-handler.js'
import { createConsole } from '../../src/console/index.js'
import type { GatewayResponse, RequestHeaders } from '../../src/index.js'
import { readAnswer, type Answer } from '../support/read-answer.js'
import { createTestGateway } from '../support/test-gateway.js'
import { PAGE, TOKEN } from './support.js'

const { gateway } = createTestGateway()

interface Asked {
  readonly title?: string
  readonly method?: string
  readonly headers?: RequestHeaders
}

const get = (path: string, { title, method = 'GET', headers = {} }: Asked = {}): Promise<GatewayResponse> =>
  createConsoleWith({ gateway, operatorToken: TOKEN, title }, PAGE).handle({
    method,
    path,
    headers,
    body: null,
  })
const ask = async (path = '/', asked: Asked = {}): Promise<Answer> => readAnswer(await get(path, asked))

const sourceOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

describe('the page', () => {
  it.each(['', '/', '/?view=1'])('is one HTML document at %j, without a session', async (path) => {
    const { status, headers, text } = await ask(path)
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(text).toMatch(/^<!doctype html>/)
    expect(text).toContain(`>${PAGE.script}</script>`)
    expect(text).toContain(`>${PAGE.style}</style>`)
    expect(text).not.toMatch(/(?:src|href)="(?!data:)/)
  })

  it('runs its own script and style alone, by their hashes', async () => {
    const { headers, text } = await ask()
    expect(headers['content-security-policy']?.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${sourceOf(PAGE.script)}`,
      `style-src ${sourceOf(PAGE.style)}`,
      "connect-src 'self'",
      "img-src 'self' data:",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ])
    expect(text).not.toContain('nonce')
    expect(headers).toMatchObject({
      'cache-control': 'no-cache, no-transform',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
  })

  it('has the title as text, whatever stands in it', async () => {
    const { text } = await ask('/', { title: `</title><script>alert("1 & 'x'")</script>` })
    expect(text).toContain(
      '<title>&lt;/title&gt;&lt;script&gt;alert(&quot;1 &amp; &#39;x&#39;&quot;)&lt;/script&gt;</title>',
    )
    expect(text.match(/<script/g)).toHaveLength(1)
  })

  it('is the bundled one where nobody gives another', async () => {
    const handler = createConsole({ gateway, operatorToken: TOKEN })
    const answer = await handler.fetch(new Request('https://console.example/console'))
    expect(answer.status).toBe(404)
    const { text } = await readAnswer(
      await handler.handle({ method: 'GET', path: '/', headers: {}, body: null }),
    )
    expect(text).toContain(script)
    expect(text).toContain(style)
    expect(text.match(/<\/script>/g)).toHaveLength(1)
    expect(text.match(/<\/style>/g)).toHaveLength(1)
  })

  it('answers nothing that writes', async () => {
    expect(await ask('/', { method: 'POST' })).toMatchObject({
      status: 405,
      headers: { allow: 'GET', 'cache-control': 'no-store' },
    })
  })

  it('answers HEAD as it would GET, with the length of what that gets', async () => {
    const { byteLength: plain } = Buffer.from((await ask('/', { title: 'Käse' })).text)
    const gzip = { 'accept-encoding': 'gzip' }
    const { body } = await get('/', { title: 'Käse', headers: gzip })
    for (const [headers, length] of [
      [{}, plain],
      [gzip, body instanceof Uint8Array ? body.byteLength : 0],
    ] as const) {
      const { headers: got } = await ask('/', { title: 'Käse', headers })
      const head = await ask('/', { title: 'Käse', headers, method: 'HEAD' })
      const id = expect.stringMatching(/^req_con_/)
      expect(head).toMatchObject({ status: 200, text: '' })
      expect(head.headers).toEqual({ ...got, 'content-length': String(length), 'x-request-id': id })
    }
  })
})

describe('a page that is asked for again', () => {
  it('is not sent again, and keeps its policy', async () => {
    const { headers } = await ask()
    const { etag = '' } = headers
    expect(etag).toMatch(/^W\/"[\w-]{43}"$/)
    for (const known of [etag, etag.slice(2), `"other", ${etag}`, '*']) {
      for (const method of ['GET', 'HEAD']) {
        const again = await ask('/', { method, headers: { 'if-none-match': known } })
        expect([again.status, again.text]).toEqual([304, ''])
        expect(again.headers).toMatchObject({
          etag,
          vary: 'accept-encoding',
          'cache-control': headers['cache-control'],
          'content-security-policy': headers['content-security-policy'],
        })
        expect(Object.keys(again.headers)).not.toContain('content-length')
        expect(Object.keys(again.headers)).not.toContain('content-encoding')
      }
    }
  })

  it.each(['"other"', 'W/"other"', ''])('is sent to whom has %j', async (known) => {
    expect((await ask('/', { headers: { 'if-none-match': known } })).status).toBe(200)
  })

  it('is another one under another title', async () => {
    const tags = [await ask(), await ask(), await ask('/', { title: 'Other' })].map(
      ({ headers }) => headers['etag'],
    )
    expect(tags[1]).toBe(tags[0])
    expect(tags[2]).not.toBe(tags[0])
  })
})

describe('the page on its way', () => {
  it.each([
    'gzip',
    'gzip, deflate, br, zstd',
    'GZIP',
    'br;q=1.0, gzip;q=0.8',
    '*',
    'identity;q=0.5, *;q=0.7',
  ])('is gzipped for %j', async (coding) => {
    const { headers, body } = await get('/', { headers: { 'accept-encoding': coding } })
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' })
    expect(gunzipSync(body instanceof Uint8Array ? body : '').toString()).toBe((await ask()).text)
  })

  it.each(['', 'identity', 'br', 'gzip;q=0', 'gzip; q=0.000, *', '*;q=0', 'identity, gzip;q=0.5', 'gzipped'])(
    'is plain for %j',
    async (coding) => {
      const { headers, text } = await ask('/', { headers: { 'accept-encoding': coding } })
      expect(Object.keys(headers)).not.toContain('content-encoding')
      expect(headers['vary']).toBe('accept-encoding')
      expect(text).toMatch(/^<!doctype html>/)
    },
  )

  it('is compressed once', async () => {
    const handler = createConsoleWith({ gateway, operatorToken: TOKEN }, PAGE)
    const request = { method: 'GET', path: '/', headers: { 'accept-encoding': 'gzip' }, body: null }
    const [first, second] = [await handler.handle(request), await handler.handle(request)]
    expect(first.body).toBeInstanceOf(Uint8Array)
    expect(second.body).toBe(first.body)
  })

  it('is plain where the runtime cannot compress', async () => {
    vi.stubGlobal('CompressionStream', undefined)
    const { headers, text } = await ask('/', { headers: { 'accept-encoding': 'gzip' } })
    vi.unstubAllGlobals()
    expect(Object.keys(headers)).not.toContain('content-encoding')
    expect(text).toMatch(/^<!doctype html>/)
  })
})
