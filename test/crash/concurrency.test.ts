import { expect, it, onTestFinished } from 'vitest'
import { verifyLedger } from '../../src/balance/audit.js'
import type { GatewayConfigData } from '../../src/index.js'
import { describePostgres } from '../support/describe-postgres.js'
import { startFleet } from './fleet.js'
import { startVendor } from './vendor.js'

const ROOT = new URL('../../', import.meta.url)
const KEY = 'cm-key-of-acme'
const CALLS = 500
/** What every call holds and costs. */
const COST_MICRO = 100

/** Ten calls can be paid, and a little is left. */
function createConfig(vendor: string, store: string): GatewayConfigData {
  const price = { inputMicroPer1M: 0, outputMicroPer1M: 1_000_000 }
  return {
    upstreams: { slow: { protocol: 'openai-chat', baseUrl: `${vendor}/v1`, apiKey: 'sk-of-the-vendor' } },
    models: [{ id: 'slow/words', upstream: 'slow', price, maxOutputTokens: COST_MICRO }],
    accounts: [{ id: 'acme', balanceMicro: 10 * COST_MICRO + 9, keys: [{ key: KEY, rpm: null, tpm: null }] }],
    store,
    keySecret: 'the pepper of the test',
  }
}

describePostgres('four gateway processes', ({ server, open }) => {
  it('case 53: with funds for 10, exactly 10 of 500 concurrent calls pass', async () => {
    const vendor = await startVendor()
    onTestFinished(vendor.close)
    const fleet = await startFleet(ROOT, createConfig(vendor.url, server().url), 4)
    onTestFinished(fleet.close)
    const urls = fleet.running().map(({ url }) => url)
    const script = { marker: 'acme', words: COST_MICRO, wordMs: 10 }
    const body = JSON.stringify({
      model: 'slow/words',
      messages: [{ role: 'user', content: JSON.stringify(script) }],
      max_tokens: COST_MICRO,
    })
    const statuses = await Promise.all(
      Array.from({ length: CALLS }, async (_, index) => {
        const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }
        const url = `${urls[index % urls.length]}/v1/chat/completions`
        const response = await fetch(url, { method: 'POST', headers, body })
        await response.text()
        return response.status
      }),
    )
    expect(statuses.filter((status) => status === 200)).toHaveLength(10)
    expect(statuses.filter((status) => status === 402)).toHaveLength(CALLS - 10)
    expect(vendor.calls).toHaveLength(10)
    expect(await fleet.stop()).toEqual([0, 0, 0, 0])
    const { ledger } = await open({ schema: 'public' })
    expect(await ledger.balance('acme')).toEqual({ balanceMicro: 9, heldMicro: 0 })
    expect(await verifyLedger(ledger)).toEqual({ wallets: 1, problems: [] })
  })
})
