import { expect, test } from 'vitest'
import { openStores } from '../../../adapters/command/stores.js'
import { describePostgres } from '../../support/describe-postgres.js'
import { describeRedis } from '../../support/redis-server.js'
import { createConfig, createTerminal, open, postChat, runToEnd, say, writeTemporary } from './command.js'
import { openVendor } from './simulated-vendor/vendor.js'

const vendor = await openVendor({ expectedKey: 'vendor-secret' })
const KEY = 'cm-test-key-1'
const body = { model: 'mine/model', messages: say('Hi') }

function writeConfig(changes: object, key: object = {}): Promise<string> {
  const config = createConfig(vendor.baseUrls['openai-chat'])
  const accounts = config.accounts.map((account) => ({
    ...account,
    keys: account.keys.map((base) => ({ ...base, ...key })),
  }))
  return writeTemporary(
    JSON.stringify({ ...config, accounts, keySecret: 'a secret of some length', ...changes }),
  )
}

const serve = (config: string) => open(['serve', '--config', config, '--port', '0'])

describePostgres('serve with PostgreSQL', ({ server }) => {
  test('case 68: is one store for two servers and a command, and ends well', async () => {
    const config = await writeConfig({ store: server().url }, { rpm: 2 })
    const sessions = [serve(config), serve(config)]
    const [left = '', right = ''] = await Promise.all(sessions.map(({ ready }) => ready))
    const statuses: number[] = []
    for (const url of [left, right, left, right]) statuses.push((await postChat(url, KEY, body)).status)
    expect(statuses).toEqual([200, 200, 429, 429])
    const verified = await runToEnd(['verify', '--config', config])
    expect(JSON.parse(verified.output)).toEqual({ wallets: 1, problems: [] })
    for (const session of sessions) {
      session.stop()
      expect(await session.exitCode).toBe(0)
      expect(session.errors).toEqual([])
    }
  })
})

describeRedis('serve with Redis', (server) => {
  test('case 68: is one limit for two servers', async () => {
    const config = await writeConfig({ limits: server().url }, { rpm: 2, id: 'key_one' })
    const sessions = [serve(config), serve(config)]
    const [left = '', right = ''] = await Promise.all(sessions.map(({ ready }) => ready))
    const statuses: number[] = []
    for (const url of [left, right, left, right]) statuses.push((await postChat(url, KEY, body)).status)
    expect(statuses).toEqual([200, 200, 429, 429])
    for (const session of sessions) {
      session.stop()
      expect(await session.exitCode).toBe(0)
      expect(session.errors).toEqual([])
    }
  })

  test('keeps keys of the store for a while, and answers where they are told to be', async () => {
    const config = { store: 'sqlite::memory:', limits: server().url }
    const withLimits = await openStores(config, createTerminal())
    const inStore = await openStores({ ...config, state: 'store' }, createTerminal())
    const expiresAt = Date.now() + 60_000
    await withLimits.stores.state?.put('a', '1', expiresAt)
    await inStore.stores.state?.put('b', '2', expiresAt)
    const again = await openStores({ limits: server().url }, createTerminal())
    expect(await again.stores.state?.get('a')).toBe('1')
    expect(await again.stores.state?.get('b')).toBeNull()
    expect(again.stores.keys).toBeUndefined()
    expect(withLimits.stores.keys).toBeDefined()
    for (const { close } of [withLimits, inStore, again]) await close()
  })
})
