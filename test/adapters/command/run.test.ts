import { describe, expect, onTestFinished, test } from 'vitest'
import { FRAMEWORKS } from '../../../adapters/command/frameworks.js'
import { listen } from '../../../adapters/command/listen.js'
import { eventually } from '../../contracts/http-server.js'
import { createConfig, open, postChat, say, writeTemporary } from './command.js'
import { openVendor } from './simulated-vendor/vendor.js'

const vendor = await openVendor({ expectedKey: 'vendor-secret' })
const configText = JSON.stringify(createConfig(vendor.baseUrls['openai-chat']))

const LOOPBACK = { host: '127.0.0.1', port: 0 }

async function serve(...flags: string[]) {
  const path = await writeTemporary(configText)
  return open(['serve', '--config', path, '--port', '0', ...flags])
}

describe('serve', () => {
  test.each(FRAMEWORKS)('answers through %s, and prints one line with its address', async (framework) => {
    const session = await serve('--framework', framework)
    const url = await session.ready
    expect(session.output).toEqual([expect.stringMatching(/^[^\n]*http:\/\/127\.0\.0\.1:\d+$/)])
    const response = await postChat(url, 'cm-test-key-1', { model: 'mine/model', messages: say('Hi') })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      choices: [{ message: { content: expect.stringContaining('Hi') } }],
    })
    session.stop()
    expect(await session.exitCode).toBe(0)
  })

  test('lets a running stream finish, and takes no new connection meanwhile', async () => {
    const session = await serve()
    const url = await session.ready
    const messages = say('[[delay:20]][[tokens:10]]')
    const response = await postChat(url, 'cm-test-key-1', { model: 'mine/model', stream: true, messages })
    session.stop()
    await expect(fetch(`${url}/v1/models`, { headers: { connection: 'close' } })).rejects.toThrow(
      'fetch failed',
    )
    expect(await response.text()).toMatch(/data: \[DONE\]\n\n$/)
    expect(await session.exitCode).toBe(0)
  })

  test('breaks a stream that outlives the grace time, and the call to the vendor with it', async () => {
    const session = await serve('--grace-ms', '30')
    const url = await session.ready
    const messages = say('[[stall]]')
    const response = await postChat(url, 'cm-test-key-1', { model: 'mine/model', stream: true, messages })
    session.stop()
    await expect(response.text()).rejects.toThrow('terminated')
    expect(await session.exitCode).toBe(0)
    await eventually(() => vendor.requests.at(-1)?.outcome === 'aborted')
    expect(vendor.requests.at(-1)?.eventsSent).toBe(1)
  })

  test('ends even when it is stopped before it is ready', async () => {
    const session = await serve()
    session.stop()
    expect(await session.exitCode).toBe(0)
  })
})

describe('what is wrong is said on standard error', () => {
  test.each([
    ['no file', '/nowhere/gateway.json', /cannot read \/nowhere\/gateway\.json: ENOENT/],
    ['no JSON', '{ "upstreams": ', /is not JSON/],
    ['null', 'null', /is not valid\n {2}\(root\): /],
    ['code in JSON', configText.replace('{', '{"hooks":{},"now":1,'), / {2}hooks: [^]* {2}now: /],
    [
      'several faults',
      '{"upstreams":{"a":{}},"models":[{"id":""}]}',
      / {2}upstreams\.a: [^]* {2}models\[0\]\.id: /,
    ],
    [
      'an unknown vendor',
      '{"upstreams":{"a":{"vendor":"nobody"}},"models":[]}',
      / {2}upstreams\.a\.vendor: /,
    ],
  ])('%s: exit code 2', async (_name, text, message) => {
    const path = text.startsWith('/') ? text : await writeTemporary(text)
    const session = open(['serve', '--config', path, '--port', '0'])
    expect(await session.exitCode).toBe(2)
    expect(session.errors.join('\n')).toMatch(message)
    expect(session.errors.join('\n')).not.toContain('vendor-secret')
    expect(session.output).toEqual([])
  })

  test('an unknown flag: exit code 2, with a hint', async () => {
    const session = open(['serve', '--colour'])
    expect(await session.exitCode).toBe(2)
    expect(session.errors.join('\n')).toMatch(/--colour[^]*--help/)
  })

  test('a port in use: exit code 1', async () => {
    const { url, close } = await listen(() => undefined, { ...LOOPBACK, idleConnectionMs: 65_000 })
    onTestFinished(() => close(0))
    const session = open(['serve', '--config', await writeTemporary(configText), '--port', new URL(url).port])
    expect(await session.exitCode).toBe(1)
    expect(session.errors).toEqual([expect.stringContaining('the port is in use')])
  })
})

test('--help and --version print and end', async () => {
  const help = open(['--help'])
  expect(await help.exitCode).toBe(0)
  expect(help.output.join('\n')).toContain('serve --config gateway.json')
  const version = open(['--version'])
  expect(await version.exitCode).toBe(0)
  expect(version.output).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+/)])
})
