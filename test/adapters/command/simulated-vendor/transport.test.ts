import { describe, expect, test } from 'vitest'
import { createSimulatedTransport } from '../../../../adapters/command/simulated-vendor/index.js'
import type { UpstreamRequest } from '../../../../src/gateway/send/transport.js'

const transport = createSimulatedTransport()

function send(content: string, overrides: Partial<UpstreamRequest> & { readonly stream?: boolean } = {}) {
  const { stream = true, ...rest } = overrides
  return transport({
    method: 'POST',
    url: 'http://simulated.invalid/v1/chat/completions?x=1',
    headers: {},
    body: JSON.stringify({ model: 'm', stream, messages: [{ role: 'user', content }] }),
    signal: new AbortController().signal,
    headTimeoutMs: 0,
    idleTimeoutMs: 0,
    ...rest,
  })
}

async function count(body: AsyncIterable<Uint8Array>) {
  let events = 0
  try {
    for await (const chunk of body) events += chunk.length > 0 ? 1 : 0
    return { events, fault: undefined }
  } catch (error) {
    return { events, fault: (error as { kind?: string }).kind }
  }
}

describe('simulated transport', () => {
  test('gives status, headers and a body to read at once or in pieces', async () => {
    const whole = await send('[[tokens:2]]', { stream: false })
    expect(whole.status).toBe(200)
    expect(whole.headers['content-type']).toBe('application/json')
    expect(JSON.parse(await whole.text(10_000))).toMatchObject({ usage: { completion_tokens: 2 } })
    expect(await count((await send('[[tokens:2]]')).body)).toEqual({ events: 5, fault: undefined })
  })

  test('takes a body in bytes, or none', async () => {
    const body = new TextEncoder().encode('{"model":"m","messages":[{"role":"user","content":"Hi"}]}')
    expect((await send('', { body })).status).toBe(200)
    expect((await send('', { body: null })).status).toBe(400)
  })

  test.each([
    ['a cut', '[[cut:2]]', true, { events: 2, fault: 'reset' }],
    ['a cut of a body in one piece', '[[cut:2]]', false, { events: 0, fault: 'reset' }],
    ['a silence', '[[stall]]', true, { events: 1, fault: 'timeout' }],
    ['a silence before a body in one piece', '[[stall]]', false, { events: 0, fault: 'timeout' }],
    ['a delay longer than the idle timeout', '[[delay:1000]]', true, { events: 0, fault: 'timeout' }],
  ])('%s is a fault', async (_name, content, stream, expected) => {
    expect(await count((await send(content, { stream, idleTimeoutMs: 20 })).body)).toEqual(expected)
  })

  test('an abort ends a silence, and a call that has not begun', async () => {
    const controller = new AbortController()
    const { body } = await send('[[stall]]', { signal: controller.signal })
    const reading = count(body)
    controller.abort()
    expect(await reading).toMatchObject({ fault: 'aborted' })
    await expect(send('Hi', { signal: controller.signal })).rejects.toMatchObject({ kind: 'aborted' })
  })

  test('a reader that wants no more ends even a read that is waiting', async () => {
    const { body } = await send('[[stall]]')
    const iterator = body[Symbol.asyncIterator]()
    await iterator.next()
    const waiting = iterator.next()
    await iterator.return?.()
    expect(await waiting).toEqual({ done: true, value: undefined })
  })

  test('refuses more bytes than wanted', async () => {
    const response = await send('Hi')
    await expect(response.text(10)).rejects.toMatchObject({ kind: 'too_large' })
  })
})
