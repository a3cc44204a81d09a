import { describe, expect, it } from 'vitest'
import { createFormat } from '../../../src/console/page/format.js'

const english = createFormat(['en-US'])
const german = createFormat(['de-DE'])

describe('money', () => {
  it.each([
    [0, '$0.00'],
    [1, '$0.000001'],
    [12_340_000, '$12.34'],
    [1_234_567_891, '$1,234.567891'],
    [-500_000, '-$0.50'],
    [Number.MAX_SAFE_INTEGER, '$9,007,199,254.740991'],
  ])('shows every digit of %d micro-USD', (micro, words) => {
    expect(english.money(micro)).toBe(words)
  })

  it.each([
    [0, '$0'],
    [500, '$0.0005'],
    [100_000, '$0.10'],
    [150_000, '$0.15'],
    [2_000_000, '$2'],
    [2_500_000, '$2.50'],
    [999_000_000, '$999'],
    [1_200_000_000, '$1.2K'],
    [1_234_567_000_000, '$1.23M'],
  ])('is short where there is little room: %d micro-USD', (micro, words) => {
    expect(english.moneyShort(micro)).toBe(words)
  })

  it('stands as the reader writes it', () => {
    expect(german.money(1_234_567_891).replace(/\s/g, ' ')).toBe('1.234,567891 $')
  })

  it('is told apart at the cent, and is the same together', () => {
    expect(english.moneyParts(1_234_567_891)).toEqual({ main: '$1,234.56', rest: '7891', tail: '' })
    expect(english.moneyParts(12_340_000)).toEqual({ main: '$12.34', rest: '', tail: '' })
    const { main, rest, tail } = german.moneyParts(1_234_567_891)
    expect([main, rest, tail.trim()]).toEqual(['1.234,56', '7891', '$'])
    expect(main + rest + tail).toBe(german.money(1_234_567_891))
  })
})

describe('numbers', () => {
  it('are whole below ten thousand and short above, where there is little room', () => {
    expect(english.countShort(9999)).toBe('9,999')
    expect(english.countShort(1_234_567)).toBe('1.23M')
    expect(english.count(1_234_567)).toBe('1,234,567')
  })

  it('have the unit that reads best', () => {
    expect(english.duration(842)).toBe('842 ms')
    expect(english.duration(12_345)).toBe('12.35 sec')
    expect(english.duration(1700)).toBe('1.70 sec')
    expect(english.percent(0.0487)).toBe('4.87%')
  })
})

describe('times', () => {
  it('keep a UTC day the same day everywhere', () => {
    expect(english.day('2026-01-31')).toBe('Jan 31, 2026')
    expect(english.month('2026-01-31')).toBe('January 2026')
    expect(german.day('2026-01-31')).toBe('31. Jan. 2026')
  })

  it('are shown as they came when they are none', () => {
    expect(english.time('soon')).toBe('soon')
  })
})
