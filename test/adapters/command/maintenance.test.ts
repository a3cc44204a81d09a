import { expect, onTestFinished, test } from 'vitest'
import { startMaintenance } from '../../../adapters/command/maintenance.js'
import { eventually } from '../../contracts/http-server.js'
import { usageRecord } from '../../contracts/samples.js'
import { createTestGateway } from '../../support/test-gateway.js'
import { createTerminal } from './command.js'

const DAY_MS = 86_400_000

function maintain(
  tested: Pick<ReturnType<typeof createTestGateway>, 'gateway'>,
  retentionDays: number | undefined,
) {
  const terminal = createTerminal()
  const stop = startMaintenance({ admin: tested.gateway.admin, retentionDays, everyMs: 2 }, terminal)
  onTestFinished(stop)
  return { stop, errors: terminal.errors }
}

test('sweeps holds and states, and forgets old records where it is told to', async () => {
  const tested = createTestGateway()
  const { stores, clock } = tested
  const expiresAt = clock.now() + 5
  stores.ledger.hold({ holdId: 'lost', accountId: 'acme', amountMicro: 10, expiresAt })
  stores.state.put('answer', '{}', expiresAt)
  stores.usage.append(usageRecord({ requestId: 'old', time: Date.now() - 3 * DAY_MS }))
  stores.usage.append(usageRecord({ requestId: 'new', time: Date.now() - DAY_MS }))
  clock.advance(10)
  const { errors } = maintain(tested, 2)
  await eventually(() => stores.usage.record('old') === null)
  expect(tested.wallet().heldMicro).toBe(0)
  expect(stores.state.get('answer')).toBeNull()
  expect(stores.usage.record('new')).not.toBeNull()
  expect(errors).toEqual([])
})

test('keeps every record when nobody says for how long', async () => {
  const tested = createTestGateway()
  const { stores, clock } = tested
  stores.usage.append(usageRecord({ requestId: 'old', time: 0 }))
  stores.ledger.hold({ holdId: 'lost', accountId: 'acme', amountMicro: 10, expiresAt: clock.now() })
  maintain(tested, undefined)
  await eventually(() => tested.wallet().heldMicro === 0)
  expect(stores.usage.record('old')).not.toBeNull()
})

test('goes on when a store fails, and says so once for each time that it went wrong', async () => {
  const tested = createTestGateway()
  const { ledger } = tested.stores
  const original = { ...ledger }
  let sweeps = 0
  Object.assign(ledger, {
    sweep: (now: number) => {
      sweeps += 1
      if (sweeps !== 4) throw new Error('password=hunter2')
      return original.sweep(now)
    },
  })
  const { stop, errors } = maintain(tested, undefined)
  await eventually(() => sweeps >= 6)
  stop()
  expect(errors).toHaveLength(2)
  expect(errors[0]).toContain('maintenance failed, and goes on: ')
  expect(errors.join()).not.toContain('hunter2')
})
