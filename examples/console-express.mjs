// @ts-check
// The console behind the login of an Express app: an owner sees one account, an operator all of them.
import { randomUUID } from 'node:crypto'
import express from 'express'
import { createGateway } from 'crossmodel-gateway'
import { createConsole } from 'crossmodel-gateway/console'
import { toExpress } from 'crossmodel-gateway/express'

const { OPENAI_API_KEY, UPSTREAM_URL, DEMO_PASSWORD, PORT = '3000' } = process.env
if (!DEMO_PASSWORD) throw new Error('The environment variable DEMO_PASSWORD is not set.')

const gateway = createGateway({
  upstreams: { openai: { vendor: 'openai', apiKey: OPENAI_API_KEY, baseUrl: UPSTREAM_URL } },
  models: [{ id: 'openai/*', upstream: 'openai' }],
  accounts: [{ id: 'acme', balanceMicro: 5_000_000 }, { id: 'globex' }],
})

/** @typedef {import('crossmodel-gateway/console').Principal} Principal */
/** Stands for your users. @type {Readonly<Record<string, Principal>>} */
const USERS = {
  'ada@acme.example': { actor: 'ada@acme.example', role: 'owner', accountId: 'acme' },
  'root@host.example': { actor: 'root@host.example', role: 'operator' },
}
/** Stands for your sessions (express-session, Passport, a cookie of your own). @type {Map<string, Principal>} */
const sessions = new Map()

/** @param {express.Request} request */
function userOf({ headers }) {
  const id = /(?:^|; )sid=([\w-]+)/.exec(headers.cookie ?? '')?.[1]
  return sessions.get(id ?? '') ?? null
}

const adminConsole = createConsole({
  gateway,
  authorize: ({ host }) => userOf(/** @type {express.Request} */ (host)), // asked on every request
  clientAddress: ({ host }) => /** @type {express.Request} */ (host).ip, // as `trust proxy` says
  loginUrl: '/login',
  gatewayUrl: '/llm',
  onError: ({ path, error, cause }) => console.error(path, error.status, error.code, cause),
})

const app = express()
app.use('/llm', toExpress(gateway))
app.use('/console', toExpress(adminConsole)) // toFastify, toHono, adminConsole.fetch do it, too
const form = '<form method="post"><input name="email"><input name="password" type="password"><button>Sign in'
app.get('/login', (_request, response) => void response.type('html').send(form))
app.post('/login', express.urlencoded(), ({ body = {} }, response) => {
  const user = Object.hasOwn(USERS, body.email) ? USERS[body.email] : undefined
  if (user === undefined || body.password !== DEMO_PASSWORD) return response.redirect(303, '/login')
  const id = randomUUID()
  sessions.set(id, user)
  response.cookie('sid', id, { httpOnly: true, sameSite: 'lax' }).redirect(303, '/console/') // over HTTPS: secure
})

const server = app.listen(Number(PORT), '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`http://127.0.0.1:${port}/console`)
})
