import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.js'
import { createEventAligner } from '../../src/sse/align.js'
import { parseSse } from '../../src/sse/parse.js'
import { cuts, nearlyStream, splitAt, splitEverywhere, wholeStream } from './splits.js'

function align(pieces: readonly string[]): { readonly outputs: readonly string[]; readonly rest: string } {
  const aligner = createEventAligner()
  const outputs = pieces.map((piece) => aligner.push(piece))
  return { outputs, rest: aligner.rest() }
}

/** Places after a blank line, found line by line; in the middle of its CRLF counts, for the event is whole there. */
function findBoundaries(text: string): ReadonlySet<number> {
  const boundaries = new Set([0])
  let lineStart = 0
  for (const match of text.matchAll(/\r\n|\n|\r/g)) {
    if (match.index === lineStart) {
      boundaries.add(match.index + 1)
      boundaries.add(match.index + match[0].length)
    }
    lineStart = match.index + match[0].length
  }
  return boundaries
}

/** Ends of outputs that are no boundaries. */
function findWrongCuts(text: string, outputs: readonly string[]): readonly number[] {
  const boundaries = findBoundaries(text)
  let position = 0
  return outputs.map((output) => (position += output.length)).filter((end) => !boundaries.has(end))
}

describe('createEventAligner', () => {
  it.each([
    ['LF', ['data: 1\n', '\ndata: 2\n\nda', 'ta: 3\n\n'], ['', 'data: 1\n\ndata: 2\n\n', 'data: 3\n\n'], ''],
    ['CRLF', ['data: 1\r\n\r', '\ndata: 2\r', '\n\r\n'], ['', 'data: 1\r\n\r\n', 'data: 2\r\n\r\n'], ''],
    ['CR', ['data: 1\r\r', 'data: 2\r', '\r'], ['data: 1\r\r', '', 'data: 2\r\r'], ''],
    ['mixed', ['data: 1\n\r', 'data: 2\r\n\n', 'x'], ['', 'data: 1\n\rdata: 2\r\n\n', ''], 'x'],
  ])('gives whole events of a stream with %s line ends', (_, pieces, outputs, rest) => {
    expect(align(pieces)).toEqual({ outputs, rest })
  })

  it('keeps an unfinished event back until it is asked for it', () => {
    expect(align(['data: 1\n\ndata: {"cut'])).toEqual({ outputs: ['data: 1\n\n'], rest: 'data: {"cut' })
  })

  it('has nothing left after rest', () => {
    const aligner = createEventAligner()
    aligner.push('data: 1')
    aligner.rest()
    expect(aligner.push('data: 2\n\n')).toBe('data: 2\n\n')
  })

  it('refuses an event that outgrows the buffer', () => {
    const aligner = createEventAligner(100)
    expect(() => {
      for (let index = 0; index < 20; index += 1) aligner.push('data: xxxx')
    }).toThrow(GatewayError)
  })

  it('changes no byte and cuts only after blank lines, whatever comes and however it is split', () => {
    fc.assert(
      fc.property(nearlyStream, cuts, (text, places) => {
        for (const pieces of [splitAt(text, places), splitEverywhere(text)]) {
          const { outputs, rest } = align(pieces)
          expect(outputs.join('') + rest).toBe(text)
          expect(findWrongCuts(text, outputs)).toEqual([])
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('gives pieces that hold whole events each', () => {
    fc.assert(
      fc.property(wholeStream, cuts, ({ text }, places) => {
        const { outputs, rest } = align(splitAt(text, places))
        expect([...outputs, rest].flatMap((output) => parseSse(output))).toEqual(parseSse(text))
      }),
      { numRuns: 500 },
    )
  })

  it('holds back no event that is whole', () => {
    fc.assert(
      fc.property(wholeStream, cuts, ({ text, end }, places) => {
        for (const pieces of [splitAt(text, places), splitEverywhere(text)]) {
          const aligner = createEventAligner()
          let seen = ''
          let given = ''
          for (const piece of pieces) {
            seen += piece
            given += aligner.push(piece)
            const whole = seen.lastIndexOf(end + end)
            expect(given.length).toBeGreaterThanOrEqual(whole === -1 ? 0 : whole + 2 * end.length)
          }
        }
      }),
      { numRuns: 200 },
    )
  })
})
