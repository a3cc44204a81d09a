import { describe, expect, it } from 'vitest'
import { script, style } from '#console-page'
import { createConsoleWith } from '../../src/console/console-handler.js'
import { createConsole } from '../../src/console/index.js'
import { readAnswer, type Answer } from '../support/read-answer.js'
import { createTestGateway } from '../support/test-gateway.js'
import { PAGE, TOKEN } from './support.js'

const { gateway } = createTestGateway()

const ask = async (path = '/', { title = 'Console', method = 'GET' } = {}): Promise<Answer> => {
  const handler = createConsoleWith({ gateway, operatorToken: TOKEN, title }, PAGE)
  return readAnswer(await handler.handle({ method, path, headers: {}, body: null }))
}

describe('the page', () => {
  it.each(['', '/', '/?view=1'])('is one HTML document at %j, without a session', async (path) => {
    const { status, headers, text } = await ask(path)
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(text).toMatch(/^<!doctype html>/)
    expect(text).toContain(`>${PAGE.script}</script>`)
    expect(text).toContain(`>${PAGE.style}</style>`)
    expect(text).not.toMatch(/(?:src|href)="(?!data:)/)
  })

  it('runs its own script and style alone, by a nonce of each answer', async () => {
    const [one, other] = [await ask(), await ask()]
    const policy = one.headers['content-security-policy'] ?? ''
    const nonce = /script-src 'nonce-([\w-]{24})'/.exec(policy)?.[1] ?? 'none'
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src 'nonce-${nonce}'`,
      `style-src 'nonce-${nonce}'`,
      "connect-src 'self'",
      "img-src 'self' data:",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ])
    expect(one.text.match(/ nonce="[^"]*"/g)).toEqual([` nonce="${nonce}"`, ` nonce="${nonce}"`])
    expect(other.text).not.toContain(nonce)
    expect(one.headers).toMatchObject({
      'cache-control': 'no-store',
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

  it('answers HEAD, and nothing that writes', async () => {
    expect(await ask('/', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' })
    expect(await ask('/', { method: 'POST' })).toMatchObject({ status: 405, headers: { allow: 'GET' } })
  })
})
