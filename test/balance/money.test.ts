import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { counterexampleOf } from '../contracts/counterexample.js'
import { assertMicro, formatUsd, isMicro, parseUsd } from '../../src/balance/money.js'

describe('parseUsd', () => {
  it.each([
    ['0', 0],
    ['12.34', 12_340_000],
    ['0.000001', 1],
    ['0.1', 100_000],
    ['1.25000000', 1_250_000],
    ['4.35', 4_350_000], // 4.35 × 1e6 is 4350000.000000001 in floats
    ['9007199254.740991', Number.MAX_SAFE_INTEGER],
  ])('reads %s exactly', (text, micro) => {
    expect(parseUsd(text)).toBe(micro)
  })

  it.each([
    '',
    '-1',
    '+1',
    '1e3',
    '.5',
    '5.',
    '1,5',
    '0.0000001',
    ' 1',
    '0x10',
    'NaN',
    '9007199254.740992',
    '٣',
  ])('refuses %j', (text) => {
    expect(parseUsd(text)).toBeNull()
  })
})

describe('formatUsd', () => {
  it.each([
    [0, '0.00'],
    [12_340_000, '12.34'],
    [12_300_000, '12.30'],
    [1, '0.000001'],
    [1_250_500, '1.2505'],
  ])('writes %d as %s', (micro, text) => {
    expect(formatUsd(micro)).toBe(text)
  })

  it('is read back as the same amount', () => {
    expect(
      counterexampleOf(fc.property(fc.maxSafeNat(), (micro) => parseUsd(formatUsd(micro)) === micro)),
    ).toBeNull()
  })
})

describe('assertMicro', () => {
  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %d', (amount) => {
    expect(isMicro(amount)).toBe(false)
    expect(() => assertMicro(amount, 'amountMicro')).toThrow(RangeError)
    expect(() => formatUsd(amount)).toThrow(/^amountMicro must be/)
  })

  it('passes an amount through', () => {
    expect(assertMicro(5, 'amountMicro')).toBe(5)
  })
})
