import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createDeadlines } from '../../../adapters/http/undici-deadline.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Deadlines that write their name when they expire. */
function named() {
  const expired: string[] = []
  const create = createDeadlines()
  return { expired, deadline: (name: string) => create(() => void expired.push(name)) }
}

test('deadlines of different lengths expire each at its own time', () => {
  const { expired, deadline } = named()
  deadline('long').arm(300)
  deadline('short').arm(100)
  deadline('none').arm(0)
  vi.advanceTimersByTime(99)
  expect(expired).toEqual([])
  vi.advanceTimersByTime(1)
  expect(expired).toEqual(['short'])
  vi.advanceTimersByTime(200)
  expect(expired).toEqual(['short', 'long'])
  vi.advanceTimersByTime(1000)
  expect(expired).toEqual(['short', 'long'])
})

test('a deadline that is armed again begins anew', () => {
  const { expired, deadline } = named()
  const one = deadline('one')
  one.arm(100)
  vi.advanceTimersByTime(60)
  one.arm(100)
  vi.advanceTimersByTime(99)
  expect(expired).toEqual([])
  vi.advanceTimersByTime(1)
  expect(expired).toEqual(['one'])
  one.arm(100)
  vi.advanceTimersByTime(100)
  expect(expired).toEqual(['one', 'one'])
})

test('a cleared deadline does not expire, and leaves the others alone', () => {
  const { expired, deadline } = named()
  const [first, middle, last] = [deadline('first'), deadline('middle'), deadline('last')]
  for (const each of [first, middle, last]) each.arm(100)
  middle.clear()
  middle.clear()
  vi.advanceTimersByTime(100)
  expect(expired).toEqual(['first', 'last'])
})

test('no timer is left when nothing is armed any more', () => {
  const { deadline } = named()
  deadline('one').arm(100)
  vi.advanceTimersByTime(100)
  expect(vi.getTimerCount()).toBe(0)
})
