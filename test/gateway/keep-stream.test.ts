import { expect, it } from 'vitest'
import { keepStream } from '../../src/gateway/admit/keep-stream.js'

it('a stream is kept as far as it came when its source cannot be ended', async () => {
  const ends: (string | null)[] = []
  const source: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.resolve({ done: false, value: 'one' }),
      return: () => Promise.reject(new Error('broken')),
    }),
  }
  const kept = keepStream(source, { maxBytes: 100, onEnd: async (text) => void ends.push(text) })
  const reader = kept[Symbol.asyncIterator]()
  await reader.next()
  await expect(reader.return?.()).rejects.toThrow('broken')
  expect(ends).toEqual(['one'])
})
