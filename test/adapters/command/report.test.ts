import { expect, test, vi } from 'vitest'
import { createReport } from '../../../adapters/command/report.js'
import type { StoreFailureEvent } from '../../../src/index.js'
import { createTerminal } from './command.js'

const EVENT: StoreFailureEvent = {
  requestId: 'req_cm_1',
  store: 'ledger',
  operation: 'settle',
  cause: new Error('connect ECONNREFUSED 10.1.2.3:5432'),
  passed: true,
  lost: null,
}

function open(store = 'postgres://user:hunter2@db/money') {
  const terminal = createTerminal()
  const hooks = createReport({ store }, terminal)
  const report = (event: Partial<StoreFailureEvent> = {}): void => {
    void hooks.onStoreFailure?.({ ...EVENT, ...event })
  }
  return { report, terminal }
}

const read = (line: string | undefined): unknown => JSON.parse(line ?? '')

test('a store that fails is a line of JSON', () => {
  const { report, terminal } = open()
  report()
  expect(terminal.errors).toHaveLength(1)
  expect(read(terminal.errors[0])).toEqual({
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    event: 'store_failure',
    store: 'ledger',
    operation: 'settle',
    requestId: 'req_cm_1',
    passed: true,
    times: 1,
    reason: 'connect ECONNREFUSED 10.1.2.3:5432',
    lost: null,
  })
})

test('one that goes on failing is not told of again with every call, but counted', () => {
  vi.useFakeTimers()
  try {
    const { report, terminal } = open()
    for (let count = 0; count < 5; count += 1) report()
    report({ operation: 'hold' })
    expect(terminal.errors).toHaveLength(2)
    vi.advanceTimersByTime(10_000)
    report()
    expect(read(terminal.errors[2])).toMatchObject({ operation: 'settle', times: 5 })
  } finally {
    vi.useRealTimers()
  }
})

test('a job that is lost is always told, whole', () => {
  const { report, terminal } = open()
  const jobs = ['a', 'b'].map((holdId) => ({ type: 'settle', holdId, costMicro: 7 }) as const)
  for (const lost of jobs) report({ lost })
  expect(terminal.errors.map(read)).toMatchObject(jobs.map((lost) => ({ lost })))
})

test('no password is shown, nor a second line', () => {
  const { report, terminal } = open()
  report({ cause: new Error('no\nway: postgres://user:hunter2@db/money') })
  report({ operation: 'hold', cause: 'hunter2' })
  report({ operation: 'release', cause: new Error('two\nlines') })
  expect(terminal.errors).toHaveLength(3)
  expect(terminal.errors.join('')).not.toMatch(/hunter2|\n/)
})
