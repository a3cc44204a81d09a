import { expect, it } from 'vitest'
import { createFeed } from '../../../src/gateway/state/feed.js'
import { allOf } from './state-gateway.js'

const event = (sequence: number, text = `${sequence};`) => ({ sequence, text })

it('gives every reader all events after a number, those to come as well', async () => {
  const feed = createFeed(1000)
  feed.push(event(0))
  feed.push(event(1))
  const early = allOf(feed.read(-1))
  const late = allOf(feed.read(1))
  feed.push(event(2))
  feed.end()
  expect(await early).toEqual(['0;', '1;', '2;'])
  expect(await late).toEqual(['2;'])
  expect(await allOf(feed.read(0))).toEqual(['1;', '2;'])
  expect(feed.last()).toBe(2)
})

it('ends for a reader that leaves while it waits', async () => {
  const feed = createFeed(1000)
  const reader = feed.read(-1)[Symbol.asyncIterator]()
  const waiting = reader.next()
  await reader.return?.()
  expect((await waiting).done).toBe(true)
})

it('keeps no more than it may, and ends for a reader that falls behind', async () => {
  const feed = createFeed(10)
  const slow = feed.read(-1)[Symbol.asyncIterator]()
  for (let index = 0; index < 8; index += 1) feed.push(event(index))
  feed.end()
  expect((await slow.next()).done).toBe(true)
  expect(await allOf(feed.read(-1))).toEqual(['3;', '4;', '5;', '6;', '7;'])
})

it('tells once what is new', () => {
  const feed = createFeed(4)
  feed.push(event(0))
  expect(feed.takeNew()).toEqual([event(0)])
  expect(feed.takeNew()).toEqual([])
  for (const index of [1, 2, 3]) feed.push(event(index))
  expect(feed.takeNew()).toEqual([event(2), event(3)])
})
