import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import { isStrictSchema, sanitizeSchema } from '../../../src/protocols/anthropic-messages/request/schema.js'

const closed = (properties: JsonObject, rest: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  ...rest,
  additionalProperties: false,
})

describe('a schema for structured output', () => {
  test.each<[string, JsonObject, JsonObject, boolean]>([
    [
      'is kept when it fits',
      closed({ a: { type: 'string', enum: ['x'] } }),
      closed({ a: { type: 'string', enum: ['x'] } }),
      false,
    ],
    [
      'is closed at every depth',
      {
        type: 'object',
        properties: { a: { type: 'array', items: { type: 'object', properties: { b: {} } } } },
      },
      {
        type: 'object',
        properties: {
          a: { type: 'array', items: { type: 'object', properties: { b: {} }, additionalProperties: false } },
        },
        additionalProperties: false,
      },
      false,
    ],
    [
      'tells limits to the model instead',
      closed({ n: { type: 'number', minimum: 1, maximum: 9, description: 'Count.' } }),
      closed({ n: { type: 'number', description: 'Count. (minimum: 1, maximum: 9)' } }),
      true,
    ],
    [
      'has alternatives as anyOf',
      closed({ a: { oneOf: [{ type: 'string' }] } }),
      closed({ a: { anyOf: [{ type: 'string' }] } }),
      false,
    ],
    [
      'keeps formats that the vendor knows',
      closed({ a: { type: 'string', format: 'date' } }),
      closed({ a: { type: 'string', format: 'date' } }),
      false,
    ],
    [
      'tells other formats',
      closed({ a: { type: 'string', format: 'ulid' } }),
      closed({ a: { type: 'string', description: '(format: "ulid")' } }),
      true,
    ],
    [
      'keeps small array minimums only',
      closed({ a: { type: 'array', minItems: 1 }, b: { type: 'array', minItems: 2 } }),
      closed({ a: { type: 'array', minItems: 1 }, b: { type: 'array', description: '(minItems: 2)' } }),
      true,
    ],
    [
      'keeps fields that are named like keywords',
      closed({ minimum: { type: 'string' } }),
      closed({ minimum: { type: 'string' } }),
      false,
    ],
    [
      'keeps references',
      closed({ a: { $ref: '#/$defs/x' }, b: { $ref: '#/$defs/x' } }, { $defs: { x: { type: 'string' } } }),
      closed({ a: { $ref: '#/$defs/x' }, b: { $ref: '#/$defs/x' } }, { $defs: { x: { type: 'string' } } }),
      false,
    ],
    ['loses annotations', { $schema: 'x', ...closed({}) }, closed({}), false],
  ])('%s', (_name, schema, expected, relaxed) => {
    expect(sanitizeSchema(schema)).toEqual({ schema: expected, relaxed })
  })

  const deep = JSON.parse('{"items":'.repeat(5000) + '{}' + '}'.repeat(5000)) as JsonObject
  test.each<[string, JsonObject]>([
    ['an open map', { type: 'object', additionalProperties: { type: 'string' } }],
    ['an object of anything', closed({ a: { type: 'object' } })],
    ['patterns of keys', { ...closed({ a: {} }), patternProperties: { x: {} } }],
    ['recursion', closed({ a: { $ref: '#' } })],
    [
      'recursion by a definition',
      closed({ a: { $ref: '#/$defs/n' } }, { $defs: { n: closed({ next: { $ref: '#/$defs/n' } }) } }),
    ],
    [
      'too many optional fields',
      {
        type: 'object',
        properties: Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`f${index}`, {}])),
      },
    ],
    ['endless depth', deep],
  ])('is impossible for %s', (_name, schema) => {
    expect(sanitizeSchema(schema)).toBeNull()
  })

  test('never changes what it was given', () => {
    const schema = closed({ n: { type: 'number', minimum: 1 } })
    const before = structuredClone(schema)
    sanitizeSchema(schema)
    expect(schema).toEqual(before)
  })
})

test.each<[boolean, JsonObject]>([
  [true, closed({ a: { type: 'string' } })],
  [true, { $schema: 'x', ...closed({}) }],
  [false, { type: 'object', properties: { a: {} } }],
  [false, closed({ a: { type: 'string', minLength: 1 } })],
  [false, closed({ a: { oneOf: [] } })],
])('strict arguments: %s for %j', (expected, schema) => {
  expect(isStrictSchema(schema)).toBe(expected)
})
