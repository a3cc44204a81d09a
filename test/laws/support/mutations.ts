import * as fc from 'fast-check'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/index.js'

/** Values of every type, and some that break careless arithmetic, recursion or lookups. */
export const junk: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<JsonValue>(null, true, false, 0, -1, '', 'x', [], {}) },
  { weight: 2, arbitrary: fc.constantFrom<JsonValue>(1e308, 2 ** 53 + 2, -0.5, 1e21, '9'.repeat(400)) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<JsonValue>([null], [[]], [{}], { type: null }, { error: {} }, [['x']]),
  },
  { weight: 1, arbitrary: fc.constantFrom('constructor', '__proto__', 'toString', '\uD800', '\u0000') },
  { weight: 1, arbitrary: fc.constant(nested(200)) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }).map((value) => value as JsonValue) },
)

/** A list in a list in a list … */
function nested(depth: number): JsonValue {
  let value: JsonValue = []
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

/** A change somewhere: which place is counted over all of them. */
export interface Change {
  readonly at: number
  readonly kind: 'replace' | 'remove' | 'add'
  readonly value: JsonValue
}

export const changes: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.record({ at: fc.nat(5000), kind: fc.constantFrom('replace', 'replace', 'remove', 'add'), value: junk }),
  { minLength: 1, maxLength: 4 },
)

/** A value with these changes, one after the other. */
export function mutate(value: JsonValue, list: readonly Change[]): JsonValue {
  return list.reduce((changed, change) => {
    const count = countPlaces(changed)
    return apply(changed, change, { left: change.at % count })
  }, value)
}

export function mutateObject(value: JsonObject, list: readonly Change[]): JsonObject {
  const changed = mutate(value, list)
  return isJsonObject(changed) ? changed : {}
}

function childrenOf(value: JsonValue): readonly JsonValue[] {
  if (Array.isArray(value)) return value as readonly JsonValue[]
  return isJsonObject(value) ? Object.values(value).map((item) => item ?? null) : []
}

function countPlaces(value: JsonValue): number {
  return childrenOf(value).reduce<number>((count, child) => count + countPlaces(child), 1)
}

function apply(value: JsonValue, change: Change, cursor: { left: number }): JsonValue {
  if (cursor.left-- === 0) {
    if (change.kind !== 'add') return change.value
    if (Array.isArray(value)) return [...(value as readonly JsonValue[]), change.value]
    return isJsonObject(value) ? { ...value, type: change.value } : change.value
  }
  if (cursor.left < 0) return value
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[]).flatMap((item): JsonValue[] => {
      const isHit = cursor.left === 0 && change.kind === 'remove'
      const next = apply(item, change, cursor)
      return isHit ? [] : [next]
    })
  }
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).flatMap(([key, item]): [string, JsonValue][] => {
    const isHit = cursor.left === 0 && change.kind === 'remove'
    const next = apply(item ?? null, change, cursor)
    return isHit ? [] : [[key, next]]
  })
  return Object.fromEntries(entries)
}

/** What may happen to the bytes of a stream on their way. */
export const damage: fc.Arbitrary<(text: string) => string> = fc
  .record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(60),
    put: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom('\n\n', 'data: ', '"', '}', '{"', '\uFFFD', '\r'),
    ),
  })
  .map(({ at, length, put }) => (text: string) => {
    const start = Math.floor(at * text.length)
    return text.slice(0, start) + put + text.slice(start + length)
  })

/** What may happen to the events of a stream: lost, repeated, in another order, or mixed with those of another one. */
export const shuffling: fc.Arbitrary<
  (events: readonly string[], others: readonly string[]) => readonly string[]
> = fc
  .array(
    fc.record({
      at: fc.nat(300),
      to: fc.nat(300),
      kind: fc.constantFrom('lose', 'repeat', 'move', 'mix'),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((steps) => (events, others) => {
    const list = [...events]
    for (const { at, to, kind } of steps) {
      const from = at % Math.max(1, list.length)
      const target = to % (list.length + 1)
      if (kind === 'lose') list.splice(from, 1)
      else if (kind === 'repeat') list.splice(target, 0, ...list.slice(from, from + 1))
      else if (kind === 'move') list.splice(target, 0, ...list.splice(from, 1))
      else list.splice(target, 0, ...others.slice(to % Math.max(1, others.length)).slice(0, 1))
    }
    return list
  })
