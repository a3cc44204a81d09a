import { randomBytes } from 'node:crypto'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { GatewayError } from '../../src/errors.js'
import {
  chunked,
  HALF_DUPLEX,
  JSON_HEADERS,
  LIMIT,
  ok,
  readBody,
  type Script,
  type Stage,
} from './mount-support.js'

/** What of a request reaches the handler, and how. */
export function describeRequests(stage: Stage): void {
  describe('the request', () => {
    test('reaches the handler as plain data, its path relative to the mount point', async () => {
      const seen: unknown[] = []
      stage.script = ({ method, path, headers }) => {
        seen.push([method, path, headers['x-one']])
        return ok('')
      }
      for (const path of PATHS) await stage.request(path, { headers: { 'X-One': '1' } })
      expect(seen).toEqual(PATHS.map((path) => ['GET', path, '1']))
    })

    test('at the mount point itself has the path /', async () => {
      stage.script = ({ path }) => ok(path)
      expect(await (await stage.request('')).text()).toBe('/')
      expect(await (await stage.request('?x=1')).text()).toBe('/?x=1')
    })

    test('may have any common method', async () => {
      stage.script = ({ method }) => ok(method)
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        expect(await (await stage.request('/v1/call', { method })).text()).toBe(method)
      }
    })

    test('has its raw bytes, whatever its content type says', async () => {
      const bytes = randomBytes(1000)
      stage.script = async (request) => ok(await readBody(request))
      for (const type of [
        'application/json',
        'text/plain',
        'application/x-www-form-urlencoded',
        ';;garbage',
      ]) {
        const response = await stage.post(bytes, { headers: { 'content-type': type } })
        expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
      }
    })

    test('case 78: has a body of 5 MB whole', async () => {
      const bytes = randomBytes(5_000_000)
      stage.script = async (request) => ok(await readBody(request, 6_000_000))
      expect(Buffer.from(await (await stage.post(bytes)).arrayBuffer()).equals(bytes)).toBe(true)
    })

    test('has a body of unknown length whole', async () => {
      stage.script = async (request) => ok(await readBody(request))
      expect(await (await stage.post(chunked(['one', 'two']), HALF_DUPLEX)).text()).toBe('onetwo')
    })

    test('may have no body', async () => {
      stage.script = async (request) => ok(await readBody(request))
      expect(await (await stage.request('/v1/call', { method: 'POST' })).text()).toBe('')
      expect(await (await stage.request('/v1/models')).text()).toBe('')
    })

    test('is answered when the handler does not read its body', async () => {
      stage.script = () => ({ status: 401, headers: JSON_HEADERS, body: '{"no":1}' })
      const response = await stage.post('x'.repeat(LIMIT))
      expect([response.status, await response.text()]).toEqual([401, '{"no":1}'])
    })

    test('case 71: is refused by the limit of the handler, by its declared length', async () => {
      stage.script = answerErrors(async (request) => ok(await readBody(request)))
      const response = await stage.post('x'.repeat(2_000_000))
      expect([response.status, await response.text()]).toEqual([413, 'request_too_large'])
    })

    test('case 71: is refused by the limit of the handler, by what was received', async () => {
      stage.script = answerErrors(async (request) => ok(await readBody(request)))
      const parts = Array.from({ length: 60 }, () => 'x'.repeat(LIMIT))
      const response = await stage.post(chunked(parts), HALF_DUPLEX)
      expect([response.status, await response.text()]).toEqual([413, 'request_too_large'])
      expect((await stage.post('after')).status).toBe(200)
    })

    test('may be compressed', async () => {
      stage.script = async (request) => ok(await readBody(request))
      for (const coding of stage.target.codings) {
        const response = await stage.post(ENCODERS[coding]('{"a":"ä"}'), {
          headers: { 'content-encoding': coding },
        })
        expect(await response.text()).toBe('{"a":"ä"}')
      }
    })

    test('is refused when it grows over the limit on decompression, is corrupt or in an unknown coding', async () => {
      stage.script = answerErrors(async (request) => ok(await readBody(request)))
      const send = async (coding: string, bytes: BodyInit) => {
        const response = await stage.post(bytes, { headers: { 'content-encoding': coding } })
        return [response.status, await response.text()]
      }
      expect(await send('gzip', gzipSync('x'.repeat(LIMIT * 20)))).toEqual([413, 'request_too_large'])
      expect(await send('gzip', 'not gzip')).toEqual([400, 'invalid_request'])
      expect(await send('rot13', 'abc')).toEqual([400, 'invalid_request'])
    })
  })
}

const PATHS = [
  '/v1/models',
  '/v1/models/',
  '/models?limit=2&x=%20',
  '/v1/models/a%2Fb',
  '/v1/models/a/b?after=%2F',
]

const ENCODERS = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }

/** Answers with the code of a thrown GatewayError, as the gateway does at its one place. */
function answerErrors(script: Script): Script {
  return async (request) => {
    try {
      return await script(request)
    } catch (error) {
      if (!GatewayError.isInstance(error)) throw error
      return { status: error.status, headers: { 'content-type': 'text/plain' }, body: error.code }
    }
  }
}
