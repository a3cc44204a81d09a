import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { CanonicalRequest } from '../../../src/canonical/request.js'
import type { ModelTraits } from '../../../src/canonical/target.js'
import { encode, warningsOf } from './helpers.js'

describe('tools for Gemini', () => {
  const f = {
    type: 'function',
    name: 'f',
    description: 'does',
    parameters: { type: 'object' },
    path: 'tools[0]',
  } as const
  const g = { type: 'function', name: 'g' } as const
  const search = {
    type: 'hosted',
    kind: 'web-search',
    protocol: 'openai-responses',
    value: {},
    path: 'tools[1]',
  } as const
  const choose = (fields: Partial<CanonicalRequest>, traits?: ModelTraits): unknown =>
    encode(fields, traits)['toolConfig']

  it('declares functions', () => {
    expect(encode({ tools: [f, g] })).toMatchObject({
      tools: [
        {
          functionDeclarations: [
            { name: 'f', description: 'does', parametersJsonSchema: { type: 'object' } },
            { name: 'g' },
          ],
        },
      ],
    })
    expect(choose({ tools: [f, g] })).toBeUndefined()
  })

  it.each<[string, CanonicalRequest['toolChoice'], JsonObject]>([
    ['auto', { type: 'auto' }, { mode: 'AUTO' }],
    ['none', { type: 'none' }, { mode: 'NONE' }],
    ['required', { type: 'required' }, { mode: 'ANY' }],
    ['one', { type: 'tool', tool: { name: 'f' } }, { mode: 'ANY', allowedFunctionNames: ['f'] }],
    [
      'some',
      { type: 'allowed', mode: 'auto', tools: [{ name: 'f' }, { name: 'g' }] },
      { mode: 'VALIDATED', allowedFunctionNames: ['f', 'g'] },
    ],
    [
      'one of some',
      { type: 'allowed', mode: 'required', tools: [{ name: 'g' }] },
      { mode: 'ANY', allowedFunctionNames: ['g'] },
    ],
  ])('chooses %s', (_, toolChoice, functionCallingConfig) => {
    expect(choose({ tools: [f, g], toolChoice })).toEqual({ functionCallingConfig })
  })

  it('validates arguments when a tool is strict', () => {
    expect(choose({ tools: [{ ...f, strict: true }] })).toEqual({
      functionCallingConfig: { mode: 'VALIDATED' },
    })
  })

  it('case 26: maps hosted tools, with functions only where the model takes both', () => {
    expect(encode({ tools: [search] })).toMatchObject({ tools: [{ googleSearch: {} }] })
    expect(warningsOf({ tools: [search] })).toEqual(['emulated tools[1]'])
    expect(encode({ tools: [f, search] }, { hostedToolsWithFunctions: true })).toMatchObject({
      tools: [{ functionDeclarations: [{ name: 'f' }] }, { googleSearch: {} }],
      toolConfig: { functionCallingConfig: { mode: 'VALIDATED' }, includeServerSideToolInvocations: true },
    })
    expect(encode({ tools: [f, search] })['tools']).toHaveLength(1)
    expect(warningsOf({ tools: [f, search] })).toEqual(['dropped tools[1]!'])
    expect(() => encode({ tools: [{ ...search, kind: 'other' }] })).toThrow('tools[1]: not supported')
  })

  it('leaves hosted tools out when no tool may be called', () => {
    expect(encode({ tools: [search], toolChoice: { type: 'none' } })['tools']).toBeUndefined()
  })

  it('case 25: says that calls cannot be held to one at a time', () => {
    expect(warningsOf({ tools: [f], parallelToolCalls: false })).toEqual(['dropped $parallelToolCalls!'])
    expect(warningsOf({ tools: [f], parallelToolCalls: true })).toEqual([])
    expect(warningsOf({ parallelToolCalls: false })).toEqual([])
  })

  it('says what else is lost', () => {
    const provider = { type: 'provider', protocol: 'openai-responses', value: {} } as const
    expect(warningsOf({ tools: [f], toolChoice: provider })).toEqual(['dropped $toolChoice!'])
    expect(warningsOf({ toolChoice: { type: 'required' } })).toEqual(['dropped $toolChoice!'])
    expect(warningsOf({ tools: [{ ...f, deferred: true }] })).toEqual(['emulated tools[0]'])
  })
})
