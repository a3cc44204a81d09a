import { describe, expect, it } from 'vitest'
import { createModelCatalog, readCatalogPage } from '../../src/models/catalog.js'
import { createModelResolver } from '../../src/models/resolver.js'
import type { ModelEntry } from '../../src/models/route.js'
import { createEntry } from './entries.js'

function createCatalog(models: readonly ModelEntry[], aliases: Readonly<Record<string, string>> = {}) {
  return createModelCatalog({ models, aliases, resolver: createModelResolver({ models, aliases }) })
}

const FULL = createEntry('anthropic/claude-sonnet-4-6', {
  displayName: 'Claude Sonnet 4.6',
  created: 1_771_286_400,
  contextWindowTokens: 1_000_000,
  maxOutputTokens: 128_000,
  modalities: { input: ['text', 'image'], output: ['text'] },
  capabilities: { json: true, reasoning: { supported: true, toggle: true, effort: ['low', 'high'] } },
  price: {
    inputMicroPer1M: 3_000_000,
    outputMicroPer1M: 15_000_000,
    cacheReadMicroPer1M: 300_000,
    cacheWriteMicroPer1M: 3_750_000,
    cacheWriteLongMicroPer1M: 6_000_000,
    tiers: [{ aboveInputTokens: 200_000, inputMicroPer1M: 6_000_000, outputMicroPer1M: 22_500_000 }],
  },
})

const FULL_BODY = {
  id: 'anthropic/claude-sonnet-4-6',
  object: 'model',
  created: 1_771_286_400,
  owned_by: 'anthropic',
  type: 'model',
  display_name: 'Claude Sonnet 4.6',
  created_at: '2026-02-17T00:00:00Z',
  max_input_tokens: 1_000_000,
  max_tokens: 128_000,
  vendor_code: 'anthropic',
  context_window_tokens: 1_000_000,
  max_output_tokens: 128_000,
  modalities: { input: ['text', 'image'], output: ['text'] },
  capabilities: { json: true, reasoning: { supported: true, toggle: true, effort: ['low', 'high'] } },
  status: 'active',
  currency: 'USD',
  pricing: {
    tiers: [
      {
        threshold: null,
        input_micro_per_1m: 3_000_000,
        output_micro_per_1m: 15_000_000,
        cache_read_micro_per_1m: 300_000,
        cache_creation_micro_per_1m: 3_750_000,
        cache_creation_1h_micro_per_1m: 6_000_000,
      },
      {
        threshold: 200_000,
        input_micro_per_1m: 6_000_000,
        output_micro_per_1m: 22_500_000,
        cache_read_micro_per_1m: 6_000_000,
        cache_creation_micro_per_1m: 6_000_000,
        cache_creation_1h_micro_per_1m: 6_000_000,
      },
    ],
  },
}

const FREE_BODY = {
  id: 'mine/small',
  object: 'model',
  created: 0,
  owned_by: 'mine',
  type: 'model',
  display_name: 'mine/small',
  created_at: '1970-01-01T00:00:00Z',
  max_input_tokens: null,
  max_tokens: null,
  vendor_code: 'mine',
  context_window_tokens: null,
  max_output_tokens: null,
  modalities: { input: ['text'], output: ['text'] },
  capabilities: null,
  status: 'active',
  currency: 'USD',
  pricing: {
    tiers: [
      {
        threshold: null,
        input_micro_per_1m: 0,
        output_micro_per_1m: 0,
        cache_read_micro_per_1m: 0,
        cache_creation_micro_per_1m: 0,
        cache_creation_1h_micro_per_1m: 0,
      },
    ],
  },
}

const MODELS = [FULL, createEntry('mine/small', { price: 'free' }), createEntry('mine/*')]

describe('the list of models', () => {
  it('is one body for the SDKs of OpenAI and Anthropic, aliases under their own names, wildcards left out', () => {
    expect(
      createCatalog(MODELS, { smart: 'anthropic/claude-sonnet-4.6', lost: 'gone/model' }).list(),
    ).toEqual({
      object: 'list',
      data: [FULL_BODY, FREE_BODY, { ...FULL_BODY, id: 'smart' }],
      has_more: false,
      first_id: 'anthropic/claude-sonnet-4-6',
      last_id: 'smart',
    })
  })

  it('has the aliases of the account as well', () => {
    const catalog = createCatalog(MODELS, { smart: 'mine/small' })
    const ids = listIds(catalog.list({}, { accountAliases: { smart: FULL.id, own: 'smart' } }))
    expect(ids).toEqual(['anthropic/claude-sonnet-4-6', 'mine/small', 'smart', 'own'])
    expect(catalog.find('own', { accountAliases: { own: FULL.id } })).toEqual({ ...FULL_BODY, id: 'own' })
  })

  it('hides what a key may not use, and its aliases', () => {
    const view = { isVisible: (model: ModelEntry) => model.price === 'free' }
    const catalog = createCatalog(MODELS, { smart: FULL.id, small: 'mine/small' })
    expect(listIds(catalog.list({}, view))).toEqual(['mine/small', 'small'])
    expect(catalog.find('smart', view)).toBeNull()
  })

  it('is empty without models', () => {
    expect(createCatalog([]).list()).toEqual({
      object: 'list',
      data: [],
      has_more: false,
      first_id: null,
      last_id: null,
    })
  })
})

describe('one model', () => {
  it.each(['mine/small', 'MINE/small'])('is found as %j', (id) => {
    expect(createCatalog(MODELS).find(id)).toEqual(FREE_BODY)
  })

  it('of a wildcard has the name that was asked for', () => {
    expect(createCatalog(MODELS).find('mine/other')).toEqual({
      ...FREE_BODY,
      id: 'mine/other',
      display_name: 'mine/other',
      pricing: null,
    })
  })

  it('that nobody knows is null', () => {
    expect(createCatalog(MODELS).find('gone/model')).toBeNull()
  })
})

describe('paging', () => {
  const catalog = createCatalog(['a', 'b', 'c', 'd', 'e'].map((name) => createEntry(`v/${name}`)))

  it.each([
    ['limit=2', ['v/a', 'v/b'], true],
    ['limit=2&after_id=v/b', ['v/c', 'v/d'], true],
    ['limit=2&after_id=v/d', ['v/e'], false],
    ['limit=2&after_id=v/e', [], false],
    ['limit=2&before_id=v/d', ['v/b', 'v/c'], true],
    ['limit=2&before_id=v/b', ['v/a'], false],
    ['before_id=v/c', ['v/a', 'v/b'], false],
    ['limit=2&after_id=v/gone', [], false],
    ['limit=2&before_id=v/gone', [], false],
    ['limit=1000', ['v/a', 'v/b', 'v/c', 'v/d', 'v/e'], false],
    ['limit=none', ['v/a', 'v/b', 'v/c', 'v/d', 'v/e'], false],
    ['limit=0', ['v/a', 'v/b', 'v/c', 'v/d', 'v/e'], false],
    ['', ['v/a', 'v/b', 'v/c', 'v/d', 'v/e'], false],
  ])('with %j gives %j', (query, ids, hasMore) => {
    const body = catalog.list(readCatalogPage(new URLSearchParams(query)))
    expect(listIds(body)).toEqual(ids)
    expect(body).toMatchObject({
      has_more: hasMore,
      first_id: ids[0] ?? null,
      last_id: ids.at(-1) ?? null,
    })
  })

  it('visits every model once', () => {
    const seen: unknown[] = []
    let afterId: string | undefined
    for (;;) {
      const body = catalog.list({ limit: 2, afterId })
      seen.push(...listIds(body))
      if (body['has_more'] !== true) break
      afterId = listIds(body).at(-1) as string
    }
    expect(seen).toEqual(['v/a', 'v/b', 'v/c', 'v/d', 'v/e'])
  })
})

function listIds(body: object): unknown[] {
  return (body as { data: { id: unknown }[] }).data.map(({ id }) => id)
}
