import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitEvents } from '../../src/sse/split.js'

const text = fc.string({ unit: fc.constantFrom('\n', '\r', '\r\n', 'a', ':') })

describe('splitEvents', () => {
  it('cuts behind the blank lines of each event', () => {
    expect(splitEvents('a\n\nb\r\n\r\n\r\nc\r\rd\ne')).toEqual({
      events: ['a\n\n', 'b\r\n\r\n\r\n', 'c\r\r'],
      rest: 'd\ne',
    })
    expect(splitEvents('a\r\nb\n')).toEqual({ events: [], rest: 'a\r\nb\n' })
  })

  it('keeps every character in its place', () => {
    fc.assert(
      fc.property(text, (all) => {
        const { events, rest } = splitEvents(all)
        expect(events.join('') + rest).toBe(all)
      }),
    )
  })

  it('leaves no blank line within an event or behind the last one', () => {
    fc.assert(
      fc.property(text, (all) => {
        const { events, rest } = splitEvents(all)
        const lines = (piece: string): string => piece.replace(/\r\n|\r/g, '\n')
        for (const event of events) expect(lines(event)).toMatch(/^[^]*?[^\n]?\n{2,}$/)
        for (const event of events) expect(lines(event).replace(/\n+$/, '')).not.toContain('\n\n')
        expect(lines(rest)).not.toContain('\n\n')
      }),
    )
  })
})
