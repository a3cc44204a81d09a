import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openOutbox, openStores } from '../../../adapters/command/stores.js'
import { openSqliteOutbox } from '../../../adapters/stores/sqlite/index.js'
import { CommandError } from '../../../adapters/command/terminal.js'
import { eventually } from '../../contracts/http-server.js'
import {
  createConfig,
  createTerminal,
  makeFolder,
  open,
  postChat,
  runToEnd,
  say,
  writeTemporary,
} from './command.js'
import { openVendor } from './simulated-vendor/vendor.js'

const vendor = await openVendor({ expectedKey: 'vendor-secret' })
const KEY = 'cm-test-key-1'

/** A configuration whose model costs a micro-USD for each input token, with a SQLite file. */
async function writeConfig(changes: object = {}): Promise<string> {
  const config = createConfig(vendor.baseUrls['openai-chat'])
  const [model] = config.models
  const price = { inputMicroPer1M: 1_000_000, outputMicroPer1M: 0 }
  return await writeTemporary(
    JSON.stringify({
      ...config,
      models: [{ ...model, price, maxOutputTokens: 100, contextWindowTokens: 1000 }],
      store: `sqlite:${join(await makeFolder(), 'gateway.db')}`,
      keySecret: 'a secret of some length',
      ...changes,
    }),
  )
}

const serve = (config: string) => open(['serve', '--config', config, '--port', '0'])
const credits = async (url: string, key: string): Promise<unknown> =>
  (await fetch(`${url}/v1/credits`, { headers: { 'x-api-key': key } })).json()
const body = { model: 'mine/model', messages: say('[[usage:input=100,output=1]]') }

describe('serve with a SQLite file', () => {
  test('has the money of before after a restart, and the accounts before it listens', async () => {
    const config = await writeConfig()
    const first = serve(config)
    expect((await postChat(await first.ready, KEY, body)).status).toBe(200)
    first.stop()
    expect(await first.exitCode).toBe(0)
    const second = serve(config)
    const left = { balance_micro: 1_000_000 - 100, uncollected_micro: 0 }
    expect(await credits(await second.ready, KEY)).toMatchObject(left)
    second.stop()
    expect(await second.exitCode).toBe(0)
    expect([...first.errors, ...second.errors]).toEqual([])
  })

  test('does what calls owe from before, by the outbox that it names', async () => {
    const path = join(await makeFolder(), 'outbox.db')
    const config = await writeConfig({ outbox: `sqlite:${path}` })
    const server = serve(config)
    const url = await server.ready
    const owed = await openSqliteOutbox({ path })
    server.stop()
    expect(await server.exitCode).toBe(0)
    const hold = { holdId: 'a', accountId: 'acme', amountMicro: 7, expiresAt: 1e15 }
    await owed.put({ id: 'a', requestId: 'a', job: { type: 'charge', hold, costMicro: 7 }, expiresAt: null })
    expect(url).toMatch(/^http/)
    const next = serve(config)
    await next.ready
    await eventually(() => (owed.pending() as readonly unknown[]).length === 0)
    expect(await credits(await next.ready, KEY)).toMatchObject({ balance_micro: 1_000_000 - 7 })
    await owed.close()
  })

  test('is one ledger for two servers', async () => {
    const config = await writeConfig()
    const [left, right] = [serve(config), serve(config)]
    const urls = await Promise.all([left.ready, right.ready])
    const answers = await Promise.all(urls.map((url) => postChat(url, KEY, body)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    await Promise.all(answers.map((answer) => answer.text()))
    expect(await credits(urls[0], KEY)).toMatchObject({ balance_micro: 1_000_000 - 200 })
  })

  test('needs the secret of its keys, and says so', async () => {
    const { code, errors } = await runToEnd([
      'serve',
      '--config',
      await writeConfig({ keySecret: undefined }),
    ])
    expect(code).toBe(2)
    expect(errors).toMatch(/ {2}keySecret: is needed/)
  })
})

describe('the commands of an administrator', () => {
  const admin = (config: string, ...words: readonly string[]) => runToEnd([...words, '--config', config])

  test('create an account and a key, top it up once, and verify the books', async () => {
    const config = await writeConfig()
    const account = await admin(config, 'accounts', 'create', '--account', 'new', '--name', 'New')
    expect([account.code, JSON.parse(account.output)]).toMatchObject([0, { id: 'new', name: 'New' }])
    const created = await admin(config, 'keys', 'create', '--account', 'new')
    const { secret, key } = JSON.parse(created.output) as { secret: string; key: object }
    expect(key).toMatchObject({ accountId: 'new' })
    expect(key).not.toHaveProperty('hash')
    const topUp = ['topup', '--account', 'new', '--usd', '12.50', '--id', 'pay_1']
    for (const outcome of ['posted', 'repeated'] as const) {
      expect(JSON.parse((await admin(config, ...topUp)).output)).toMatchObject({ outcome })
    }
    const server = serve(config)
    const url = await server.ready
    expect((await postChat(url, secret, body)).status).toBe(200)
    expect(await credits(url, secret)).toMatchObject({ balance_micro: 12_500_000 - 100 })
    const verified = await admin(config, 'verify')
    expect([verified.code, JSON.parse(verified.output)]).toEqual([0, { wallets: 2, problems: [] }])
  })

  test.each([
    ['an account that is none', 1, "no account 'nobody'", ['keys', 'create', '--account', 'nobody']],
    ['an account that is taken', 2, "id 'acme' is taken", ['accounts', 'create', '--account', 'acme']],
    ['an amount that is none', 2, "'1e3'", ['topup', '--account', 'acme', '--usd', '1e3', '--id', 'x']],
    [
      'an id that is used',
      1,
      'used for something else',
      ['topup', '--account', 'acme', '--usd', '2', '--id', 'config:acme'],
    ],
  ])('refuse %s', async (_name, exitCode, words, command) => {
    const { code, errors } = await admin(await writeConfig(), ...command)
    expect([code, errors]).toEqual([exitCode, expect.stringContaining(words)])
  })

  test('have nothing to do in memory', async () => {
    const { code, errors } = await admin(await writeConfig({ store: 'memory' }), 'verify')
    expect([code, errors]).toEqual([2, expect.stringContaining('no store that outlives')])
  })
})

describe('openStores', () => {
  test('opens nothing for memory', async () => {
    const { stores, close } = await openStores({}, createTerminal())
    expect(stores).toEqual({})
    await close()
  })

  test('leaves the limits in memory where they are asked for there', async () => {
    const path = join(await makeFolder(), 'a.db')
    const { stores, close } = await openStores(
      { store: `sqlite:${path}`, limits: 'memory' },
      createTerminal(),
    )
    expect(Object.keys(stores)).toEqual(expect.arrayContaining(['keys', 'ledger', 'usage', 'state']))
    expect(stores.limits).toBeUndefined()
    expect(existsSync(path)).toBe(true)
    await close()
  })

  test('opens the outbox that is named, and says when it cannot', async () => {
    const path = join(await makeFolder(), 'outbox.db')
    const { outbox, close } = await openOutbox({ outbox: `sqlite:${path}` })
    expect([outbox?.durable, existsSync(path)]).toEqual([true, true])
    await close()
    expect((await openOutbox({ outbox: 'memory' })).outbox).toBeUndefined()
    await expect(openOutbox({ outbox: 'sqlite:/nowhere/at/all/outbox.db' })).rejects.toThrow(
      /crossmodel-gateway: outbox: cannot open sqlite:\/nowhere/,
    )
  })

  test.each([
    ['store', { store: 'postgres://user:hunter2@127.0.0.1:1/db?x=hunter3' }],
    ['store', { store: 'postgres://user:hunter2@[nonsense/db' }],
    ['limits', { limits: 'redis://user:hunter2@127.0.0.1:1/0' }],
    ['limits', { limits: 'redis://user:hunter2@[nonsense' }],
    ['store', { store: 'sqlite:/nowhere/at/all/gateway.db' }],
  ])('says which %s cannot be opened, and shows no password: %j', async (setting, config) => {
    const error: unknown = await openStores(config, createTerminal()).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(CommandError)
    expect(String(error)).toMatch(new RegExp(`crossmodel-gateway: ${setting}: cannot open `))
    expect(String(error)).not.toMatch(/hunter/)
  })
})
