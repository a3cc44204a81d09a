import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { CanonicalRequest } from '../../../src/canonical/request.js'
import type { ModelTraits } from '../../../src/canonical/target.js'
import { gemini } from '../../../src/protocols/gemini/index.js'
import { context, encode, inShort, requestOf, targetOf, warningsOf } from './helpers.js'

describe('settings for Gemini', () => {
  const config = (fields: Partial<CanonicalRequest>, traits: ModelTraits = {}): unknown =>
    encode(fields, traits)['generationConfig']

  it('case 46d: maps every setting that Gemini has', () => {
    const settings = {
      maxOutputTokens: 100,
      temperature: 1.5,
      topP: 0.5,
      topK: 3,
      seed: 7,
      presencePenalty: -1,
      frequencyPenalty: 1,
    }
    expect(config({ ...settings, stop: ['a', 'b'] })).toEqual({ ...settings, stopSequences: ['a', 'b'] })
    expect(warningsOf({ ...settings, stop: ['a'] })).toEqual([])
  })

  it.each<[string, Partial<CanonicalRequest>, JsonObject, string]>([
    [
      'a limit above the model’s',
      { maxOutputTokens: 9_000 },
      { maxOutputTokens: 8_192 },
      'clamped $maxOutputTokens',
    ],
    ['a penalty of 2', { presencePenalty: 2 }, { presencePenalty: 1.99 }, 'clamped $presencePenalty'],
    ['a long seed', { seed: 2 ** 31 + 5 }, { seed: 5 }, 'clamped $seed'],
  ])('warns of %s', (_, fields, generationConfig, warning) => {
    const target = targetOf({}, { maxOutputTokens: 8_192 })
    const { value, warnings } = gemini.encodeRequest(requestOf(fields), target, context)
    expect(value['generationConfig']).toEqual(generationConfig)
    expect(warnings.map(inShort)).toEqual([warning])
  })

  it.each<[string, Partial<CanonicalRequest>]>([
    ['$stop', { stop: ['1', '2', '3', '4', '5', '6'] }],
    ['$candidateCount', { candidateCount: 2 }],
    ['$maxOutputTokens', { maxOutputTokens: 0 }],
    ['$state', { state: { previousResponseId: 'r' } }],
    ['$state', { state: { background: true } }],
  ])('refuses what it cannot do: %s', (path, fields) => {
    expect(() => encode(fields)).toThrow(`${path}: not supported by gemini/gemini-test`)
  })

  it('case 29: leaves sampling alone where the model wants it so', () => {
    expect(config({ temperature: 1, topP: 1 }, { sampling: 'fixed' })).toBeUndefined()
    expect(warningsOf({ temperature: 0.5 }, { sampling: 'fixed' })).toEqual(['dropped $temperature!'])
    expect(warningsOf({ temperature: 1 }, { sampling: 'fixed' })).toEqual(['dropped $temperature'])
    const off = { temperature: 1, reasoning: { effort: 'none' } } as const
    expect(config(off, { sampling: 'when-reasoning-off' })).toMatchObject({ temperature: 1 })
    expect(config({ stop: ['a'] }, { stop: false })).toBeUndefined()
  })

  it.each<[string, CanonicalRequest['reasoning'], ModelTraits, JsonObject | undefined, readonly string[]]>([
    ['a level', { effort: 'high' }, { reasoning: 'level' }, { thinkingLevel: 'HIGH' }, []],
    [
      'the nearest level',
      { effort: 'minimal' },
      { reasoning: 'level' },
      { thinkingLevel: 'LOW' },
      ['clamped $reasoning'],
    ],
    [
      'a level that only this model has',
      { effort: 'max' },
      { reasoning: 'level', efforts: ['low', 'xhigh'] },
      { thinkingLevel: 'XHIGH' },
      ['clamped $reasoning'],
    ],
    [
      'no level off',
      { effort: 'none' },
      { reasoning: 'level' },
      { thinkingLevel: 'LOW' },
      ['clamped $reasoning!'],
    ],
    ['a budget as a level', { budgetTokens: 600 }, { reasoning: 'level' }, { thinkingLevel: 'HIGH' }, []],
    ['thinking, as long as it likes', { enabled: true }, { reasoning: 'level' }, undefined, []],
    ['a share of the budget', { effort: 'low' }, { reasoning: 'budget' }, { thinkingBudget: 6_554 }, []],
    [
      'a share within bounds',
      { effort: 'max' },
      { reasoning: 'budget', reasoningBudget: { min: 128, max: 24_576 } },
      { thinkingBudget: 24_576 },
      [],
    ],
    [
      'a budget within bounds',
      { budgetTokens: 5 },
      { reasoning: 'budget', reasoningBudget: { min: 128, max: 24_576 } },
      { thinkingBudget: 128 },
      ['clamped $reasoning'],
    ],
    ['no budget', { effort: 'none' }, { reasoning: 'budget' }, { thinkingBudget: 0 }, []],
    [
      'the smallest budget',
      { effort: 'none' },
      { reasoning: 'budget', reasoningOff: false, reasoningBudget: { min: 128, max: 9_000 } },
      { thinkingBudget: 128 },
      ['clamped $reasoning!'],
    ],
    ['an open budget', { enabled: true }, { reasoning: 'budget' }, { thinkingBudget: -1 }, []],
    ['what was said', { effort: 'medium' }, {}, { thinkingLevel: 'MEDIUM' }, []],
    ['what was said', { budgetTokens: 77 }, {}, { thinkingBudget: 77 }, []],
    ['what was said', { enabled: true }, {}, { thinkingBudget: -1 }, []],
    ['nothing', { effort: 'high' }, { reasoning: 'none' }, undefined, ['clamped $reasoning!']],
    ['nothing', { effort: 'none' }, { reasoning: 'none' }, undefined, []],
    ['its thoughts', { show: 'summary' }, {}, { includeThoughts: true }, []],
    ['its thoughts', { show: 'raw' }, {}, { includeThoughts: true }, ['clamped $reasoning']],
    ['no thoughts', { show: 'none' }, {}, { includeThoughts: false }, []],
    ['no thoughts of what is off', { effort: 'none', show: 'summary' }, {}, { thinkingBudget: 0 }, []],
  ])('asks a model for %s: %j, %j', (_, reasoning, traits, thinkingConfig, warnings) => {
    const fields = { reasoning, maxOutputTokens: 1_000 }
    expect(config(fields, traits)).toEqual({
      maxOutputTokens: 1_000,
      ...(thinkingConfig && { thinkingConfig }),
    })
    expect(warningsOf(fields, traits)).toEqual(warnings)
  })

  it.each<[CanonicalRequest['responseFormat'], ModelTraits, unknown]>([
    [{ type: 'text' }, {}, undefined],
    [{ type: 'json' }, {}, { responseMimeType: 'application/json' }],
    [
      { type: 'json-schema', schema: { type: 'object' } },
      {},
      { responseMimeType: 'application/json', responseJsonSchema: { type: 'object' } },
    ],
    [
      { type: 'json-schema', schema: { type: 'object' } },
      { jsonSchemaOutput: false },
      { responseMimeType: 'application/json' },
    ],
  ])('asks for the format %j of a model with %j', (responseFormat, traits, generationConfig) => {
    expect(config({ responseFormat }, traits)).toEqual(generationConfig)
  })

  it('gives up JSON output where functions rule it out', () => {
    const tools = [{ type: 'function', name: 'f' }] as const
    const responseFormat = { type: 'json' } as const
    expect(warningsOf({ tools, responseFormat })).toEqual([])
    expect(warningsOf({ tools, responseFormat }, { jsonOutputWithFunctions: false })).toEqual([
      'dropped $responseFormat!',
    ])
    expect(warningsOf({ tools, responseFormat, toolChoice: { type: 'required' } })).toEqual([
      'dropped $responseFormat!',
    ])
  })

  it.each([
    ['auto', undefined, []],
    ['default', 'standard', []],
    ['fast', 'priority', []],
    ['flex', 'flex', []],
    ['scale', undefined, ['dropped $serviceTier']],
  ])('serves the tier %s as %s', (serviceTier, tier, warnings) => {
    expect(encode({ serviceTier })['serviceTier']).toBe(tier)
    expect(warningsOf({ serviceTier })).toEqual(warnings)
  })

  it('says what has no place', () => {
    const marked = {
      type: 'text',
      text: 'x',
      cache: { life: 'short' },
      path: 'messages[0].content[0]',
    } as const
    expect(
      warningsOf({
        messages: [
          { role: 'user', content: [marked], name: 'Ann', path: 'messages[0]' },
          { role: 'assistant', content: [], phase: 'commentary', path: 'messages[1]' },
        ],
        verbosity: 'low',
        endUser: 'u',
        metadata: { a: 'b' },
        cache: { key: 'k' },
        state: { store: true },
      }),
    ).toEqual([
      'dropped $state',
      'dropped messages[0].name!',
      'dropped messages[1].phase',
      'dropped $verbosity!',
      'dropped $endUser',
      'dropped $metadata',
      'dropped $session',
      'dropped messages[0].content[0].cache_control',
    ])
  })
})
