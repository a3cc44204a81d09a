import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { withKeepAlive } from '../../src/sse/keep-alive.js'
import { createFakeClock } from './fake-clock.js'
import { collect, createManualSource, toSource } from './sources.js'

function setUp(frame: () => string = () => ': alive\n\n') {
  const clock = createFakeClock()
  const source = createManualSource<string>()
  const iterator = withKeepAlive(source, { intervalMs: 15_000, frame, ...clockOptions(clock) })[
    Symbol.asyncIterator
  ]()
  return { clock, source, iterator }
}

function clockOptions({ now, setTimer, clearTimer }: ReturnType<typeof createFakeClock>) {
  return { now, setTimer, clearTimer }
}

describe('a silent stream', () => {
  it('is kept alive every interval, and goes on where it was', async () => {
    const { clock, source, iterator } = setUp()
    const first = iterator.next()
    clock.advance(14_999)
    await setImmediate()
    clock.advance(1)
    expect(await first).toEqual({ done: false, value: ': alive\n\n' })
    const second = iterator.next()
    clock.advance(15_000)
    expect(await second).toEqual({ done: false, value: ': alive\n\n' })
    const third = iterator.next()
    source.give('data: 1\n\n')
    expect(await third).toEqual({ done: false, value: 'data: 1\n\n' })
    expect(source.pulls).toBe(1)
  })

  it('gets its frame one interval after the last event, not after the first', async () => {
    const { clock, source, iterator } = setUp()
    source.give('1')
    await iterator.next()
    clock.advance(10_000)
    source.give('2')
    await iterator.next()
    let settled = false
    const pending = iterator.next().then((result) => {
      settled = true
      return result
    })
    clock.advance(14_999)
    await setImmediate()
    expect(settled).toBe(false)
    clock.advance(1)
    expect((await pending).value).toBe(': alive\n\n')
  })

  it('loses no event that came while the frame went out', async () => {
    const { clock, source, iterator } = setUp()
    const first = iterator.next()
    clock.advance(15_000)
    source.give('1')
    source.end()
    await setImmediate()
    expect((await first).value).toBe(': alive\n\n')
    expect((await iterator.next()).value).toBe('1')
    expect((await iterator.next()).done).toBe(true)
  })

  it('asks for the frame anew each time', async () => {
    let frames = 0
    const { clock, iterator } = setUp(() => `: ${++frames}\n\n`)
    const first = iterator.next()
    clock.advance(15_000)
    await first
    const second = iterator.next()
    clock.advance(15_000)
    expect((await second).value).toBe(': 2\n\n')
  })

  it('stays silent when the interval is 0', async () => {
    const clock = createFakeClock()
    const options = { intervalMs: 0, frame: () => 'never', ...clockOptions(clock) }
    expect(await collect(withKeepAlive(toSource(['1', '2']), options))).toEqual(['1', '2'])
    expect(clock.timersSet).toBe(0)
  })
})

describe('a stream that is kept alive', () => {
  it('gives no frames to a consumer that does not read', async () => {
    const { clock, source, iterator } = setUp()
    source.give('1')
    await iterator.next()
    clock.advance(60_000)
    source.give('2')
    expect((await iterator.next()).value).toBe('2')
  })

  it('sets no timer for each event', async () => {
    const { clock, source, iterator } = setUp()
    for (let index = 0; index < 1000; index += 1) {
      source.give('x')
      await iterator.next()
      clock.advance(10)
    }
    expect(clock.timersSet).toBeLessThan(5)
  })

  it('ends with its source and leaves no timer', async () => {
    const { clock, source, iterator } = setUp()
    source.give('1')
    source.end()
    await iterator.next()
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
    expect(clock.timersOpen).toBe(0)
  })

  it('passes on an error of its source and leaves no timer', async () => {
    const { clock, source, iterator } = setUp()
    const pending = iterator.next()
    source.fail(new Error('connection lost'))
    await expect(pending).rejects.toThrow('connection lost')
    expect(clock.timersOpen).toBe(0)
  })

  it('passes on an error that came while nobody waited', async () => {
    const { clock, source, iterator } = setUp()
    const first = iterator.next()
    clock.advance(15_000)
    source.fail(new Error('connection lost'))
    await first
    await setImmediate()
    await expect(iterator.next()).rejects.toThrow('connection lost')
  })

  it('cancels source and timer when the consumer leaves, also while it waits', async () => {
    const { clock, source, iterator } = setUp()
    const pending = iterator.next()
    await iterator.return?.()
    expect(await pending).toEqual({ done: true, value: undefined })
    expect(source.cancelled).toBe(true)
    expect(clock.timersOpen).toBe(0)
    source.fail(new Error('late'))
    await setImmediate()
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })

  it('runs on the timers of the runtime by default', async () => {
    const source = createManualSource<string>()
    const options = { intervalMs: 1, frame: () => 'frame', now: () => performance.now() }
    const iterator = withKeepAlive(source, options)[Symbol.asyncIterator]()
    expect((await iterator.next()).value).toBe('frame')
    await iterator.return?.()
  })
})
