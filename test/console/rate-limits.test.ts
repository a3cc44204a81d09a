import { describe, expect, it } from 'vitest'
import type { GatewayRequest } from '../../src/index.js'
import type { Answer } from '../support/read-answer.js'
import { cookieOf, createTestConsole, OWNER, type Send, signIn, TOKEN } from './support.js'

describe('too much', () => {
  /** Where requests come from stands in a header, as in that of a proxy that the host trusts. */
  const behindProxy = { clientAddress: ({ headers }: GatewayRequest) => headers['x-real-ip'] as string }
  const from = (address: string): Readonly<Record<string, string>> => ({ 'x-real-ip': address })
  const bearer = (send: Send, token: string, headers = {}): Promise<Answer> =>
    send('session', { headers: { authorization: `Bearer ${token}`, ...headers } })

  it('of wrong tokens from one address is refused without a look, by whichever way they come', async () => {
    const { send, tested } = await createTestConsole(behindProxy)
    const home = from('192.0.2.1')
    for (let attempt = 0; attempt < 15; attempt += 1) {
      expect((await signIn(send, `wrong ${attempt}`, home)).json.error.code).toBe('wrong_token')
      expect((await bearer(send, `wrong-${attempt}`, home)).json.error.code).toBe('wrong_token')
    }
    for (const answer of [await signIn(send, TOKEN, home), await bearer(send, TOKEN, home)]) {
      expect([answer.status, answer.json.error.code]).toEqual([429, 'rate_limit_exceeded'])
      expect(answer.headers['retry-after']).toBe('2')
    }
    tested.clock.advance(2000)
    expect((await signIn(send, TOKEN, home)).status).toBe(200)
  })

  it('of wrong tokens never refuses the right one from elsewhere', async () => {
    const { send } = await createTestConsole(behindProxy)
    for (let attempt = 0; attempt < 60; attempt += 1) await signIn(send, 'wrong', from('192.0.2.1'))
    expect((await signIn(send, 'wrong', from('192.0.2.1'))).status).toBe(429)
    for (const address of ['192.0.2.2', '2001:db8::1', '']) {
      expect((await signIn(send, TOKEN, from(address))).status).toBe(200)
      expect((await bearer(send, TOKEN, from(address))).status).toBe(200)
    }
  })

  it('of wrong tokens never refuses the right one where nobody knows where they come from', async () => {
    const { send } = await createTestConsole()
    for (let attempt = 0; attempt < 100; attempt += 1) {
      expect((await signIn(send, 'wrong')).status).toBe(401)
      expect((await bearer(send, 'wrong')).status).toBe(401)
    }
    expect((await signIn(send)).status).toBe(200)
    expect((await bearer(send, TOKEN)).status).toBe(200)
  })

  it('of wrong tokens touches neither sessions nor the host’s own login', async () => {
    const { send, as } = await createTestConsole({ clientAddress: () => '192.0.2.1' })
    const cookie = cookieOf(await signIn(send))
    for (let attempt = 0; attempt < 40; attempt += 1) await signIn(send, `wrong ${attempt}`)
    expect((await signIn(send)).status).toBe(429)
    expect((await send('session', { headers: { cookie } })).status).toBe(200)
    expect((await as(OWNER).get('session')).status).toBe(200)
  })

  it('of a proxy’s tokens beside a session is no guessing, and a session is heard behind guesses', async () => {
    const { send } = await createTestConsole({ clientAddress: () => '192.0.2.1' })
    const cookie = cookieOf(await signIn(send))
    for (let call = 0; call < 60; call += 1)
      expect((await bearer(send, `proxy-${call}`, { cookie })).status).toBe(200)
    // Not one of them has counted: all 30 guesses are still there.
    for (let guess = 0; guess < 30; guess += 1) expect((await bearer(send, 'wrong')).status).toBe(401)
    expect((await bearer(send, 'wrong')).status).toBe(429)
    expect((await bearer(send, 'proxy', { cookie })).status).toBe(200)
  })

  it('lets nobody in when the host cannot say where a request comes from', async () => {
    const { send, errors } = await createTestConsole({
      clientAddress: () => {
        throw new Error('no socket')
      },
    })
    expect((await signIn(send)).status).toBe(500)
    expect(String(errors[0]?.cause)).toContain('no socket')
  })

  it('of one actor is refused, for this actor alone', async () => {
    const { as, tested } = await createTestConsole()
    const statuses: number[] = []
    for (let call = 0; call < 601; call += 1) statuses.push((await as(OWNER).get('session')).status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(600)
    const refused = await as(OWNER).get('session')
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1'])
    expect((await as({ ...OWNER, actor: 'bob' }).get('session')).status).toBe(200)
    tested.clock.advance(100)
    expect((await as(OWNER).get('session')).status).toBe(200)
  })
})
