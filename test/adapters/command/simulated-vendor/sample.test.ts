import { describe, expect, test } from 'vitest'
import { sampleValue } from '../../../../adapters/command/simulated-vendor/sample.js'

describe('sampleValue', () => {
  test.each([
    [
      'required properties only',
      { properties: { a: { type: 'string' }, b: {} }, required: ['a'] },
      { a: 'simulated a' },
    ],
    ['the first of an enum', { enum: ['x', 'y'] }, 'x'],
    ['a constant', { const: 7 }, 7],
    ['a default', { type: 'string', default: 'd' }, 'd'],
    ['a nullable type', { type: ['null', 'integer'] }, 1],
    ['a number from its minimum', { type: 'number', minimum: 2.5 }, 2.5],
    ['an array of one', { type: 'array', items: { type: 'boolean' } }, [true]],
    ['a formatted string', { type: 'string', format: 'date' }, '2026-01-01'],
    ['a short string', { type: 'string', maxLength: 3 }, 'sim'],
    ['the first choice', { anyOf: [{ type: 'null' }, { type: 'string' }] }, null],
    ['all parts together', { allOf: [{ properties: { a: { const: 1 } }, required: ['a'] }] }, { a: 1 }],
    ['a reference', { $ref: '#/$defs/x', $defs: { x: { const: 'there' } } }, 'there'],
    [
      'Gemini’s spelling',
      { type: 'OBJECT', properties: { n: { type: 'INTEGER' } }, required: ['n'] },
      { n: 1 },
    ],
    ['a reference to nothing', { $ref: '#/constructor/name' }, 'simulated value'],
  ])('gives %s', (_name, schema, value) => {
    expect(sampleValue(schema)).toEqual(value)
  })

  test('ends a schema that contains itself', () => {
    const schema = { type: 'object', properties: { next: { $ref: '#' } }, required: ['next'] }
    expect(JSON.stringify(sampleValue(schema))).toMatch(/^(\{"next":)+null\}+$/)
  })
})
