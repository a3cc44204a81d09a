import { describe, expect, test } from 'vitest'
import { createConfig, makeFolder, open, writeTemporary } from './command.js'

const TOKEN = 'token-of-the-operator'
const session = (url: string, token: string): Promise<Response> =>
  fetch(`${url}/console/api/v1/session`, { headers: { authorization: `Bearer ${token}` } })

async function serve(environment: Record<string, string>, changes: object = {}) {
  const config = { ...createConfig('http://127.0.0.1:9/v1'), ...changes }
  const path = await writeTemporary(JSON.stringify(config))
  return open(['serve', '--config', path, '--port', '0'], environment)
}

describe('the console of start', () => {
  test('opens by the link that is printed, also after a restart', async () => {
    const folder = await makeFolder()
    const first = open(['start', '--port', '0', '--data', folder])
    const url = await first.ready
    const link = first.output.find((line) => line.startsWith('Console:')) ?? ''
    const [, page = '', token = ''] = /(http:\S+)#\/sign-in\?token=(\S+)$/.exec(link) ?? []
    const shown = await fetch(page)
    expect(shown.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await shown.text()).toContain('<div id="app">')
    expect(await (await session(url, token)).json()).toMatchObject({ role: 'operator', payments: null })
    expect((await session(url, `${token}x`)).status).toBe(401)
    first.stop()
    await first.exitCode
    const second = open(['start', '--port', '0', '--data', folder])
    expect((await session(await second.ready, token)).status).toBe(200)
  })
})

describe('the console of serve', () => {
  test('is there when its token is set, beside the gateway', async () => {
    const server = await serve({ CROSSMODEL_CONSOLE_TOKEN: TOKEN })
    const url = await server.ready
    expect((await session(url, TOKEN)).status).toBe(200)
    expect(server.output).toContain(`Console: ${url}/console/`)
    const models = await fetch(`${url}/v1/models`, { headers: { 'x-api-key': 'cm-test-key-1' } })
    expect(models.status).toBe(200)
  })

  test.each([{}, { CROSSMODEL_CONSOLE_TOKEN: '' }])(
    'is not there without a token: %j',
    async (environment) => {
      const server = await serve(environment)
      expect((await fetch(`${await server.ready}/console/`)).status).toBe(404)
    },
  )

  test('has the name and the address of the gateway that the configuration gives', async () => {
    const console = { title: 'Models of acme', gatewayUrl: 'https://llm.acme.example' }
    const server = await serve({ CROSSMODEL_CONSOLE_TOKEN: TOKEN }, { console })
    const answer = await session(await server.ready, TOKEN)
    expect(await answer.json()).toMatchObject({
      title: 'Models of acme',
      gateway_url: 'https://llm.acme.example',
      payments: null,
    })
  })

  test('says what is wrong with a token that can be guessed, and does not start', async () => {
    const server = await serve({ CROSSMODEL_CONSOLE_TOKEN: 'short' })
    expect(await server.exitCode).toBe(2)
    expect(server.errors.join()).toContain('operatorToken')
  })
})
