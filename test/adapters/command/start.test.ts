import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createStartConfig } from '../../../adapters/command/start-config.js'
import { open, postChat, say } from './command.js'

const shell = promisify(execFile)
const hasCurl = spawnSync('curl', ['--version']).status === 0
if (!hasCurl) console.warn('The printed curl lines are not tested: there is no curl.')

async function start() {
  const session = open(['start', '--port', '0'])
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
