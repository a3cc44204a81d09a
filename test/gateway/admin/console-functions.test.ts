import { describe, expect, it } from 'vitest'
import { createApiKey, type LedgerEntry } from '../../../src/index.js'
import { CHAT } from '../../support/calls.js'
import { BASE_CONFIG, createTestGateway } from '../../support/test-gateway.js'

const BY = { actor: 'ada' }

const headersFor = (key: string): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${key}`,
  'content-type': 'application/json',
})

describe('a key with a secret of the host’s choice', () => {
  const generated = createApiKey((count) => new Uint8Array(count).fill(7))

  it.each([generated, 'cm-12345678', `cm-${'x'.repeat(253)}`])('works: %s', async (secret) => {
    const tested = createTestGateway()
    const created = await tested.gateway.admin.keys.create({ accountId: 'acme', secret, ...BY })
    expect(created?.secret).toBe(secret)
    expect((await tested.post(CHAT.path, CHAT.request(), headersFor(secret))).status).toBe(200)
    const [entry] = await tested.gateway.admin.audit.entries({ limit: 1 })
    expect([entry?.action, entry?.details]).toEqual(['key.create', {}])
  })

  it('is refused when it is no key, without being shown', async () => {
    const { keys } = createTestGateway().gateway.admin
    const mistyped = `${generated.slice(0, -1)}${generated.endsWith('0') ? '1' : '0'}`
    for (const secret of [
      '',
      'sk-12345678',
      'cm-1234567',
      'cm-1234 5678',
      `cm-${'x'.repeat(254)}`,
      mistyped,
    ]) {
      const error: unknown = await keys.create({ accountId: 'acme', secret, ...BY }).catch((thrown) => thrown)
      expect(error).toMatchObject({ code: 'invalid_value', param: 'secret', status: 400 })
      if (secret !== '') expect(String(error)).not.toContain(secret)
    }
  })

  it('is refused when it is in use', async () => {
    const { keys } = createTestGateway().gateway.admin
    await keys.create({ accountId: 'acme', secret: generated, ...BY })
    const again = keys.create({ accountId: 'acme', secret: generated, ...BY })
    await expect(again).rejects.toMatchObject({ code: 'invalid_value', param: 'secret', status: 409 })
  })
})

describe('a derived secret', () => {
  it('is the same for a purpose and a keySecret, and another one otherwise', async () => {
    const derive = (purpose: string, keySecret = BASE_CONFIG.keySecret): Promise<Uint8Array> =>
      createTestGateway({ keySecret }).gateway.admin.deriveSecret(purpose)
    const secret = await derive('a')
    expect(secret).toHaveLength(32)
    expect(await derive('a')).toEqual(secret)
    expect(await derive('b')).not.toEqual(secret)
    expect(await derive('a', 'another pepper of tests')).not.toEqual(secret)
  })

  it('is there without a keySecret too, drawn once', async () => {
    const { admin } = createTestGateway({ keySecret: undefined, stores: {} }).gateway
    expect(await admin.deriveSecret('a')).toEqual(await admin.deriveSecret('a'))
  })
})

describe('the list of models', () => {
  const models = [...BASE_CONFIG.models, { id: 'wild/*', upstream: 'chat', price: 'free' as const }]

  it('has every model with its aliases, global ones and those of the account', async () => {
    const aliases = { best: 'test/chat', better: 'best', wild: 'wild/any', 'test/free': 'test/chat' }
    const { admin } = createTestGateway({ models, aliases }).gateway
    await admin.accounts.change('acme', { aliases: { mine: 'test/free', best: 'test/messages' }, ...BY })
    const shown = async (accountId?: string): Promise<unknown> =>
      Object.fromEntries(
        (await admin.models.list(accountId)).map(({ model, aliases: names }) => [model.id, names]),
      )
    expect(await shown()).toEqual({
      'test/chat': ['best', 'better'],
      'test/responses': [],
      'test/messages': [],
      'test/free': [],
    })
    expect(await shown('acme')).toEqual({
      'test/chat': [],
      'test/responses': [],
      'test/messages': ['best', 'better'],
      'test/free': ['mine'],
    })
    expect(await shown('nobody')).toEqual(await shown())
  })
})

describe('usage windows', () => {
  it('are those of the account now', async () => {
    const tested = createTestGateway()
    const { usage } = tested.gateway.admin
    await tested.post(CHAT.path, CHAT.request())
    tested.clock.advance(86_400_000)
    const { daily, weekly } = await usage.windows('acme')
    expect([daily.requestCount, weekly.requestCount]).toEqual([0, 1])
    expect((await usage.windows('nobody')).monthly.requestCount).toBe(0)
  })
})

describe('the export of the books', () => {
  it('reads every entry once, newest first, over as many pages as it takes', async () => {
    const { money } = createTestGateway().gateway.admin
    for (let move = 0; move < 1003; move += 1)
      await money.adjust({ accountId: 'acme', amountMicro: 1, externalId: `a${move}`, ...BY })
    const entries: LedgerEntry[] = []
    for await (const entry of money.exportEntries({ accountId: 'acme', kinds: ['adjustment'] }))
      entries.push(entry)
    const ids = entries.map(({ id }) => id)
    expect(ids).toHaveLength(1003)
    expect(ids).toEqual(ids.toSorted((left, right) => right - left))
    expect(new Set(ids).size).toBe(1003)
  })

  it('refuses kinds that are none', async () => {
    const { money } = createTestGateway().gateway.admin
    const entries = money.exportEntries({ accountId: 'acme', kinds: ['nothing' as never] })
    await expect(entries[Symbol.asyncIterator]().next()).rejects.toMatchObject({ param: 'kinds[0]' })
  })
})
