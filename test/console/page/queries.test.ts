import { describe, expect, it } from 'vitest'
import type { Model } from '../../../src/console/page/api/types.js'
import { createFormat } from '../../../src/console/page/format.js'
import { ledgerKinds } from '../../../src/console/page/ledger-words.js'
import { isPattern, priceWords, searchModels } from '../../../src/console/page/model-words.js'
import { presetAmounts } from '../../../src/console/page/top-up-amounts.js'
import { fromLocalField, toLocalField, usageQuery } from '../../../src/console/page/usage-query.js'

const NOW = new Date('2026-11-23T12:00:00Z')
const RATES = {
  input_micro_per_1m: 250_000,
  output_micro_per_1m: 2_000_000,
  cache_read_micro_per_1m: 25_000,
  cache_write_micro_per_1m: 250_000,
  cache_write_long_micro_per_1m: 250_000,
} as const

const model = (id: string, more: Partial<Model> = {}): Model => ({
  id,
  display_name: null,
  vendor: id.split('/')[0] ?? '',
  context_window_tokens: null,
  max_output_tokens: null,
  price: RATES,
  capabilities: [],
  aliases: [],
  ...more,
})

describe('the filters of the usage list', () => {
  it('become the names of the API', () => {
    expect(usageQuery({ key: 'key_1', status: 'failed', range: '1h' }, 'acme', NOW)).toEqual({
      account_id: 'acme',
      key_id: 'key_1',
      model: undefined,
      status: 'failed',
      end_user: undefined,
      since: '2026-11-23T11:00:00.000Z',
      until: null,
    })
  })

  it('take since and until only where the range says so', () => {
    const typed = { since: '2026-11-01T00:00:00.000Z', until: '2026-11-02T00:00:00.000Z' }
    expect(usageQuery({ ...typed, range: 'custom' }, null, NOW)).toMatchObject(typed)
    expect(usageQuery(typed, null, NOW)).toMatchObject({ since: null, until: null })
  })

  it('keep a time that went through a field for local times', () => {
    const iso = '2026-11-23T10:30:00.000Z'
    expect(fromLocalField(toLocalField(iso))).toBe(iso)
    expect(toLocalField(undefined)).toBe('')
    expect(fromLocalField('')).toBeNull()
  })
})

describe('the entries of the ledger that are shown', () => {
  it('are those that move money, unless more are asked for', () => {
    expect(ledgerKinds()).toBe('top_up,refund,adjustment,settle')
    expect(ledgerKinds('charges')).toBe('settle')
    expect(ledgerKinds('all')).toBeNull()
    expect(ledgerKinds('constructor')).toBe(ledgerKinds())
  })
})

describe('the catalogue', () => {
  const models = [
    model('openai/gpt-5.5-mini', { display_name: 'GPT-5.5 mini', aliases: ['fast'] }),
    model('anthropic/claude-sonnet-4-6', { capabilities: ['image_input'] }),
  ]

  it.each([
    ['', 2],
    ['GPT', 1],
    ['mini openai', 1],
    ['fast', 1],
    ['image', 1],
    ['gpt image', 0],
    ['.*', 0],
  ])('is searched for %j', (typed, count) => {
    expect(searchModels(models, typed)).toHaveLength(count)
  })

  it('shows exact prices, and says what is free or unknown', () => {
    const format = createFormat(['en-US'])
    const input = (one: Model): string | null => priceWords(one, format, (price) => price.input_micro_per_1m)
    expect(input(model('a/b'))).toBe('$0.25')
    expect(input(model('a/b', { price: 'free' }))).toBe('Free')
    expect(input(model('a/b', { price: null }))).toBeNull()
  })

  it('knows what can be called from a pattern', () => {
    expect(isPattern('openai/*')).toBe(true)
    expect(isPattern('openai/gpt-5.5')).toBe(false)
  })
})

describe('amounts to top up with', () => {
  it('are never below the minimum', () => {
    expect(presetAmounts(5_000_000)).toEqual([5_000_000, 10_000_000, 25_000_000, 50_000_000])
    expect(presetAmounts(20_000_000)[0]).toBe(25_000_000)
    expect(presetAmounts(900_000_000)).toEqual([900_000_000, 1_800_000_000, 4_500_000_000])
  })
})
