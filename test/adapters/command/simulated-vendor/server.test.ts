import { describe, expect, test } from 'vitest'
import { eventually } from '../../../contracts/http-server.js'
import { openVendor } from './vendor.js'

const vendor = await openVendor({ expectedKey: 'right' })

function post(content: string, signal?: AbortSignal) {
  return fetch(`${vendor.baseUrls['openai-chat']}/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer right' },
    body: JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content }] }),
    signal: signal ?? null,
  })
}

describe('startSimulatedVendor', () => {
  test('keeps what was asked and how it ended', async () => {
    await (await post('[[tokens:2]]')).text()
    expect(vendor.requests.at(-1)).toMatchObject({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { authorization: 'Bearer right' },
      body: { model: 'm', stream: true },
      eventsSent: 5,
      outcome: 'complete',
    })
  })

  test('cuts the connection where it is told to', async () => {
    const response = await post('[[cut:2]]')
    await expect(response.text()).rejects.toThrow('terminated')
    expect(vendor.requests.at(-1)).toMatchObject({ eventsSent: 2, outcome: 'cut' })
  })

  test('sees that a client has gone', async () => {
    const controller = new AbortController()
    const response = await post('[[stall]]', controller.signal)
    expect(response.status).toBe(200)
    controller.abort()
    await eventually(() => vendor.requests.at(-1)?.outcome !== 'running')
    expect(vendor.requests.at(-1)).toMatchObject({ eventsSent: 1, outcome: 'aborted' })
  })

  test('stops generating for a client that stops reading', async () => {
    const controller = new AbortController()
    const response = await post('[[tokens:100000]]', controller.signal)
    await response.body?.getReader().read()
    let seen = -1
    await eventually(() => {
      const still = seen === vendor.requests.at(-1)?.eventsSent
      seen = vendor.requests.at(-1)?.eventsSent ?? 0
      return still
    })
    expect(seen).toBeLessThan(100_000)
    controller.abort()
  })
})
