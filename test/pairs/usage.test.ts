import { describe, expect, test } from 'vitest'
import type { ToldUsage } from './client.js'
import { createPairGateway, PAIRS } from './pair.js'
import type { Vendor } from './vendors.js'

/** What the vendor is told to report: parts are contained in their totals. */
const REPORTED = '[[usage:input=1000,cached=300,write=200,write1h=100,output=50,reasoning=20]]'
/** What a vendor can say of it. */
function told(vendor: Vendor): ToldUsage {
  return {
    input: 1000,
    cacheRead: 300,
    cacheWrite: vendor.cacheWrites === 'none' ? 0 : 300,
    output: 50,
    reasoning: 20,
  }
}

/**
 * By the prices of the test gateway, in micro-USD a token: 1 for input, 0.1 for what came from the cache, 1.25 and 2 for
 * what was written to it for a short and a long time, 2 for output.
 */
const COST = {
  none: 700 + 30 + 100,
  total: 400 + 30 + 300 * 1.25 + 100,
  'by-life': 400 + 30 + 200 * 1.25 + 100 * 2 + 100,
} as const

describe.each(PAIRS)('$client → $vendorName', ({ client: clientName, vendorName, vendor }) => {
  const ask = async (streamed: boolean, text: string) => {
    const tested = createPairGateway()
    const client = tested.client(clientName)
    const before = tested.wallet()
    const { usage } = await client.ask({ model: `pair/${vendorName}`, streamed, history: client.say(text) })
    const after = tested.wallet()
    expect(after.heldMicro).toBe(0)
    const [record] = tested.records
    if (record === undefined) throw new Error('the call was not recorded')
    return { usage, record, paid: before.balanceMicro - after.balanceMicro }
  }

  test.each([false, true])(
    'case 7, case 60, case 61, case 62: what the vendor reports is told and billed, once (streamed: %s)',
    async (streamed) => {
      const { usage, record, paid } = await ask(streamed, `${REPORTED}Hello`)
      expect(usage).toEqual(told(vendor))
      expect(record).toMatchObject({ costMicro: paid, usage: { inputTokens: 1000, outputTokens: 50 } })
      expect(paid).toBe(COST[vendor.cacheWrites])
    },
  )

  test('streamed and whole answers count alike', async () => {
    const [whole, streamed] = [await ask(false, 'Count me'), await ask(true, 'Count me')]
    expect(streamed.usage).toEqual(whole.usage)
    expect(streamed.record.usage).toEqual({ ...whole.record.usage, raw: expect.anything() })
    expect([streamed.paid, whole.paid]).toEqual([streamed.record.costMicro, whole.record.costMicro])
    expect(streamed.paid).toBe(whole.usage.input + 2 * whole.usage.output)
  })

  // Anthropic's SDK cannot read such a message, and between one protocol and itself nothing is added to it.
  const readable = vendorName !== 'messages' || clientName !== 'messages' ? [false, true] : []

  test.each(readable)('case 64: without a report an estimate is billed (streamed: %s)', async (streamed) => {
    const { record, paid } = await ask(streamed, '[[no-usage]]Hello')
    expect(record.usage).toMatchObject({ estimated: true })
    expect(record.usage.outputTokens).toBeGreaterThan(5)
    expect(paid).toBe(record.costMicro)
    expect(paid).toBe(record.usage.inputTokens + 2 * record.usage.outputTokens)
  })
})

describe.each(PAIRS.filter(({ client }) => client === 'messages'))(
  '$client → $vendorName',
  ({ vendorName }) => {
    test('case 6: a stream starts with a count of its input', async () => {
      const tested = createPairGateway()
      const answer = await tested.open('/v1/messages', {
        model: `pair/${vendorName}`,
        max_tokens: 100,
        messages: [{ role: 'user', content: 'word '.repeat(200) }],
      })
      const first = await answer.next()
      const [, data = ''] = /^event: message_start\ndata: (.*)$/m.exec(first ?? '') ?? []
      const { message } = JSON.parse(data) as { message: { usage: { input_tokens: number } } }
      expect(message.usage.input_tokens).toBeGreaterThan(150)
      await answer.leave()
    })
  },
)
