import { describe, expect, it } from 'vitest'
import { CHAT } from '../support/calls.js'
import { NASTY, readAll, useEngines } from './engines.js'
import { furnish } from './samples.js'
import { OPERATOR, OWNER } from './support.js'

const DAY_MS = 86_400_000

describe.each(useEngines())('over %s', (_engine, create) => {
  describe('accounts', () => {
    it('are made, listed page by page, changed, suspended and activated', async () => {
      const { operator, tested } = await create()
      const made = await operator.post('accounts', { id: 'b', name: 'B', aliases: { best: 'test/chat' } })
      expect([made.status, made.json]).toEqual([
        201,
        {
          id: 'b',
          name: 'B',
          status: 'active',
          aliases: { best: 'test/chat' },
          created_at: '2024-05-15T12:00:00.000Z',
        },
      ])
      expect((await operator.post('accounts', {})).json.id).toMatch(/^acct_/)
      expect((await operator.post('accounts', { id: 'b' })).status).toBe(409)
      const { all, pages } = await readAll(operator, 'accounts')
      expect([all.length, pages]).toEqual([4, 2])
      const changed = await operator.patch('accounts/b', { name: null, aliases: {}, status: 'suspended' })
      expect(changed.json).toMatchObject({ name: null, aliases: {}, status: 'suspended' })
      expect((await operator.patch('accounts/b', { status: 'active' })).json.status).toBe('active')
      expect((await operator.patch('accounts/nobody', { status: 'active' })).status).toBe(404)
      const entries = await tested.gateway.admin.audit.entries({ accountId: 'b' })
      expect(entries.map(({ actor, action }) => [actor, action])).toEqual([
        ['operator', 'account.activate'],
        ['operator', 'account.suspend'],
        ['operator', 'account.change'],
        ['operator', 'account.create'],
      ])
    })

    it('show their money and what they have used', async () => {
      const world = await create()
      await furnish(world, 'other')
      world.tested.clock.advance(DAY_MS)
      const { json } = await world.operator.get('accounts/other/overview')
      const used = {
        cost_micro: 20,
        prompt_tokens: 10,
        completion_tokens: 5,
        request_count: 1,
        success_count: 1,
      }
      expect(json).toMatchObject({
        balance_micro: 999_980,
        held_micro: 0,
        spendable_micro: 999_980,
        windows: { day: { request_count: 0 }, week: used, month: used },
        key_count: 1,
      })
      const empty = await world.operator.post('accounts', { id: 'empty' })
      expect(empty.status).toBe(201)
      expect((await world.operator.get('accounts/empty/overview')).json).toMatchObject({
        balance_micro: 0,
        spendable_micro: 0,
        key_count: 0,
      })
    })
  })

  describe('keys', () => {
    it('are made with their secret once, and work until they are disabled or deleted', async () => {
      const { as, tested, operator } = await create()
      const owner = as(OWNER)
      const made = await owner.post('accounts/acme/keys', { name: 'build', rpm: null })
      const { secret, ...key } = made.json
      expect(made.status).toBe(201)
      expect(key).toMatchObject({
        account_id: 'acme',
        name: 'build',
        status: 'active',
        rpm: null,
        tpm: 100_000,
        concurrency: null,
        allowed_models: null,
        spend_limits: null,
        end_user_spend_limits: null,
        expires_at: null,
      })
      const call = async (): Promise<number> => {
        const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
        return (await tested.post(CHAT.path, CHAT.request(), headers)).status
      }
      const path = `keys/${key.id}`
      expect((await owner.get(path)).json).toEqual({ ...key, last_used_at: null })
      expect(await call()).toBe(200)
      expect((await owner.get(path)).json.last_used_at).toBe('2024-05-15T12:00:00.000Z')
      expect((await owner.patch(path, { status: 'disabled' })).json.status).toBe('disabled')
      expect(await call()).toBe(401)
      expect((await owner.patch(path, { status: 'active' })).json.status).toBe('active')
      expect(await call()).toBe(200)
      expect((await owner.remove(path)).status).toBe(204)
      expect(await call()).toBe(401)
      expect((await owner.get(path)).status).toBe(404)
      for (const page of ['accounts/acme/keys', 'usage', 'audit', path])
        expect((await operator.get(page)).text).not.toContain(secret)
    })

    it('take every limit and give it back, and lose it by null', async () => {
      const { as, tested } = await create()
      const owner = as(OWNER)
      const limits = {
        name: NASTY,
        rpm: 5,
        tpm: 500,
        concurrency: 2,
        allowed_models: ['test/*', 'other/model'],
        spend_limits: { day_micro: 1, month_micro: 30 },
        end_user_spend_limits: { week_micro: 7 },
        expires_at: '2026-01-01T00:00:00.000Z',
      }
      const made = await owner.post('accounts/acme/keys', limits)
      expect(made.json).toMatchObject(limits)
      const path = `keys/${made.json.id}`
      expect((await owner.patch(path, { rpm: 6, status: 'disabled' })).json).toMatchObject({
        ...limits,
        rpm: 6,
        status: 'disabled',
      })
      const none = Object.fromEntries(Object.keys(limits).map((name) => [name, null]))
      expect((await owner.patch(path, none)).json).toMatchObject(none)
      const offset = await owner.patch(path, { expires_at: '2026-01-01T02:00:00+02:00' })
      expect(offset.json.expires_at).toBe('2026-01-01T00:00:00.000Z')
      const [change] = await tested.gateway.admin.audit.entries({ accountId: 'acme', limit: 1 })
      expect(change?.details).toEqual({ expiresAt: Date.parse('2026-01-01T00:00:00Z'), byOwner: true })
    })

    it('tell the audit of their limits in the words of the API', async () => {
      const { as } = await create()
      const owner = as(OWNER)
      const limits = {
        name: NASTY,
        rpm: 5,
        allowed_models: ['test/*'],
        spend_limits: { day_micro: 1, week_micro: 2, month_micro: 30 },
        end_user_spend_limits: { week_micro: 7 },
        expires_at: '2026-01-01T00:00:00.000Z',
      }
      const { json } = await owner.post('accounts/acme/keys', limits)
      const none = Object.fromEntries(Object.keys(limits).map((name) => [name, null]))
      await owner.patch(`keys/${json.id}`, none)
      await owner.patch('accounts/acme', { aliases: { dayMicro: 'test/chat', expiresAt: 'test/chat' } })
      const { data } = (await owner.get('audit?limit=3')).json
      expect(data.map(({ details }: { readonly details: unknown }) => details)).toEqual([
        { aliases: { dayMicro: 'test/chat', expiresAt: 'test/chat' } },
        none,
        limits,
      ])
    })

    it('are listed page by page, of one account and of all', async () => {
      const { operator } = await create()
      for (const name of ['a', 'b', 'c']) await operator.post('accounts/other/keys', { name })
      expect((await readAll(operator, 'accounts/other/keys')).all).toHaveLength(3)
      const { all, pages } = await readAll(operator, 'keys')
      expect([all.length, pages]).toEqual([4, 2])
      expect((await operator.get('accounts/nobody/keys')).status).toBe(404)
      expect((await operator.post('accounts/nobody/keys', {})).status).toBe(404)
    })

    it('tell what was spent with them', async () => {
      const world = await create()
      const { key_id: id } = await furnish(world, 'other')
      expect((await world.operator.get(`keys/${id}/spent`)).json).toEqual({
        day_micro: 20,
        week_micro: 20,
        month_micro: 20,
      })
    })
  })

  describe('money', () => {
    it('is moved once for each external id, and the books tell by whom', async () => {
      const { as } = await create()
      const operator = as(OPERATOR)
      const move = { amount_micro: 500, external_id: 'pay_1', note: NASTY }
      const credit = await operator.post('accounts/acme/credits', move)
      expect(credit.json).toEqual({
        outcome: 'posted',
        posted_micro: 500,
        shortfall_micro: 0,
        balance_micro: 1_000_500,
        held_micro: 0,
      })
      expect((await operator.post('accounts/acme/credits', move)).json.outcome).toBe('repeated')
      const conflict = await operator.post('accounts/acme/credits', { ...move, amount_micro: 501 })
      expect([conflict.status, conflict.json.error.code]).toEqual([409, 'conflict'])
      const refund = await operator.post('accounts/acme/refunds', {
        amount_micro: 2_000_000,
        external_id: 'r',
      })
      expect(refund.json).toMatchObject({
        posted_micro: -1_000_500,
        shortfall_micro: 999_500,
        balance_micro: 0,
      })
      await operator.post('accounts/acme/adjustments', { amount_micro: 70, external_id: 'a1' })
      const less = await operator.post('accounts/acme/adjustments', { amount_micro: -30, external_id: 'a2' })
      expect(less.json).toMatchObject({ posted_micro: -30, balance_micro: 40 })
      expect((await operator.post('accounts/nobody/credits', move)).status).toBe(404)
      const { all } = await readAll(operator, 'accounts/acme/ledger')
      expect(all).toMatchObject([
        { kind: 'adjustment', balance_micro: -30, balance_after_micro: 40, actor: 'olga' },
        { kind: 'adjustment', balance_micro: 70 },
        { kind: 'refund', balance_micro: -1_000_500, shortfall_micro: 999_500, external_id: 'r' },
        { kind: 'top_up', balance_micro: 500, note: NASTY, external_id: 'pay_1' },
        { kind: 'top_up', balance_micro: 1_000_000, external_id: 'config:acme' },
      ])
    })

    it('has books that can be filtered', async () => {
      const world = await create()
      await furnish(world, 'other')
      const kinds = async (query: string): Promise<unknown> =>
        (await world.operator.get(`accounts/other/ledger?${query}`)).json.data.map(
          ({ kind }: { kind: string }) => kind,
        )
      expect(await kinds('kind=top_up')).toEqual(['top_up'])
      expect(await kinds('kind=top_up,settle')).toEqual(['settle', 'top_up'])
      expect(await kinds('kind=top_up&kind=hold')).toEqual(['hold', 'top_up'])
      expect((await world.operator.get('accounts/nobody/ledger')).status).toBe(404)
    })
  })

  it('the audit tells who changed what', async () => {
    const { operator, as } = await create()
    await as(OWNER).post('accounts/acme/keys', { name: NASTY, spend_limits: { day_micro: 5 } })
    const { all } = await readAll(operator, 'audit?account_id=acme')
    expect(all[0]).toMatchObject({
      actor: 'ada',
      action: 'key.create',
      account_id: 'acme',
      details: { name: NASTY, spend_limits: { day_micro: 5 } },
    })
    expect((await operator.get('audit')).json.data.length).toBeGreaterThan(all.length)
  })
})
