import { describe, expect, it } from 'vitest'
import { runInBatches } from '../../../../adapters/stores/sqlite/batches.js'

describe('work in batches', () => {
  it('goes on until a batch is not full, and counts all of them', async () => {
    const left = [1, 1, 0.1, 1]
    const sizes: number[] = []
    const total = await runInBatches((size) => {
      sizes.push(Number(size) * (left.shift() ?? 0))
      return sizes.at(-1) ?? 0
    })
    expect(total).toBe(sizes.reduce((sum, size) => sum + size, 0))
    expect(left).toEqual([1])
  })

  it('lets others have a turn between two batches', async () => {
    const order: string[] = []
    setImmediate(() => order.push('another'))
    await runInBatches((size) => (order.push('batch') === 1 ? Number(size) : 0))
    expect(order).toEqual(['batch', 'another', 'batch'])
  })
})
