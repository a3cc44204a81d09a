import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, describe, expect, it } from 'vitest'
import { assertBuilt } from '../examples/run-example.js'
import { createTestConsole } from './support.js'

const require = createRequire(import.meta.url)

/** The file as a user of the package finds it. */
const readDocument = (): Record<string, unknown> =>
  JSON.parse(readFileSync(require.resolve('crossmodel-gateway/console/openapi.json'), 'utf8')) as Record<
    string,
    unknown
  >

describe('the OpenAPI file of the package', () => {
  beforeAll(assertBuilt)

  it('is what the console serves', async () => {
    const { send } = await createTestConsole()
    expect(readDocument()).toEqual((await send('openapi.json')).json)
  })

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator()
    const { valid, errors } = await validator.validate(readDocument())
    expect([valid, errors ?? []]).toEqual([true, []])
    expect(validator.version).toBe('3.1')
  })

  it('would not be with a route that says nothing of its answers', async () => {
    const document = readDocument()
    const { get } = (document['paths'] as Record<string, { get: object }>)['/models'] ?? {}
    Object.assign(get ?? expect.fail('there is no such route'), { responses: {} })
    expect((await new Validator().validate(document)).valid).toBe(false)
  })
})
