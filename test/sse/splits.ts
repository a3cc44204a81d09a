import * as fc from 'fast-check'

/** Cuts of a text or of bytes: places as parts of the whole length, so that they shrink well. */
export const cuts: fc.Arbitrary<readonly number[]> = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
  maxLength: 12,
})

/** Cuts text or bytes at the given places; empty pieces included. */
export function splitAt<T extends string | Uint8Array>(whole: T, places: readonly number[]): T[] {
  const ends = places.map((place) => Math.round(place * whole.length)).sort((a, b) => a - b)
  const starts = [0, ...ends]
  return [...ends, whole.length].map((end, index) => whole.slice(starts[index] ?? 0, end) as T)
}

/** One piece for each unit. */
export function splitEverywhere<T extends string | Uint8Array>(whole: T): T[] {
  return Array.from({ length: whole.length }, (_, index) => whole.slice(index, index + 1) as T)
}

const lineEnd = fc.constantFrom('\n', '\r\n', '\r')

/** Pieces from which any stream can be made, broken ones above all. */
const fragment = fc.oneof(
  { weight: 4, arbitrary: lineEnd },
  {
    weight: 3,
    arbitrary: fc.constantFrom('data: ', 'data:', 'event: ping', ': note', 'id: 7', 'retry: 10', 'other'),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  { weight: 1, arbitrary: fc.constantFrom('é', '日本', '😀', '{"a":1}', '[DONE]') },
)

/** Any text that is nearly a stream, without a byte order mark. */
export const nearlyStream: fc.Arbitrary<string> = fc
  .array(fragment, { maxLength: 40 })
  .map((fragments) => fragments.join('').replaceAll('\uFEFF', ''))

export interface WrittenStream {
  readonly text: string
  readonly end: string
}

/** A well-formed stream whose lines all end in the same way. */
export const wholeStream: fc.Arbitrary<WrittenStream> = fc
  .tuple(lineEnd, fc.array(fc.tuple(fc.boolean(), fc.lorem({ maxCount: 3 })), { minLength: 1, maxLength: 8 }))
  .map(([end, events]) => ({
    end,
    text: events.map(([named, data]) => `${named ? `event: e${end}` : ''}data: ${data}${end}${end}`).join(''),
  }))
