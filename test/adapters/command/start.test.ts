import { execFile, spawnSync } from 'node:child_process'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createStartConfig } from '../../../adapters/command/start-config.js'
import { makeFolder, open, postChat, say } from './command.js'

const shell = promisify(execFile)
const hasCurl = spawnSync('curl', ['--version']).status === 0
if (!hasCurl) console.warn('The printed curl lines are not tested: there is no curl.')

async function start(...flags: string[]) {
  const where = flags.length === 0 ? ['--memory'] : flags
  const session = open(['start', '--port', '0', ...where])
  const url = await session.ready
  const key = /cm-[\w-]+/.exec(session.output.join('\n'))?.[0] ?? ''
  return { session, url, key }
}

describe('start', () => {
  test.skipIf(!hasCurl).each(['chat', 'responses', 'messages'])(
    'prints a curl line for %s that works',
    async (name) => {
      const { session } = await start()
      const line =
        session.output.find((text) => text.startsWith('curl') && text.includes(`simulated/${name}`)) ?? ''
      const { stdout } = await shell('sh', ['-c', line])
      expect(stdout).toContain('no model was called')
      expect(JSON.parse(stdout)).toMatchObject({ model: `simulated/${name}` })
    },
  )

  test('makes another demo key each time, and takes no other', async () => {
    const [first, second] = [await start(), await start()]
    expect(first.key).not.toBe(second.key)
    const wrong = await postChat(first.url, second.key, { model: 'simulated/chat', messages: say('Hi') })
    expect(wrong.status).toBe(401)
  })

  test('keeps its key, balance and usage in its folder, for this user alone', async () => {
    const folder = join(await makeFolder(), 'data')
    const first = await start('--data', folder)
    expect(first.session.errors).toEqual([])
    expect(first.session.output.join('\n')).toContain(folder)
    const body = { model: 'simulated/chat', messages: say('[[usage:input=1000000,output=0]]') }
    expect((await postChat(first.url, first.key, body)).status).toBe(200)
    first.session.stop()
    await first.session.exitCode
    const second = await start('--data', folder)
    expect(second.key).toBe(first.key)
    const credits = await fetch(`${second.url}/v1/credits`, { headers: { 'x-api-key': first.key } })
    expect(await credits.json()).toMatchObject({ balance_micro: 5_000_000 - 100_000, uncollected_micro: 0 })
    const secrets = await stat(join(folder, 'secrets.json'))
    expect([secrets.mode & 0o777, (await stat(folder)).mode & 0o777]).toEqual([0o600, 0o700])
    expect(await readFile(join(folder, '.gitignore'), 'utf8')).toBe('*\n')
  })

  test('says so, and goes on in memory, where it can keep nothing', async () => {
    const file = join(await makeFolder(), 'file')
    await writeFile(file, '')
    const { session, url, key } = await start('--data', join(file, 'data'))
    expect(session.errors).toEqual([
      expect.stringMatching(/nothing is kept, everything lives in memory: ENOTDIR/),
    ])
    expect((await postChat(url, key, { model: 'simulated/chat', messages: say('Hi') })).status).toBe(200)
  })

  test('does not guess when its secrets are damaged', async () => {
    const folder = await makeFolder()
    await writeFile(join(folder, 'secrets.json'), '{"keySecret":5}')
    const session = open(['start', '--port', '0', '--data', folder])
    expect(await session.exitCode).toBe(1)
    expect(session.errors.join()).toContain('secrets.json is damaged')
  })

  test('streams, bills and counts', async () => {
    const { url, key } = await start()
    const body = {
      model: 'simulated/chat',
      stream: true,
      messages: say('[[tokens:3]][[usage:input=1000000,output=3]]'),
    }
    expect(await (await postChat(url, key, body)).text()).toContain('[DONE]')
    const credits = await fetch(`${url}/v1/credits`, { headers: { authorization: `Bearer ${key}` } })
    expect(await credits.json()).toMatchObject({ currency: 'USD', balance_micro: 5_000_000 - 100_002 })
  })

  test('lists what it serves', async () => {
    const { url, key } = await start()
    const response = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })
    const { data } = (await response.json()) as { data: readonly { id: string }[] }
    expect(data.map((model) => model.id)).toEqual(
      ['chat', 'responses', 'messages', 'gemini'].map((name) => `simulated/${name}`),
    )
  })
})

describe('createStartConfig', () => {
  test('adds the vendors whose keys are set', () => {
    const config = createStartConfig(
      { OPENAI_API_KEY: 'sk-1', GEMINI_API_KEY: ' ', DEEPSEEK_API_KEY: undefined },
      'cm-k',
    )
    expect(config.upstreams).toMatchObject({ openai: { vendor: 'openai', apiKey: 'sk-1' } })
    expect(Object.keys(config.upstreams).filter((name) => !name.startsWith('simulated-'))).toEqual(['openai'])
    expect(config.models.map((model) => model.id).slice(4)).toEqual(['openai/*'])
  })
})
