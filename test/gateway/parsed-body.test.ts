import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../src/index.js'
import { type Endpoint, ENDPOINTS } from '../support/calls.js'
import { type Answer, readAnswer } from '../support/read-answer.js'
import { AUTHORIZED, createTestGateway, type TestGateway } from '../support/test-gateway.js'

/** Sends a body as a host hands it on that has parsed it already. */
async function send({ gateway }: TestGateway, { path }: Endpoint, json: JsonValue): Promise<Answer> {
  return readAnswer(await gateway.handle({ method: 'POST', path, headers: AUTHORIZED, body: { json } }))
}

describe.each(ENDPOINTS)('case 71: a body that the host has parsed, on $path', (endpoint) => {
  test('is served like a raw one', async () => {
    const tested = createTestGateway()
    const request = { ...endpoint.request(), unknown: { a: [1.5, null, 'ü'] } } as JsonValue
    for (const stream of [false, true]) {
      const parsed = await send(tested, endpoint, { ...(request as object), stream })
      const sent = tested.vendor.last().text
      const raw = await tested.post(endpoint.path, { ...(request as object), stream })
      expect([parsed.status, parsed.text]).toEqual([200, raw.text])
      expect(sent).toBe(tested.vendor.last().text)
    }
    expect(tested.records.map(({ costMicro }) => costMicro)).toHaveLength(4)
  })

  test('is refused over the limit', async () => {
    const tested = createTestGateway({ maxBodyBytes: 200 })
    const { status, json } = await send(tested, endpoint, endpoint.request('x'.repeat(300)) as JsonValue)
    expect([status, json.error.message]).toEqual([413, 'The request body is larger than 200 bytes.'])
  })

  test('is refused where a raw one would be', async () => {
    const tested = createTestGateway()
    for (const json of [[], 'x', 5, null, {}] as const) {
      const { status } = await send(tested, endpoint, json)
      expect(status).toBe(400)
    }
    let deep: JsonValue = 0
    for (let depth = 0; depth < 10_000; depth += 1) deep = [deep]
    const { status, json } = await send(tested, endpoint, { ...(endpoint.request() as object), deep })
    expect([status, json.error.message]).toEqual([400, 'The request body is nested too deeply.'])
    expect(tested.vendor.calls).toEqual([])
  })
})
