import type { CancelSignal } from '../../src/index.js'
import { describe, expect, test } from 'vitest'
import { pause } from './http-server.js'
import { JSON_HEADERS, ok, readBody, type Stage } from './mount-support.js'

/** How an answer that is whole reaches the client. */
export function describeWholeAnswers(stage: Stage): void {
  describe('a whole answer', () => {
    test('case 77: has status, headers and body of the handler', async () => {
      for (const body of ['{"grün":true}', Buffer.from('{"grün":true}')]) {
        stage.script = () => ({
          status: 402,
          headers: { ...JSON_HEADERS, 'cache-control': 'private, no-store' },
          body,
        })
        const response = await stage.request('/v1/credits')
        expect(response.status).toBe(402)
        expect(response.headers.get('content-type')).toBe('application/json')
        expect(response.headers.get('cache-control')).toBe('private, no-store')
        expect(response.headers.get('content-length') ?? '14').toBe('14')
        expect(response.headers.get('transfer-encoding')).toBeNull()
        expect(await response.text()).toBe('{"grün":true}')
      }
    })

    test('to an unknown path is the handler’s own 404', async () => {
      stage.script = () => ({ status: 404, headers: JSON_HEADERS, body: '{"error":"mine"}' })
      for (const method of ['GET', 'POST', 'DELETE']) {
        const response = await stage.request('/no/such/path', { method })
        expect([response.status, await response.text()]).toEqual([404, '{"error":"mine"}'])
      }
    })

    test('to HEAD has no body', async () => {
      stage.script = ({ method }) => ({ status: 200, headers: { 'x-method': method }, body: 'hidden' })
      const response = await stage.request('/v1/models', { method: 'HEAD' })
      expect([response.headers.get('x-method'), await response.text()]).toEqual(['HEAD', ''])
    })

    test('may be a bare status', async () => {
      stage.script = () => ({ status: 204, headers: { allow: 'POST' }, body: '' })
      const response = await stage.request('/v1/call', { method: 'OPTIONS' })
      expect([response.status, response.headers.get('allow'), await response.text()]).toEqual([
        204,
        'POST',
        '',
      ])
    })

    test('is 500 in JSON when the handler breaks its promise not to reject', async () => {
      stage.script = () => Promise.reject(new Error('secret of the vendor'))
      const response = await stage.request('/v1/models')
      expect(response.status).toBe(500)
      expect(await response.json()).toMatchObject({ error: { code: 'internal_error' } })
    })

    test('case 73: leaves the signal of a request whose body was read alone', async () => {
      let during: boolean | undefined
      let signal: CancelSignal | undefined
      stage.script = async (request) => {
        await readBody(request)
        await pause(30)
        ;({ signal } = request)
        during = signal?.aborted
        return ok('late')
      }
      expect(await (await stage.post('{}')).text()).toBe('late')
      await pause(30)
      expect([during, signal?.aborted]).toEqual([false, false])
    })
  })
}
