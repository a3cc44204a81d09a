import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { scanObject, setMembers } from '../../src/gateway/http/json-text.js'
import type { JsonObject, JsonValue } from '../../src/index.js'

const space = fc.constantFrom('', ' ', '\n', '\t', '\r\n', '  \n')

/** A JSON string of the same value, with characters escaped at random. */
const quoted = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(text, fc.infiniteStream(fc.boolean())).map(([value, flips]) => {
    const units = value.split('').map((unit) => {
      const isEscaped = flips.next().value
      return isEscaped
        ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
        : JSON.stringify(unit).slice(1, -1)
    })
    return `"${units.join('')}"`
  })

const keys = fc.oneof(
  fc.constantFrom('model', 'stream', 'a', '__proto__', '', '"', '\\', 'ü😀'),
  fc.string({ unit: 'grapheme' }),
)

interface Member {
  readonly key: string
  readonly value: string
  readonly spaces: readonly string[]
}

const { value: anyValue } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(
      '0',
      '-1.5e3',
      '1E400',
      'true',
      'false',
      'null',
      '""',
      '"}"',
      '"{[,:"',
      '12345678901234567890',
    ),
    quoted(fc.string({ unit: 'grapheme' })),
    fc
      .tuple(fc.array(tie('value'), { maxLength: 3 }), space)
      .map(([items, gap]) => `[${gap}${items.join(`${gap},`)}${gap}]`),
    fc
      .array(fc.tuple(quoted(keys), tie('value'), space), { maxLength: 3 })
      .map(
        (members) => `{${members.map(([key, value, gap]) => `${gap}${key}${gap}:${value}${gap}`).join(',')}}`,
      ),
  ),
}))

const member: fc.Arbitrary<Member> = fc.record({
  key: quoted(keys),
  value: anyValue,
  spaces: fc.tuple(space, space, space, space),
})

/** The text of an object, with any spaces, escapes and keys that stand twice. */
const objectText: fc.Arbitrary<string> = fc
  .tuple(fc.array(member, { maxLength: 6 }), space, space)
  .map(([members, before, after]) => {
    const inner = members.map(({ key, value, spaces: [a, b, c, d] }) => `${a}${key}${b}:${c}${value}${d}`)
    return `${before}{${inner.join(',') || before}}${after}`
  })

const parse = (text: string): JsonObject => JSON.parse(text) as JsonObject
const ownEntries = (value: object): readonly (readonly [string, unknown])[] => Object.entries(value)

describe('scanObject', () => {
  test('finds the members that JSON.parse finds, each with the text of its value', () => {
    fc.assert(
      fc.property(objectText, (text) => {
        const { members } = scanObject(text)
        const found = [...members].map(
          ([key, [start, end]]) => [key, JSON.parse(text.slice(start, end))] as const,
        )
        expect(new Map(found)).toEqual(new Map(ownEntries(parse(text))))
      }),
    )
  })

  test('tells whether a key stands twice', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, quoted(keys)), { maxLength: 5 }), (pairs) => {
        const text = `{${pairs.map(([key], index) => `${JSON.stringify(key)}:${index}`).join(',')}}`
        expect(scanObject(text).repeated).toBe(new Set(pairs.map(([key]) => key)).size < pairs.length)
      }),
    )
  })

  it('tells equal keys in different spelling', () => {
    expect(scanObject(String.raw`{"model":1,"mod\u0065l":2}`)).toMatchObject({ repeated: true })
  })

  it.each(['{"a":{"a":1},"b":[{"a":2}]}', '{"a":"\\"a\\":1,"}', '{}', '{ }'])(
    'takes only the top level of %s',
    (text) => {
      expect(scanObject(text).repeated).toBe(false)
    },
  )

  it('refuses what is nested too deeply', () => {
    const nested = (depth: number): string => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`
    expect(scanObject(nested(512)).members.size).toBe(1)
    expect(() => scanObject(nested(513))).toThrow('The request body is nested too deeply.')
  })
})

describe('setMembers', () => {
  const edits = fc.dictionary(
    fc.constantFrom('model', 'stream', 'new', 'a'),
    fc.jsonValue() as fc.Arbitrary<JsonValue>,
  )

  test('gives the object with these members', () => {
    fc.assert(
      fc.property(objectText, edits, (text, changes) => {
        const before = parse(text)
        const after = setMembers(scanObject(text), before, changes)
        const expected = new Map(
          [...ownEntries(before), ...ownEntries(changes)].map(([key, value]) => [key, plain(value)]),
        )
        expect(new Map(ownEntries(parse(after)).map(([key, value]) => [key, plain(value)]))).toEqual(expected)
      }),
    )
  })

  test('leaves every other byte as it was', () => {
    fc.assert(
      fc.property(objectText, fc.jsonValue() as fc.Arbitrary<JsonValue>, (text, value) => {
        const object = scanObject(text)
        const place = object.members.get('model')
        if (object.repeated || place === undefined) return
        const [start, end] = place
        expect(setMembers(object, parse(text), { model: value })).toBe(
          text.slice(0, start) + JSON.stringify(value) + text.slice(end),
        )
        expect(setMembers(object, parse(text), { model: value, added: 1 })).toBe(
          `${text.slice(0, object.inside)}"added":1,${text.slice(object.inside, start)}${JSON.stringify(value)}${text.slice(end)}`,
        )
      }),
    )
  })

  test('leaves out what is to be undefined, and every other value as it is written', () => {
    const dropped = fc.dictionary(fc.constantFrom('model', 'stream', 'new', 'a'), fc.constant(undefined), {
      minKeys: 1,
    })
    fc.assert(
      fc.property(objectText, dropped, edits, (text, gone, changes) => {
        const object = scanObject(text)
        fc.pre(!object.repeated)
        const all = { ...changes, ...gone }
        const after = setMembers(object, parse(text), all)
        const { members } = scanObject(after)
        const kept = [...object.members].filter(([key]) => !Object.hasOwn(all, key))
        for (const [key, [start, end]] of kept) {
          const [from, to] = members.get(key) ?? [0, 0]
          expect(after.slice(from, to)).toBe(text.slice(start, end))
        }
        const set = Object.keys(changes).filter((key) => !Object.hasOwn(gone, key))
        for (const key of set) expect(plain(parse(after)[key])).toEqual(plain(changes[key]))
        expect(members.size).toBe(kept.length + set.length)
      }),
    )
    const twice = '{"model":1,"a":1.50,"model":2}'
    expect(setMembers(scanObject(twice), parse(twice), { model: undefined })).toBe('{"a":1.5}')
  })

  test('changes nothing without members to set', () => {
    fc.assert(
      fc.property(objectText, (text) => {
        const object = scanObject(text)
        fc.pre(!object.repeated)
        expect(setMembers(object, parse(text), {})).toBe(text)
      }),
    )
    expect(setMembers(scanObject('{ }'), {}, {})).toBe('{ }')
  })

  it('writes an object anew in which a key stands twice: the last one counts', () => {
    const text = '{"model":1,"a":[1.50],"model":2}'
    expect(setMembers(scanObject(text), parse(text), { b: 1 })).toBe('{"model":2,"a":[1.5],"b":1}')
  })
})

/** What is left of a value when it has been written: no −0 and no infinity. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown
}
