import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { assertBuilt, runModule } from './run-example.js'

const file = fileURLToPath(new URL('../../examples/console-express.mjs', import.meta.url))
const PASSWORD = 'password-of-this-test'
const ENVIRONMENT = { PORT: '0', OPENAI_API_KEY: 'k', DEMO_PASSWORD: PASSWORD }
beforeAll(assertBuilt)

async function open() {
  const example = runModule({ file }, ENVIRONMENT)
  const url = await example.url
  const login = (email: string, password = PASSWORD) =>
    fetch(new URL('/login', url), {
      method: 'POST',
      body: new URLSearchParams({ email, password }),
      redirect: 'manual',
    })
  const ask = (path: string, response?: Response) => {
    const cookie = response?.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
    return fetch(`${url}/api/v1/${path}`, { headers: { cookie } })
  }
  return { example, login, ask }
}

test('console-express.mjs shows an owner the own account, and no other', async () => {
  const { login, ask } = await open()
  const signedIn = await login('ada@acme.example')
  expect(signedIn.headers.get('location')).toBe('/console/')
  expect(await (await ask('session', signedIn)).json()).toMatchObject({
    actor: 'ada@acme.example',
    role: 'owner',
    account_id: 'acme',
    gateway_url: '/llm',
  })
  expect((await ask('accounts/acme', signedIn)).status).toBe(200)
  expect((await ask('accounts/globex', signedIn)).status).toBe(404)
})

test('console-express.mjs shows an operator all accounts', async () => {
  const { login, ask } = await open()
  const signedIn = await login('root@host.example')
  expect(await (await ask('session', signedIn)).json()).toMatchObject({ role: 'operator' })
  expect((await ask('accounts/globex', signedIn)).status).toBe(200)
})

test('console-express.mjs lets nobody else in, and says so in its log', async () => {
  const { example, login, ask } = await open()
  for (const response of [await login('ada@acme.example', 'a-guess'), await login('toString')]) {
    expect([response.headers.get('location'), response.headers.get('set-cookie')]).toEqual(['/login', null])
  }
  const answer = await ask('session')
  expect(answer.status).toBe(401)
  expect(await answer.json()).toMatchObject({ login: 'host', login_url: '/login' })
  await expect.poll(() => example.errors()).toContain('/api/v1/session 401 not_signed_in')
})

test('console-express.mjs does not start without its password', async () => {
  const example = runModule({ file }, { ...ENVIRONMENT, DEMO_PASSWORD: '' })
  expect(await example.exited).toBe(1)
  expect(example.errors()).toContain('The environment variable DEMO_PASSWORD is not set.')
})
