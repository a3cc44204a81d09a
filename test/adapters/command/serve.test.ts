import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createConfig, postChat, say, writeTemporary } from './command.js'
import { openVendor } from './simulated-vendor/vendor.js'

const MAIN = fileURLToPath(new URL('../../../dist/adapters/command/main.js', import.meta.url))
const built = existsSync(MAIN)
if (!built) console.warn('The built command is not tested: there is no dist, run `npm run build` first.')

const vendor = await openVendor()

function launch(words: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  // Not `exit`: what it has written may come behind that.
  const exited = once(child, 'close') as Promise<[number | null, string | null]>
  let output = ''
  const ready = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      const [url] = /http:\/\/[\w.:]+\d(?=\s)/.exec(output) ?? []
      if (url !== undefined) resolve(url)
    })
    exited.then(([code]) => reject(new Error(`ended with ${code}`)), reject)
  })
  ready.catch(() => undefined)
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  return { child, ready, exited, read: () => ({ output, errors }) }
}

describe.skipIf(!built)('the built command', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('ends by %s after the stream that is running', async (signal) => {
    const config = await writeTemporary(JSON.stringify(createConfig(vendor.baseUrls['openai-chat'])))
    const { child, ready, exited, read } = launch(['serve', '--config', config, '--port', '0'])
    const messages = say('[[delay:20]][[tokens:10]]')
    const body = { model: 'mine/model', stream: true, messages }
    const response = await postChat(await ready, 'cm-test-key-1', body)
    child.kill(signal)
    expect(await response.text()).toMatch(/data: \[DONE\]\n\n$/)
    expect(await exited).toEqual([0, null])
    expect(read().output).toMatch(/^[^\n]*http:\/\/127\.0\.0\.1:\d+\n$/)
    expect(read().errors).toBe('')
  })

  test('breaks what outlives the grace time, and still ends well', async () => {
    const config = await writeTemporary(JSON.stringify(createConfig(vendor.baseUrls['openai-chat'])))
    const { child, ready, exited } = launch(['serve', '--config', config, '--port', '0', '--grace-ms', '50'])
    const body = { model: 'mine/model', stream: true, messages: say('[[stall]]') }
    const response = await postChat(await ready, 'cm-test-key-1', body)
    child.kill('SIGTERM')
    await expect(response.text()).rejects.toThrow('terminated')
    expect(await exited).toEqual([0, null])
  })

  test('says what is wrong with a configuration and ends with 2', async () => {
    const config = await writeTemporary('{"upstreams":{"a":{}},"models":[{"id":""}]}')
    const { exited, read } = launch(['serve', '--config', config])
    expect(await exited).toEqual([2, null])
    expect(read().errors).toMatch(/upstreams\.a: [^]*models\[0\]\.id: /)
    expect(read().errors).not.toMatch(/^ {4}at /m)
  })

  test('knows its version', async () => {
    const { exited, read } = launch(['--version'])
    expect(await exited).toEqual([0, null])
    expect(read().output).toMatch(/^\d+\.\d+\.\d+\S*\n$/)
  })
})
