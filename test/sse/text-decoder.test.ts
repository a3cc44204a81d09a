import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTextDecoder, type TextDecoderOptions } from '../../src/sse/text-decoder.js'
import { cuts, splitAt, splitEverywhere } from './splits.js'

function decodePieces(pieces: readonly Uint8Array[], options?: TextDecoderOptions): string {
  const decoder = createTextDecoder(options)
  return pieces.map((piece) => decoder.decode(piece)).join('') + decoder.end()
}

describe('createTextDecoder', () => {
  it('case 40: characters that are split between reads come out whole', () => {
    const text = 'aé日本語😀z'
    expect(decodePieces(splitEverywhere(new TextEncoder().encode(text)))).toBe(text)
  })

  it('gives a character at the read that completes it, not later', () => {
    const decoder = createTextDecoder()
    const [first, second] = splitAt(new TextEncoder().encode('é'), [0.5])
    expect(decoder.decode(first ?? new Uint8Array())).toBe('')
    expect(decoder.decode(second ?? new Uint8Array())).toBe('é')
  })

  it('does not depend on a buffer that its source uses again', () => {
    const decoder = createTextDecoder()
    const buffer = new TextEncoder().encode('é').slice(0, 1)
    decoder.decode(buffer)
    buffer[0] = 0x41
    expect(decoder.decode(Uint8Array.of(0xa9))).toBe('é')
  })

  it.each([
    [undefined, 'text'],
    [{ keepByteOrderMark: true }, '\uFEFFtext'],
  ])('with %j gives %j for a stream that starts with a byte order mark', (options, expected) => {
    const bytes = new TextEncoder().encode('\uFEFFtext')
    expect(decodePieces(splitEverywhere(bytes), options)).toBe(expected)
  })

  it('keeps a byte order mark in the middle of a stream', () => {
    const bytes = new TextEncoder().encode('a\uFEFFb')
    expect(decodePieces(splitEverywhere(bytes))).toBe('a\uFEFFb')
  })

  it('law 5: any bytes, valid or not, split anywhere, give what the runtime makes of the whole', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .array(fc.constantFrom(0x41, 0x80, 0xbf, 0xc3, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0xff, 0xed, 0xa0))
        .map((values) => Uint8Array.from(values)),
    )
    fc.assert(
      fc.property(bytes, cuts, (whole, places) => {
        const expected = new TextDecoder('utf-8', { ignoreBOM: true }).decode(whole)
        expect(decodePieces(splitAt(whole, places), { keepByteOrderMark: true })).toBe(expected)
        expect(decodePieces(splitEverywhere(whole), { keepByteOrderMark: true })).toBe(expected)
      }),
      { numRuns: 1000 },
    )
  })
})
