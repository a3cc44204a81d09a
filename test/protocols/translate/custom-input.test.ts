import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createInputUnwrapper, wrapInput } from '../../../src/protocols/translate/custom-input.js'

/** What comes out for each piece, and at the end. */
function steps(...pieces: readonly string[]): readonly string[] {
  const unwrapper = createInputUnwrapper()
  return [...pieces.map((piece) => unwrapper.push(piece)), unwrapper.end()]
}

const unwrap = (...pieces: readonly string[]): string => steps(...pieces).join('')

/** Every way to cut a text in two, and all of it character by character. */
const splits = (text: string): readonly (readonly string[])[] => [
  ...Array.from({ length: text.length + 1 }, (_, at) => [text.slice(0, at), text.slice(at)]),
  text.split(''),
]

/** JSON text of a string with every unit escaped. */
const escaped = (text: string): string =>
  `"${text.replaceAll(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('"', '\\', '\\"', '\\u0041', '👋🏽', '\ud83d', '\udc4b', '\n\t\r\b\f/', '{"input":"x"}'),
)

describe('arguments of a free-text tool', () => {
  it.each([
    ['plain', '{"input":"abc"}', 'abc'],
    ['empty', '{"input":""}', ''],
    ['with white space', ' \n{\t"input" :\r "a b" } ', 'a b'],
    ['with short escapes', String.raw`{"input":"\"\\\/\b\f\n\r\t"}`, '"\\/\b\f\n\r\t'],
    ['with long escapes', String.raw`{"input":"\u0041\u00e9\u2028"}`, 'Aé\u2028'],
    ['with an escaped surrogate pair', String.raw`{"input":"<\ud83d\udc4b>"}`, '<👋>'],
    ['with a lone half of a pair', String.raw`{"input":"<\ud83d>"}`, '<\ud83d>'],
    ['with a lone half before an escape', String.raw`{"input":"\ud83d\n\udc4b"}`, '\ud83d\n\udc4b'],
    ['with two first halves', String.raw`{"input":"\ud83d\ud83d\udc4b"}`, '\ud83d👋'],
    ['with more members', '{"input":"abc","path":"x"}', 'abc'],
    ['with a patch', wrapInput('*** Begin\n+"x\\y"\n*** End\n'), '*** Begin\n+"x\\y"\n*** End\n'],
  ])('%s: give their input, however they are cut', (_kind, args, input) => {
    for (const pieces of splits(args)) expect(unwrap(...pieces)).toBe(input)
  })

  it.each([
    ['input that is no string', '{"input":5}', '{"input":5}'],
    ['another member', '{"patch":"abc"}', '{"patch":"abc"}'],
    ['a member that begins alike', '{"inputs":"abc"}', '{"inputs":"abc"}'],
    ['an empty object', '{}', '{}'],
    ['no arguments', '', ''],
    ['free text', '*** Begin patch', '*** Begin patch'],
    ['a string', '"abc"', '"abc"'],
    ['broken JSON', '{"patch":"ab', '{"patch":"ab'],
    ['a head that breaks off', '{"inp', '{"inp'],
    ['input after other members', '{"path":"x","input":"abc"}', 'abc'],
    ['input in an escaped name', String.raw`{"\u0069nput":"abc"}`, 'abc'],
  ])('of another shape fall back, however they are cut: %s', (_kind, args, input) => {
    for (const pieces of splits(args)) expect(unwrap(...pieces)).toBe(input)
  })

  it.each([
    ['in the text', '{"input":"abc', 'abc'],
    ['in an escape', String.raw`{"input":"abc\u00`, 'abc'],
    ['in a surrogate pair', String.raw`{"input":"abc\ud83d`, 'abc'],
  ])('that break off %s give what is certain', (_kind, args, input) => {
    for (const pieces of splits(args)) expect(unwrap(...pieces)).toBe(input)
  })

  it('give their input as it comes', () => {
    expect(steps('{"in', 'put": "a', 'b', '', 'c', '"', '}')).toEqual(['', 'a', 'b', '', 'c', '', '', ''])
  })

  it('hold back no more than an escape', () => {
    expect(steps('{"input":"a\\', 'nb\\u00', 'e9\\ud83d', '\\udc', '4bc"}')).toEqual([
      'a',
      '\nb',
      'é',
      '',
      '👋c',
      '',
    ])
  })

  it('of another shape come whole, at the end', () => {
    expect(steps('{"x', '":1}')).toEqual(['', '', '{"x":1}'])
  })

  it('are what `wrapInput` makes of any text, and of any other spelling of it, cut anywhere', () => {
    fc.assert(
      fc.property(anyText, fc.nat(), fc.nat(), fc.boolean(), (text, one, other, spelled) => {
        const args = spelled ? `{"input":${escaped(text)}}` : wrapInput(text)
        const [first = 0, second = 0] = [one, other].map((at) => at % (args.length + 1)).sort((a, b) => a - b)
        expect(unwrap(args.slice(0, first), args.slice(first, second), args.slice(second))).toBe(text)
      }),
    )
  })

  it('never throw, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('{"input":"', '\\u', '\\', 'zz', '"}'))),
        (pieces) => {
          expect(typeof unwrap(...pieces)).toBe('string')
        },
      ),
    )
  })
})
