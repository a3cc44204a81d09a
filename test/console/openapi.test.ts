import { describe, expect, it } from 'vitest'
import { SCHEMAS } from '../../src/console/api/schemas/index.js'
import { describeApi } from '../../src/console/api/openapi.js'
import { ROUTES } from '../../src/console/routes.js'
import { createTestConsole } from './support.js'

// oxlint-disable-next-line typescript/no-explicit-any
const document = describeApi(ROUTES, '1') as any

/** Every value below some place of the document. */
function* valuesOf(value: unknown): Generator {
  yield value
  if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) yield* valuesOf(inner)
}

const objects = [...valuesOf(document)].filter(
  (value): value is Record<string, unknown> => typeof value === 'object' && value !== null,
)

describe('the document of the API', () => {
  it('has every route, and no other', () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(described.toSorted()).toEqual(ROUTES.map(({ method, path }) => `${method} /${path}`).toSorted())
    expect(described.length).toBeGreaterThan(30)
  })

  it('is what the console serves, to anyone', async () => {
    const { send } = await createTestConsole()
    expect((await send('openapi.json')).json).toEqual(document)
  })

  it('has every shape, refers to none that it has not, and says nothing of where it was made', () => {
    const shapes = Object.keys(document.components.schemas)
    expect(shapes.toSorted()).toEqual(Object.keys(SCHEMAS).toSorted())
    const references = objects.flatMap((value) => ('$ref' in value ? [String(value['$ref'])] : []))
    const known = new Set(shapes.map((name) => `#/components/schemas/${name}`))
    expect(references.length).toBeGreaterThan(100)
    expect(references.filter((reference) => !known.has(reference))).toEqual([])
    expect(objects.filter((value) => '$id' in value || '$schema' in value)).toEqual([])
  })

  it('names each operation once, in words that generators take', () => {
    const ids = objects.flatMap(({ operationId }) => (typeof operationId === 'string' ? [operationId] : []))
    expect(new Set(ids).size).toBe(ROUTES.length)
    expect(ids.filter((id) => !/^[a-z][a-z0-9_]*[a-z0-9]$/.test(id))).toEqual([])
  })

  it('describes every part of a path and every parameter', () => {
    const { parameters } = document.paths['/accounts/{account_id}/ledger'].get
    expect(parameters.map(({ name, in: place }: Record<string, string>) => [name, place])).toEqual([
      ['account_id', 'path'],
      ['after', 'query'],
      ['limit', 'query'],
      ['kind', 'query'],
    ])
    const named = objects.filter((value) => value['in'] === 'query' || value['in'] === 'path')
    expect(named.every(({ schema }) => typeof schema === 'object')).toBe(true)
  })

  it('tells what needs no session', () => {
    const open = ROUTES.filter(({ method, path }) => {
      const { security } = document.paths[`/${path}`][method.toLowerCase()]
      return Array.isArray(security) && security.length === 0
    })
    expect(open.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST session',
      'POST webhooks/{provider}',
      'GET openapi.json',
    ])
  })

  it('calls times by their format and money by whole numbers', () => {
    const { Key, PostingResult } = document.components.schemas
    expect(Key.properties.created_at).toEqual({ type: 'string', format: 'date-time' })
    expect(PostingResult.properties.balance_micro).toMatchObject({ type: 'integer', minimum: 0 })
    expect(Key.additionalProperties).toBe(false)
    expect(Key.required).not.toContain('last_used_at')
  })
})
