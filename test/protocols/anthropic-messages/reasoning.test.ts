import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { CanonicalRequest, Message, ReasoningRequest } from '../../../src/canonical/request.js'
import type { ModelTraits } from '../../../src/canonical/target.js'
import { bodyOf, decode, encode, requestOf, targetOf } from './support.js'

const ADAPTIVE: ModelTraits = { reasoning: 'adaptive', sampling: 'fixed' }
const BUDGET: ModelTraits = {
  reasoning: 'budget',
  sampling: 'when-reasoning-off',
  reasoningBudget: { min: 1024, max: 63_999 },
}

/** Blocks whose signature does not fit the conversation are left out by the vendor, from the first turn on. */
const THINKING = { type: 'adaptive', block_binding: { prefix_mismatch_behavior: 'drop_block' } }

function thinkingOf(
  reasoning: ReasoningRequest,
  traits: ModelTraits,
  rest: Partial<CanonicalRequest> = {},
): { readonly said: JsonObject; readonly warnings: readonly string[] } {
  const request = requestOf({ reasoning, maxOutputTokens: 4000, ...rest })
  const { body, warnings } = encode(request, targetOf(traits, { maxOutputTokens: 64_000 }))
  const { thinking, output_config: config, max_tokens: maxTokens } = body
  return {
    said: {
      ...(thinking === undefined ? {} : { thinking }),
      ...(config === undefined ? {} : { config }),
      maxTokens,
    },
    warnings,
  }
}

describe('by effort', () => {
  test.each<[ReasoningRequest, ModelTraits, JsonObject, readonly string[]]>([
    [{ effort: 'high' }, ADAPTIVE, { thinking: THINKING, config: { effort: 'high' } }, []],
    [
      { effort: 'minimal' },
      ADAPTIVE,
      { thinking: THINKING, config: { effort: 'low' } },
      ['clamped $reasoning'],
    ],
    [
      { effort: 'xhigh', show: 'summary' },
      { ...ADAPTIVE, efforts: ['low', 'medium', 'high'] },
      { thinking: { ...THINKING, display: 'summarized' }, config: { effort: 'high' } },
      ['clamped $reasoning'],
    ],
    [{ enabled: true, show: 'none' }, ADAPTIVE, { thinking: { ...THINKING, display: 'omitted' } }, []],
    [{ show: 'none' }, ADAPTIVE, {}, []],
    [{ effort: 'none' }, ADAPTIVE, { thinking: { type: 'disabled' } }, []],
    [
      { effort: 'none' },
      { ...ADAPTIVE, reasoningOff: false },
      { config: { effort: 'low' } },
      ['clamped $reasoning'],
    ],
    [
      { effort: 'none' },
      { ...ADAPTIVE, reasoningOff: false, betweenTools: true },
      { thinking: { type: 'between_tools' } },
      [],
    ],
    [{ effort: 'high' }, { reasoning: 'none' }, {}, ['dropped $reasoning !']],
    [{ effort: 'none' }, { reasoning: 'none' }, {}, []],
    [{ effort: 'low' }, {}, { thinking: THINKING, config: { effort: 'low' } }, []],
  ])('%j', (reasoning, traits, said, warnings) => {
    expect(thinkingOf(reasoning, traits)).toEqual({ said: { maxTokens: 4000, ...said }, warnings })
  })
})

describe('by budget', () => {
  const enabled = (budget: number): JsonObject => ({ thinking: { type: 'enabled', budget_tokens: budget } })

  test.each<[ReasoningRequest, Partial<CanonicalRequest>, JsonObject, readonly string[]]>([
    [{ effort: 'medium' }, {}, { ...enabled(1200), maxTokens: 4000 }, []],
    [{ effort: 'minimal' }, {}, { ...enabled(1024), maxTokens: 4000 }, []],
    [{ effort: 'max' }, {}, { ...enabled(3800), maxTokens: 4000 }, []],
    [{ enabled: true }, {}, { ...enabled(1200), maxTokens: 4000 }, []],
    [
      { effort: 'high' },
      { maxOutputTokens: undefined, stream: true },
      { ...enabled(38_400), maxTokens: 64_000 },
      [],
    ],
    [{ effort: 'high' }, { maxOutputTokens: undefined }, { ...enabled(12_799), maxTokens: 21_333 }, []],
    [{ effort: 'high', budgetTokens: 2000 }, {}, { ...enabled(2000), maxTokens: 4000 }, []],
    [{ budgetTokens: 100 }, {}, { ...enabled(1024), maxTokens: 4000 }, ['clamped $reasoning']],
    [{ budgetTokens: 6000 }, {}, { ...enabled(3800), maxTokens: 4000 }, ['clamped $reasoning']],
    [{ budgetTokens: 6000 }, { maxOutputTokens: 1000 }, { maxTokens: 1000 }, ['dropped $reasoning !']],
    [{ show: 'summary' }, {}, { maxTokens: 4000 }, []],
    [{ effort: 'none' }, {}, { thinking: { type: 'disabled' }, maxTokens: 4000 }, []],
  ])('%j', (reasoning, rest, said, warnings) => {
    expect(thinkingOf(reasoning, BUDGET, rest)).toEqual({ said, warnings })
  })

  test('an effort goes beside the budget where the model takes both', () => {
    const { said } = thinkingOf({ effort: 'high' }, { ...BUDGET, efforts: ['low', 'medium', 'high'] })
    expect(said).toMatchObject({ thinking: { type: 'enabled' }, config: { effort: 'high' } })
  })

  test('is left out where the output limit has no room for it', () => {
    const request = requestOf({ reasoning: { effort: 'high' }, maxOutputTokens: 900 })
    const { body, warnings } = encode(request, targetOf(BUDGET, { maxOutputTokens: 1000 }))
    expect([body.thinking, body.max_tokens, warnings]).toEqual([undefined, 900, ['dropped $reasoning !']])
  })
})

describe('what does not go together', () => {
  const tools = [{ type: 'function', name: 'f' }] as const

  test('case 29: temperature is left out beside reasoning', () => {
    const { body, warnings } = encode(
      requestOf({ reasoning: { effort: 'high' }, temperature: 0.2 }),
      targetOf({ reasoning: 'adaptive', sampling: 'when-reasoning-off' }),
    )
    expect([body.temperature, warnings]).toEqual([undefined, ['dropped $temperature !']])
  })

  test('older models do not reason beside a forced call', () => {
    const request = requestOf({ reasoning: { effort: 'high' }, tools, toolChoice: { type: 'required' } })
    const { body, warnings } = encode(request, targetOf(BUDGET))
    expect([body.thinking, body.tool_choice, warnings]).toEqual([
      undefined,
      { type: 'any' },
      ['dropped $reasoning !'],
    ])
  })

  test('newer models do', () => {
    const request = requestOf({ reasoning: { effort: 'high' }, tools, toolChoice: { type: 'required' } })
    expect(encode(request, targetOf(ADAPTIVE)).body.thinking).toEqual(THINKING)
  })

  const step = (first: readonly Message[]): readonly Message[] => [
    { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
    ...first,
    { role: 'user', content: [{ type: 'tool-result', toolCallId: 't', kind: 'function', content: [] }] },
  ]
  const call = { type: 'tool-call', id: 't', name: 'f', kind: 'function', input: '' } as const
  const state = { family: 'anthropic', kind: 'signature', data: 'sig' } as const

  test('a model with a budget does not reason in a step that began without', () => {
    const request = requestOf({
      messages: step([{ role: 'assistant', content: [call] }]),
      reasoning: { effort: 'high' },
    })
    expect(encode(request, targetOf(BUDGET)).warnings).toEqual(['dropped $reasoning !'])
    expect(encode(request, targetOf(ADAPTIVE)).warnings).toEqual([])
  })

  test('case 13: signed thinking goes back as it came, and blocks that do not fit are left out by the vendor', () => {
    const request = requestOf({
      messages: step([{ role: 'assistant', content: [{ type: 'reasoning', text: ' hm\n', state }, call] }]),
      reasoning: { effort: 'high' },
    })
    const { body, warnings } = encode(request, targetOf(ADAPTIVE))
    expect(warnings).toEqual([])
    expect(body.thinking).toEqual(THINKING)
    expect(body.messages).toMatchObject([
      {},
      { content: [{ type: 'thinking', thinking: ' hm\n', signature: 'sig' }, { type: 'tool_use' }] },
      {},
    ])
  })
})

describe('reasoning of a client of the same protocol', () => {
  test.each<JsonObject>([
    { thinking: { type: 'enabled', budget_tokens: 2000, display: 'omitted' } },
    { thinking: { type: 'adaptive', display: 'updates' }, output_config: { effort: 'high' } },
    { thinking: { type: 'adaptive', block_binding: { prefix_mismatch_behavior: 'error' } } },
    { thinking: { type: 'disabled' }, output_config: { effort: 'high' } },
    { thinking: { type: 'between_tools' } },
    { thinking: { type: 'enabled', budget_tokens: 2000 }, output_config: { effort: 'low' } },
    { output_config: { effort: 'high' } },
    { output_config: { effort: 'high', task_budget: { type: 'tokens', total: 5 } } },
  ])('%j comes back when nothing is known of the model', (fields) => {
    const body = bodyOf({ max_tokens: 4000, ...fields })
    const { thinking, output_config: config, max_tokens: maxTokens } = encode(decode(body).request).body
    expect({ thinking, config, maxTokens }).toEqual({
      thinking: fields.thinking,
      config: fields.output_config,
      maxTokens: 4000,
    })
  })

  test.each<[JsonObject, ModelTraits, JsonObject]>([
    [
      { type: 'enabled', budget_tokens: 2000 },
      ADAPTIVE,
      { thinking: { type: 'adaptive' }, config: { effort: 'high' } },
    ],
    [{ type: 'disabled' }, { ...ADAPTIVE, betweenTools: true }, { thinking: { type: 'between_tools' } }],
    [{ type: 'between_tools' }, { ...ADAPTIVE, betweenTools: false }, { thinking: { type: 'disabled' } }],
  ])('%j is said in the way that the model understands', (thinking, traits, expected) => {
    const { request } = decode(bodyOf({ max_tokens: 4000, thinking }))
    const { body } = encode(request, targetOf(traits))
    expect({ thinking: body.thinking, config: body.output_config }).toEqual({
      config: undefined,
      ...expected,
    })
  })
})
