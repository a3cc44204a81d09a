import { expect } from 'vitest'
import { SCHEMAS } from '../../src/console/api/schemas/index.js'
import { createConsoleWith, type Console } from '../../src/console/console-handler.js'
import { createMatcher } from '../../src/console/match-route.js'
import type { ConsoleErrorEvent, ConsoleOptions } from '../../src/console/options.js'
import type { PaymentProvider } from '../../src/console/payments/payment-provider.js'
import type { Principal } from '../../src/console/principal.js'
import { ROUTES } from '../../src/console/routes.js'
import type { GatewayRequest, Handler } from '../../src/index.js'
import { type Answer, readAnswer } from '../support/read-answer.js'
import { createTestGateway, type Overrides, type TestGateway } from '../support/test-gateway.js'

export const TOKEN = 'operator-token-of-the-tests'
export const PAGE = { script: 'mount()', style: 'body{}' } as const
const BY = { actor: 'ada' } as const

export const OPERATOR: Principal = { actor: 'olga', role: 'operator' }
export const OWNER: Principal = { actor: 'ada', role: 'owner', accountId: 'acme' }
export const VIEWER: Principal = { actor: 'vera', role: 'viewer', accountId: 'acme' }
export const STRANGER: Principal = { actor: 'eve', role: 'owner', accountId: 'other' }

/** Where the page of the tests is. */
export const ORIGIN = 'https://console.example'
const WITH_BODY = { 'content-type': 'application/json', origin: ORIGIN } as const

/** Takes payments on paper. */
export const PAPER: PaymentProvider = {
  name: 'paper',
  minimumMicro: 1,
  methods: ['cash'],
  createCheckout: ({ orderId }) => Promise.resolve({ url: `https://pay.example/${orderId}` }),
  readWebhook: () => Promise.resolve([]),
}

type Headers = Readonly<Record<string, string>>

/** A request as a test writes it: a body that is no text is sent as JSON. */
export interface TestCall {
  readonly method?: string
  readonly headers?: Headers
  readonly body?: unknown
}

/** Sends requests below `/api/v1/`. */
export type Send = (path: string, call?: TestCall) => Promise<Answer>

/** Sends requests of one principal, with the token that writing needs. */
export interface Actor {
  readonly send: Send
  readonly get: (path: string) => Promise<Answer>
  readonly post: (path: string, body?: unknown) => Promise<Answer>
  readonly patch: (path: string, body?: unknown) => Promise<Answer>
  readonly remove: (path: string) => Promise<Answer>
}

export interface TestConsole {
  readonly console: Console
  readonly tested: TestGateway
  readonly errors: ConsoleErrorEvent[]
  /** Of nobody in particular: the headers say who it is. */
  readonly send: Send
  readonly as: (principal: Principal) => Actor
  /** By the operator's token. */
  readonly operator: Actor
  readonly close: () => Promise<void>
}

/** Principals come in this header: it stands for whatever login a host has. */
const WHO = 'x-test-principal'

const readPrincipal: NonNullable<ConsoleOptions['authorize']> = ({ headers }) => {
  const who = headers[WHO]
  return typeof who === 'string' ? (JSON.parse(who) as Principal) : null
}

export const principalHeader = (principal: Principal): Headers => ({ [WHO]: JSON.stringify(principal) })

/** A console over a gateway of the tests, with the account `acme` and beside it `other`. */
export async function createTestConsole(
  options: Partial<ConsoleOptions> = {},
  overrides: Overrides = {},
): Promise<TestConsole> {
  const tested = createTestGateway(overrides)
  const errors: ConsoleErrorEvent[] = []
  const { gateway, clock } = tested
  const console = createConsoleWith(
    {
      gateway,
      operatorToken: TOKEN,
      authorize: readPrincipal,
      now: clock.now,
      onError: (event) => void errors.push(event),
      ...options,
    },
    PAGE,
  )
  await gateway.admin.accounts.create({ id: 'other', name: 'Other', ...BY })
  const send = sendTo(console)
  return {
    console,
    tested,
    errors,
    send,
    as: (principal) => actorOf(send, principalHeader(principal)),
    operator: actorOf(send, { authorization: `Bearer ${TOKEN}` }),
    close: () => gateway.close(),
  }
}

/** Sends requests to a handler, below `/api/v1/` of it; holds every answer to its schema. */
export function sendTo(handler: Handler): Send {
  return async (path, { method = 'GET', headers = {}, body } = {}) => {
    const answer = await readAnswer(
      await handler.handle({
        method,
        path: `/api/v1/${path}`,
        headers: { ...(body === undefined ? {} : WITH_BODY), ...headers },
        body: toBody(body),
      }),
    )
    checkAnswer(method, path, answer)
    return answer
  }
}

const match = createMatcher(ROUTES)

/** Every answer of every test has the shape that the API document promises. */
export function checkAnswer(method: string, path: string, { status, json, text }: Answer): void {
  const plain = path.split('?', 1)[0] ?? ''
  const found = match(method, plain)
  const isPlayground = plain === 'playground' && json?.request_id === undefined
  if (method === 'HEAD' || isPlayground) return
  if (status >= 400) return conform('Error', json)
  if (found?.route === null || found === null) throw new Error(`${method} ${plain} is no route`)
  const { answer, status: promised = 200 } = found.route
  expect(status).toBe(promised)
  if (answer === null) expect(text).toBe('')
  else if ('shape' in answer) conform(answer.shape, json)
}

function conform(shape: keyof typeof SCHEMAS, json: unknown): void {
  const result = SCHEMAS[shape].safeParse(json)
  expect(result.error?.issues ?? []).toEqual([])
}

/** One actor with fixed headers; asks for the token of writing requests first. */
export function actorOf(send: Send, headers: Headers): Actor {
  const write =
    (method: string): Actor['post'] =>
    async (path, body) => {
      const session = await send('session', { headers })
      const token = { 'x-csrf-token': String(session.json.csrf_token) }
      return await send(path, {
        method,
        headers: { ...headers, ...token },
        ...(body === undefined ? {} : { body }),
      })
    }
  return {
    send: (path, call = {}) => send(path, { ...call, headers: { ...headers, ...call.headers } }),
    get: (path) => send(path, { headers }),
    post: write('POST'),
    patch: write('PATCH'),
    remove: (path) => write('DELETE')(path),
  }
}

/** Signs the operator in. */
export const signIn = (send: Send, token: string = TOKEN, headers: Headers = {}): Promise<Answer> =>
  send('session', { method: 'POST', body: { token }, headers })

/** The cookie of an answer as a browser sends it back. */
export const cookieOf = ({ headers }: Answer): string => headers['set-cookie']?.split(';')[0] ?? ''

function toBody(body: unknown): GatewayRequest['body'] {
  if (body === undefined) return null
  return typeof body === 'string' ? body : JSON.stringify(body)
}
