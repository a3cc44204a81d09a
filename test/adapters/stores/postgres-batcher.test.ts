import { describe, expect, it } from 'vitest'
import { createBatcher, type Outcome } from '../../../adapters/stores/postgres/batcher.js'
import { toStoreError } from '../../../adapters/stores/postgres/failure.js'
import { failureOf } from '../../contracts/ledger-harness.js'

const LIMITS = { maxBatch: 3, maxWaiting: 5 }
const outage = toStoreError(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))

function doubled(numbers: readonly number[]): readonly Outcome<number>[] {
  return numbers.map((value) => ({ ok: true, value: 2 * value }))
}

/** A batcher that notes its batches; a step decides what they come to. */
function noted(step: (numbers: readonly number[]) => readonly Outcome<number>[] = doubled) {
  const batches: (readonly number[])[] = []
  const batcher = createBatcher<number, number>({
    ...LIMITS,
    async run(numbers) {
      batches.push(numbers)
      return step(numbers)
    },
  })
  return { batches, batcher }
}

describe('batches of operations', () => {
  it('take what waits, in order, as much as fits', async () => {
    const { batches, batcher } = noted()
    expect(await Promise.all([1, 2, 3, 4, 5].map((value) => batcher.submit(value)))).toEqual([2, 4, 6, 8, 10])
    expect(batches).toEqual([
      [1, 2, 3],
      [4, 5],
    ])
  })

  it('begin again after a rest', async () => {
    const { batches, batcher } = noted()
    await batcher.submit(1)
    await batcher.drain()
    expect(await batcher.submit(2)).toBe(4)
    expect(batches).toEqual([[1], [2]])
  })

  it('refuse what does not fit into the queue', async () => {
    const { batcher } = noted()
    const answers = await Promise.allSettled([1, 2, 3, 4, 5, 6].map((value) => batcher.submit(value)))
    expect(answers.map(({ status }) => status)).toEqual([...Array<string>(5).fill('fulfilled'), 'rejected'])
  })

  it('let one bad operation fail alone', async () => {
    const { batches, batcher } = noted((numbers) => {
      if (numbers.includes(2)) throw new Error('bad')
      return doubled(numbers)
    })
    const answers = await Promise.allSettled([1, 2, 3].map((value) => batcher.submit(value)))
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(batches).toEqual([[1, 2, 3], [1], [2], [3]])
  })

  it('wait for an outage once: what waits behind is rejected too, what comes later is tried', async () => {
    let away = true
    const { batches, batcher } = noted((numbers) => {
      if (away) throw outage
      return doubled(numbers)
    })
    const failures = await Promise.all([1, 2, 3, 4].map((value) => failureOf(() => batcher.submit(value))))
    expect(failures).toEqual([outage, outage, outage, outage])
    away = false
    expect(await batcher.submit(5)).toBe(10)
    expect(batches).toEqual([[1, 2, 3], [5]])
  })

  it('give each operation the outcome of its own', async () => {
    const error = new RangeError('no')
    const { batcher } = noted((numbers) =>
      numbers.map((value) => (value === 1 ? { ok: false, error } : { ok: true, value })),
    )
    const answers = [failureOf(() => batcher.submit(1)), batcher.submit(2)]
    expect(await Promise.all(answers)).toEqual([error, 2])
  })
})
