import { expect, it } from 'vitest'
import { createMemorySpend } from '../../src/stores/memory/spend.js'

const DAY = 1_700_006_400_000

it('spend in memory remembers no scope that has spent and holds nothing', () => {
  const spend = createMemorySpend()
  for (let index = 0; index < 100; index += 1) {
    const scope = `user_${index}`
    spend.add({ scope, day: DAY, spentMicro: 0, heldMicro: 50 })
    expect(spend.committed({ scope, since: DAY })).toBe(50)
    spend.add({ scope, day: DAY, spentMicro: index === 7 ? 20 : 0, heldMicro: -50 })
  }
  expect(spend.size()).toBe(1)
  expect(spend.spent({ scope: 'user_7', since: DAY })).toBe(20)
})
