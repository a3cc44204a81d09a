import { describe, expect, test } from 'vitest'
import { createConsoleReport } from '../../../adapters/command/console-report.js'
import { ConsoleError, type ConsoleErrorEvent, type PaymentOutcome } from '../../../src/console/index.js'
import { GatewayError } from '../../../src/index.js'
import { createTerminal } from './command.js'

const SECRETS = ['token-of-the-operator', 'sk_live_1', undefined]

function open() {
  const terminal = createTerminal()
  const report = createConsoleReport({ store: 'postgres://user:hunter2@db/money' }, SECRETS, terminal)
  const fail = (error: ConsoleErrorEvent['error'], changes: Partial<ConsoleErrorEvent> = {}): void =>
    report.onError({
      requestId: 'req_con_1',
      method: 'GET',
      path: '/api/v1/usage',
      error,
      cause: error,
      ...changes,
    })
  const lines = (): readonly unknown[] => terminal.errors.map((line) => JSON.parse(line) as unknown)
  return { ...report, fail, lines, terminal }
}

const broken = (cause: unknown) => new GatewayError('internal_error', 'The console failed.', { cause })

describe('what the console failed at', () => {
  test('is a line of JSON with its reason, each time', () => {
    const { fail, lines } = open()
    fail(broken(new TypeError('it is no function')))
    fail(broken(undefined), { cause: new Error('thrown as it is') })
    expect(lines()).toMatchObject([
      {
        event: 'console_error',
        requestId: 'req_con_1',
        path: '/api/v1/usage',
        status: 500,
        reason: 'it is no function',
      },
      { reason: 'thrown as it is' },
    ])
  })

  test.each([
    'connect postgres://user:hunter2@db/money',
    'hunter2',
    'not token-of-the-operator',
    'sk_live_1 is old',
  ])('shows no secret: %s', (message) => {
    const { fail, terminal } = open()
    fail(broken(new Error(message)))
    expect(terminal.errors).toHaveLength(1)
    expect(terminal.errors.join()).not.toMatch(/hunter2|token-of|sk_live/)
  })

  test('is not what its users did wrong', () => {
    const { fail, lines } = open()
    fail(new ConsoleError('not_signed_in', 'Sign in first.'))
    fail(new GatewayError('invalid_value', 'rpm must be a number.'))
    fail(new GatewayError('not_found', 'nothing here'), { path: '/api/v1/webhook' })
    expect(lines()).toEqual([])
  })
})

test.each([409, 422])('a signed webhook that was not booked (%i) is told of each time', (status) => {
  const { fail, lines } = open()
  const error = new GatewayError('invalid_value', 'The books have another amount.', { status })
  for (let count = 0; count < 3; count += 1) fail(error, { path: '/api/v1/webhooks/stripe' })
  expect(lines()).toHaveLength(3)
})

const PAID: PaymentOutcome = {
  provider: 'stripe',
  event: { type: 'paid', paymentId: 'pi_1', accountId: 'acme', amountMicro: 5 },
  result: 'posted',
  postedMicro: 5,
  shortfallMicro: 0,
  suspended: false,
}

test.each<[string, Partial<PaymentOutcome>, number]>([
  ['booked now', {}, 1],
  ['booked before', { result: 'repeated' }, 0],
  ['booked before, with an account that is suspended now', { result: 'repeated', suspended: true }, 1],
  ['not to be booked', { result: 'noted' }, 0],
  ['in conflict with the books', { result: 'conflict' }, 0],
])('a payment that is %s: lines', (_name, changes, count) => {
  const { onPayment, lines } = open()
  onPayment({ ...PAID, ...changes })
  expect(lines()).toHaveLength(count)
})
