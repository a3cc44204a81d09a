import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { microToDecimal, parseMoney, separatorsOf } from '../../../src/console/page/money.js'

const ENGLISH = separatorsOf(['en-US'])
const GERMAN = separatorsOf(['de-DE'])

describe('an amount that was typed', () => {
  it.each([
    ['10', 10_000_000],
    ['0.000001', 1],
    ['12.34', 12_340_000],
    [' $ 5.5 ', 5_500_000],
    ['-0.5', -500_000],
    ['-0', 0],
    ['9007199254.740991', Number.MAX_SAFE_INTEGER],
  ])('%j is %d micro-USD', (typed, micro) => {
    expect(parseMoney(typed, ENGLISH)).toBe(micro)
  })

  it.each(['', 'abc', '1e3', '1.2.3', '0.0000001', '.5', '5.', '1,000', '1,5', '9007199254.740992', '--1'])(
    '%j is no amount in English',
    (typed) => {
      expect(parseMoney(typed, ENGLISH)).toBeNull()
    },
  )

  it('has the comma where the reader has it, and a point that cannot be meant otherwise', () => {
    expect(parseMoney('1,5', GERMAN)).toBe(1_500_000)
    expect(parseMoney('1.5', GERMAN)).toBe(1_500_000)
    expect(parseMoney('1.000', GERMAN)).toBeNull()
    expect(parseMoney('1,000', GERMAN)).toBe(1_000_000)
  })

  it('is the amount that it was written from, to the last digit', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (micro) => {
        expect(parseMoney(microToDecimal(micro), ENGLISH)).toBe(micro === 0 ? 0 : micro)
      }),
    )
  })
})
