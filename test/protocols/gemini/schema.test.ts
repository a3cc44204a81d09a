import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue } from '../../../src/canonical/json.js'
import { openApiToJsonSchema } from '../../../src/protocols/gemini/request/open-api.js'
import { sanitizeSchema } from '../../../src/protocols/gemini/request/schema.js'
import { encode, requestOf, warningsOf } from './helpers.js'

describe('case 22: schemas for Gemini', () => {
  it.each<[string, JsonObject, JsonObject, readonly string[]]>([
    ['const becomes an enum of one', { const: 'a' }, { enum: ['a'] }, []],
    ['a number may be enumerated', { type: 'integer', enum: [1, 2] }, { type: 'integer', enum: [1, 2] }, []],
    [
      'other values go into the description',
      { enum: [true, 'x'], description: 'Which.' },
      { description: 'Which. Allowed values: true, "x".' },
      ['enum'],
    ],
    [
      'null leaves the enum for the type',
      { enum: ['a', null], type: 'string' },
      { type: ['string', 'null'], enum: ['a'] },
      [],
    ],
    ['nullable too', { nullable: true, type: 'string' }, { type: ['string', 'null'] }, []],
    ['oneOf is anyOf', { oneOf: [{ type: 'string' }] }, { anyOf: [{ type: 'string' }] }, []],
    [
      'several types are alternatives, each with its own words',
      { type: ['array', 'number', 'null'], items: { type: 'string' }, maximum: 3, description: 'd' },
      {
        description: 'd',
        anyOf: [
          { type: 'array', items: { type: 'string' } },
          { type: 'number', maximum: 3 },
          { type: 'null' },
        ],
      },
      [],
    ],
    [
      'what Gemini does not check is dropped and named',
      { type: 'string', pattern: '^a', minLength: 1, default: 'a' },
      { type: 'string' },
      ['default', 'minLength', 'pattern'],
    ],
    ['noise is dropped', { $schema: 's', $comment: 'c', encrypted: true, examples: [1] }, {}, []],
    [
      'integers have exact bounds',
      { type: 'integer', exclusiveMinimum: 0 },
      { type: 'integer', minimum: 1 },
      [],
    ],
    [
      'the bounds of numbers are the nearest',
      { type: 'number', exclusiveMaximum: 1 },
      { type: 'number', maximum: 1 },
      ['exclusiveMaximum'],
    ],
    [
      'draft 4 says so by a flag',
      { type: 'integer', minimum: 1, exclusiveMinimum: true },
      { type: 'integer', minimum: 2 },
      [],
    ],
    [
      'a list of items is a tuple',
      { items: [{ type: 'string' }] },
      { prefixItems: [{ type: 'string' }] },
      [],
    ],
    ['true is any value', { items: true }, { items: {} }, []],
    ['false is none', { items: false }, { items: {} }, ['false']],
    [
      'additional properties stay',
      { type: 'object', additionalProperties: { type: 'string', pattern: 'x' } },
      { type: 'object', additionalProperties: { type: 'string' } },
      ['pattern'],
    ],
    [
      'properties may be called like keywords',
      { properties: { default: { type: 'string' }, const: {}, __proto__x: {} } },
      { properties: { default: { type: 'string' }, const: {}, __proto__x: {} } },
      [],
    ],
    [
      'what is required is a property',
      { properties: { a: {} }, required: ['a', 'b'] },
      { properties: { a: {} }, required: ['a'] },
      ['required'],
    ],
    [
      'allOf is merged',
      {
        allOf: [{ properties: { a: {} }, required: ['a'] }, { $ref: '#/$defs/B' }],
        description: 'd',
        $defs: { B: { properties: { b: {} }, required: ['b'] } },
      },
      { description: 'd', properties: { a: {}, b: {} }, required: ['a', 'b'] },
      [],
    ],
  ])('%s', (_, schema, wanted, dropped) => {
    const before = structuredClone(schema)
    expect(sanitizeSchema(schema)).toEqual({ schema: wanted, dropped })
    expect(schema).toEqual(before)
  })

  it.each<[string, JsonObject, JsonObject, readonly string[]]>([
    [
      'a lone reference stays, and only what is referred to',
      { properties: { a: { $ref: '#/definitions/A' } }, definitions: { A: { const: 'a' }, Z: {} } },
      { properties: { a: { $ref: '#/$defs/A' } }, $defs: { A: { enum: ['a'] } } },
      [],
    ],
    [
      'a described reference becomes a copy',
      { properties: { a: { $ref: '#/$defs/A', description: 'd' } }, $defs: { A: { type: 'string' } } },
      { properties: { a: { type: 'string', description: 'd' } } },
      [],
    ],
    [
      'a described reference to itself stays alone',
      {
        properties: { a: { $ref: '#/$defs/A', description: 'd' } },
        $defs: { A: { items: { $ref: '#/$defs/A' } } },
      },
      { properties: { a: { $ref: '#/$defs/A' } }, $defs: { A: { items: { $ref: '#/$defs/A' } } } },
      ['description'],
    ],
    [
      'a reference into the schema becomes a copy',
      { properties: { a: { type: 'string' }, b: { $ref: '#/properties/a' } } },
      { properties: { a: { type: 'string' }, b: { type: 'string' } } },
      [],
    ],
    [
      'a reference to nowhere goes',
      { $ref: 'https://elsewhere.test', type: 'object' },
      { type: 'object' },
      ['$ref'],
    ],
    [
      'a cycle must not be required',
      {
        type: 'object',
        properties: { children: { type: 'array', items: { $ref: '#' } }, name: { type: 'string' } },
        required: ['children', 'name'],
      },
      {
        type: 'object',
        properties: { children: { type: 'array', items: { $ref: '#' } }, name: { type: 'string' } },
        required: ['name'],
      },
      ['required'],
    ],
    [
      'an optional cycle may be',
      { $ref: '#/$defs/N', $defs: { N: { properties: { next: { $ref: '#/$defs/N' } } } } },
      { $ref: '#/$defs/N', $defs: { N: { properties: { next: { $ref: '#/$defs/N' } } } } },
      [],
    ],
    [
      'a cycle over two definitions is found',
      {
        $ref: '#/$defs/A',
        $defs: {
          A: { properties: { b: { $ref: '#/$defs/B' } }, required: ['b'] },
          B: { properties: { a: { $ref: '#/$defs/A' } }, required: ['a'] },
        },
      },
      {
        $ref: '#/$defs/A',
        $defs: {
          A: { properties: { b: { $ref: '#/$defs/B' } } },
          B: { properties: { a: { $ref: '#/$defs/A' } } },
        },
      },
      ['required'],
    ],
  ])('%s', (_, schema, wanted, dropped) => {
    expect(sanitizeSchema(schema)).toEqual({ schema: wanted, dropped })
  })

  it('takes more definitions than anybody follows as leading back', () => {
    const step = (at: number): JsonObject => ({
      properties: { next: { $ref: `#/$defs/D${at + 1}` }, own: { type: 'string' } },
      required: ['next', 'own'],
    })
    const chain = (length: number): JsonObject => ({
      properties: { first: { $ref: '#/$defs/D0' } },
      $defs: Object.fromEntries(Array.from({ length }, (__, at) => [`D${at}`, step(at)])),
    })
    const required = (schema: JsonObject): JsonValue | undefined =>
      (schema['$defs'] as Record<string, JsonObject>)['D0']?.['required']
    expect(required(sanitizeSchema(chain(300)).schema)).toEqual(['next', 'own'])
    expect(required(sanitizeSchema(chain(301)).schema)).toEqual(['own'])
    expect(sanitizeSchema(chain(301)).dropped).toContain('required')
  })

  it('bounds what copies of shared definitions grow to', () => {
    const level = (next: number): JsonObject => ({
      properties: Object.fromEntries(
        Array.from({ length: 8 }, (__, at) => [`p${at}`, { $ref: `#/$defs/L${next}`, description: 'd' }]),
      ),
    })
    const $defs = Object.fromEntries(Array.from({ length: 8 }, (__, at) => [`L${at}`, level(at + 1)]))
    const size = JSON.stringify(sanitizeSchema({ ...level(0), $defs: { ...$defs, L8: {} } }).schema).length
    expect(size).toBeLessThan(200_000)
  })

  it('is total, and has nothing left to do on what it made', () => {
    const keyword = fc.constantFrom(
      'type',
      '$ref',
      'properties',
      'items',
      'anyOf',
      'allOf',
      'enum',
      'required',
      '$defs',
      'const',
      'not',
    )
    const { schema } = fc.letrec<{ schema: unknown }>((tie) => ({
      schema: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<unknown>('#', '#/$defs/a', 'string', ['a'], true, null, 3),
        fc.array(tie('schema'), { maxLength: 2 }),
        fc.dictionary(keyword, tie('schema'), { maxKeys: 3 }),
        fc.record({ $defs: fc.record({ a: tie('schema') }), items: tie('schema') }),
      ),
    }))
    fc.assert(
      fc.property(fc.dictionary(keyword, schema), (any) => {
        const once = sanitizeSchema(any as JsonObject).schema
        expect(sanitizeSchema(once)).toEqual({ schema: once, dropped: [] })
      }),
    )
  })

  it('survives a schema that is thousands of levels deep', () => {
    let schema: JsonObject = {}
    for (let level = 0; level < 5_000; level++) schema = { items: schema }
    expect(sanitizeSchema(schema).dropped).toEqual(['depth'])
  })

  it('sanitizes tools and response formats, and warns of what they lose', () => {
    const schema = { type: 'object', properties: { a: { type: 'string', pattern: 'x' } } }
    const tools = [
      { type: 'function', name: 'f', parameters: schema, strict: true, path: 'tools[0]' },
    ] as const
    const responseFormat = { type: 'json-schema', schema, description: 'An answer.' } as const
    expect(encode({ tools, responseFormat })).toMatchObject({
      tools: [
        {
          functionDeclarations: [
            { name: 'f', parametersJsonSchema: { type: 'object', properties: { a: { type: 'string' } } } },
          ],
        },
      ],
      toolConfig: { functionCallingConfig: { mode: 'VALIDATED' } },
      generationConfig: {
        responseMimeType: 'application/json',
        responseJsonSchema: {
          description: 'An answer.',
          type: 'object',
          properties: { a: { type: 'string' } },
        },
      },
    })
    expect(warningsOf({ tools, responseFormat })).toEqual(['dropped tools[0]!', 'dropped $responseFormat!'])
    expect(warningsOf({ tools: [{ ...tools[0], strict: false }] })).toEqual(['dropped tools[0]'])
    expect(requestOf({ tools }).tools).toBe(tools)
  })
})

describe('Google’s older schemas', () => {
  it('become JSON Schema', () => {
    expect(
      openApiToJsonSchema({
        type: 'OBJECT',
        nullable: true,
        property_ordering: ['a'],
        properties: {
          a: { type: 'STRING', format: 'enum', enum: ['x'] },
          b: { type: 'ARRAY', minItems: '1', items: { type: 'NUMBER' } },
          c: { nullable: true, anyOf: [{ type: 'STRING' }, { type: ['INTEGER'] }] },
        },
      }),
    ).toEqual({
      type: ['object', 'null'],
      propertyOrdering: ['a'],
      properties: {
        a: { type: 'string', enum: ['x'] },
        b: { type: 'array', minItems: 1, items: { type: 'number' } },
        c: { anyOf: [{ type: 'string' }, { type: ['integer'] }, { type: 'null' }] },
      },
    })
  })
})
