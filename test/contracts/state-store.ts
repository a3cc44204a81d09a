import { describe, expect, it } from 'vitest'
import type { StateStore } from '../../src/state/state-store.js'
import { createClock, START, type TestClock } from './samples.js'

/** An empty state store that takes its time from the clock. Called for each test. */
export type CreateStateStore = (clock: TestClock) => StateStore | Promise<StateStore>

const LATER = START + 60_000

/** The contract of every {@link StateStore}. */
export function testStateStore(name: string, create: CreateStateStore): void {
  async function start(): Promise<{ readonly clock: TestClock; readonly store: StateStore }> {
    const clock = createClock()
    return { clock, store: await create(clock) }
  }

  describe(`${name}: state store`, () => {
    it('gives back what was put, whatever the words are', async () => {
      const { store } = await start()
      const words = [
        'plain',
        '__proto__',
        'acme:käse 🧀',
        "'; DROP TABLE x; --",
        '{"a":[1,"\\n\\u0000"]}',
        '',
      ]
      for (const word of words) await store.put(`key ${word}`, word, LATER)
      for (const word of words) expect(await store.get(`key ${word}`)).toBe(word)
      expect(await store.get('key')).toBeNull()
    })

    it('keeps a value of a million characters', async () => {
      const { store } = await start()
      const large = 'ä'.repeat(1_000_000)
      await store.put('large', large, LATER)
      expect((await store.get('large')) === large).toBe(true)
    })

    it('replaces a value and its time by put', async () => {
      const { clock, store } = await start()
      await store.put('k', 'one', LATER)
      await store.put('k', 'two', START + 10)
      expect(await store.get('k')).toBe('two')
      clock.advance(10)
      expect(await store.get('k')).toBeNull()
    })

    it('case 57: of many who create a key at once, one does', async () => {
      const { store } = await start()
      const created = await Promise.all(
        Array.from({ length: 50 }, async (_, index) => store.create('k', `${index}`, LATER)),
      )
      expect(created.filter((isMine) => isMine)).toHaveLength(1)
      expect(await store.get('k')).toBe(`${created.indexOf(true)}`)
    })

    it('is as if it had never been there once it has expired', async () => {
      const { clock, store } = await start()
      await store.put('k', 'old', START + 1000)
      clock.advance(999)
      expect(await store.get('k')).toBe('old')
      expect(await store.create('k', 'new', LATER)).toBe(false)
      clock.advance(1)
      expect(await store.get('k')).toBeNull()
      expect(await store.delete('k')).toBe(false)
      expect(await store.create('k', 'new', LATER)).toBe(true)
      expect(await store.get('k')).toBe('new')
    })

    it('creates a key again when the expired one is still there', async () => {
      const { clock, store } = await start()
      await store.create('k', 'old', START + 10)
      clock.advance(10)
      const created = [await store.create('k', 'new', LATER), await store.create('k', 'newer', LATER)]
      expect(created).toEqual([true, false])
      expect(await store.get('k')).toBe('new')
    })

    it('deletes once', async () => {
      const { store } = await start()
      await store.put('k', 'v', LATER)
      await store.put('other', 'v', LATER)
      expect([await store.delete('k'), await store.delete('k')]).toEqual([true, false])
      expect([await store.get('k'), await store.get('other')]).toEqual([null, 'v'])
      expect(await store.create('k', 'again', LATER)).toBe(true)
    })

    it('keeps what lives when it is swept', async () => {
      const { clock, store } = await start()
      await store.put('dead', 'v', START + 10)
      await store.put('alive', 'v', START + 11)
      clock.advance(10)
      const swept = await store.sweep(clock.now())
      // An engine that forgets by itself has nothing left to sweep.
      expect([0, 1]).toContain(swept)
      expect([await store.get('dead'), await store.get('alive')]).toEqual([null, 'v'])
      expect(await store.sweep(clock.now())).toBe(0)
    })
  })
}
