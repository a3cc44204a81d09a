import { describe, expect, it } from 'vitest'
import { CHAT, chatAnswer, whole } from '../support/calls.js'
import { BASE_CONFIG } from '../support/test-gateway.js'
import { NASTY, readAll, useEngines } from './engines.js'
import { furnish } from './samples.js'
import { OWNER } from './support.js'

const DAY_MS = 86_400_000

describe.each(useEngines())('over %s', (_engine, create) => {
  describe('usage', () => {
    it('is listed newest first, page by page, and filtered', async () => {
      const world = await create()
      const { operator, tested } = world
      const { key_id: keyId } = await furnish(world, 'other')
      for (const user of ['bob', NASTY, 'bob']) {
        tested.clock.advance(1000)
        tested.vendor.play(chatAnswer({ prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }))
        await tested.post(CHAT.path, { ...CHAT.request(), user })
      }
      tested.vendor.play(whole({ error: { message: 'busy <b>' } }, 400))
      await tested.post(CHAT.path, { ...CHAT.request(), user: 'bob' })
      const { all, pages } = await readAll(operator, 'usage')
      expect([all.length, pages]).toEqual([5, 3])
      const times = all.map((record) => (record as { time: string }).time)
      expect(times).toEqual(times.toSorted().toReversed())
      const count = async (query: string): Promise<number> =>
        (await operator.get(`usage?${query}`)).json.data.length
      expect(await count('end_user=bob')).toBe(3)
      expect(await count(`end_user=${encodeURIComponent(NASTY)}`)).toBe(1)
      expect(await count('status=failed')).toBe(1)
      expect(await count('model=test/chat')).toBe(5)
      expect(await count('model=none')).toBe(0)
      expect(await count(`key_id=${keyId}`)).toBe(1)
      expect(await count('account_id=acme')).toBe(4)
      expect(await count('since=2024-05-15T12:00:02Z')).toBe(3)
      expect(await count('since=2024-05-15T14:00:02%2B02:00')).toBe(3)
      expect(await count('until=2024-05-15T12:00:01Z')).toBe(1)
      expect(await count('since=2024-05-15&until=2024-05-16')).toBe(5)
    })

    it('is a table for spreadsheets, in which no text is a formula', async () => {
      const world = await create()
      const { operator, tested } = world
      await tested.post(CHAT.path, { ...CHAT.request(), user: '=HYPERLINK("//evil")' })
      const { status, headers, text } = await operator.get('usage.csv?account_id=acme')
      expect([status, headers['content-type'], headers['content-disposition']]).toEqual([
        200,
        'text/csv; charset=utf-8',
        'attachment',
      ])
      const lines = text.trimEnd().split('\r\n')
      expect(lines).toHaveLength(2)
      expect(lines[1]).toContain(`"'=HYPERLINK(""//evil"")"`)
      await operator.post('accounts/acme/credits', {
        amount_micro: 1,
        external_id: '@SUM(A1)',
        note: '+1,"x"\n',
      })
      const books = await operator.get('accounts/acme/ledger.csv?kind=top_up')
      expect(books.text.split('\r\n')[1]).toContain(`'@SUM(A1),"'+1,""x""\n",operator`)
    })

    it('is summed by day, model, key and end user', async () => {
      const world = await create()
      const { key_id: keyId } = await furnish(world, 'other')
      world.tested.clock.advance(DAY_MS)
      world.tested.vendor.play(chatAnswer({ prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }))
      await world.tested.post(CHAT.path, CHAT.request())
      const sums = async (query: string): Promise<unknown> =>
        (await world.operator.get(`totals?${query}`)).json.data.map(
          ({ group, model, cost_micro }: Record<string, unknown>) => [group, model, cost_micro],
        )
      expect(await sums('by=day')).toEqual([
        ['2024-05-15', undefined, 20],
        ['2024-05-16', undefined, 3],
      ])
      expect(await sums('by=day_model')).toEqual([
        ['2024-05-15', 'test/chat', 20],
        ['2024-05-16', 'test/chat', 3],
      ])
      expect(await sums('by=key&account_id=other')).toEqual([[keyId, undefined, 20]])
      expect(await sums('by=end_user')).toEqual([['ann', undefined, 20]])
      expect(await sums('by=model&since=2024-05-16')).toEqual([['test/chat', undefined, 3]])
      expect(await sums('by=model&until=2024-05-16')).toEqual([['test/chat', undefined, 20]])
      expect(await sums('by=model&since=2024-04-01&until=2024-04-30')).toEqual([])
    })

    it('shows one request, with what an operator wants to know', async () => {
      const world = await create()
      const { request_id: id, key_id } = await furnish(world, 'other')
      expect((await world.operator.get(`usage/${id}`)).json).toMatchObject({
        request_id: id,
        account_id: 'other',
        key_id,
        model: 'test/chat',
        endpoint: '/v1/chat/completions',
        status: 'completed',
        http_status: 200,
        end_user: 'ann',
        streamed: false,
        usage: { input_tokens: 10, output_tokens: 5, estimated: false },
        cost_micro: 20,
        error_code: null,
      })
    })
  })

  describe('the catalogue', () => {
    it('has prices, sizes, abilities and the aliases of the account', async () => {
      const tiered = {
        id: 'test/large',
        upstream: 'chat',
        displayName: 'Large',
        price: {
          inputMicroPer1M: 10,
          outputMicroPer1M: 20,
          tiers: [{ aboveInputTokens: 200_000, inputMicroPer1M: 30, outputMicroPer1M: 40 }],
        },
        modalities: { input: ['text', 'image'], output: ['text'] },
        capabilities: {
          json: true,
          tools: false,
          reasoning: { supported: true },
          audio: { supported: false },
        },
      }
      const { operator, as } = await create(
        {},
        {
          models: [...BASE_CONFIG.models, tiered, { ...tiered, id: 'wild/*' }],
          aliases: { best: 'test/large' },
        },
      )
      await operator.patch('accounts/other', { aliases: { mine: 'best', odd: 'wild/any' } })
      const all = (await operator.get('models')).json.data
      expect(all.map(({ id }: { id: string }) => id)).toEqual([
        'test/chat',
        'test/responses',
        'test/messages',
        'test/free',
        'test/large',
      ])
      const rates = (input: number, output: number): object => ({
        input_micro_per_1m: input,
        output_micro_per_1m: output,
        cache_read_micro_per_1m: input,
        cache_write_micro_per_1m: input,
        cache_write_long_micro_per_1m: input,
      })
      expect(all[4]).toMatchObject({
        display_name: 'Large',
        vendor: 'test',
        price: { ...rates(10, 20), tiers: [{ above_input_tokens: 200_000, ...rates(30, 40) }] },
        capabilities: ['json', 'reasoning', 'image_input'],
        aliases: ['best'],
      })
      expect(all[3].price).toBe('free')
      expect((await operator.get('models?account_id=other')).json.data[4].aliases).toEqual(['mine', 'best'])
      expect((await as(OWNER).get('models')).json.data[4].aliases).toEqual(['best'])
    })

    it('shows how upstreams are, and nothing of their keys and places', async () => {
      const { operator, tested } = await create()
      tested.vendor.play(whole({ error: { message: 'down' } }, 500))
      await tested.post(CHAT.path, CHAT.request())
      expect((await operator.get('upstreams')).json.data).toMatchObject([
        { route: 'chat:vendor-chat', state: 'closed', calls: 1, error_rate: 1, limited: 0 },
      ])
    })
  })
})
