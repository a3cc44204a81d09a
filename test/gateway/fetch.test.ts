import type { CancelSignal } from '../../src/index.js'
import { expect, test } from 'vitest'
import { toFetch } from '../../src/gateway/http/fetch.js'
import { describeMount } from '../contracts/mount.js'
import { ok } from '../contracts/mount-support.js'

describeMount({
  name: 'gateway.fetch, in process',
  codings: ['gzip', 'deflate'],
  start: (handler) => {
    const answer = toFetch(handler)
    return Promise.resolve({
      request: (path, init) => answer(new Request(`http://gateway.test${path}`, init)),
      close: () => Promise.resolve(),
    })
  },
})

test('a request whose signal aborts after a whole answer was given does not abort the handler’s signal', async () => {
  const abort = new AbortController()
  let signal: CancelSignal | undefined
  const answer = toFetch({
    handle: (request) => {
      ;({ signal } = request)
      return Promise.resolve(ok('done'))
    },
  })
  await answer(new Request('http://gateway.test/v1/models', { signal: abort.signal }))
  abort.abort()
  expect(signal?.aborted).toBe(false)
})
