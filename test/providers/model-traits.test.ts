import { describe, expect, it } from 'vitest'
import { modelTraits } from '../../src/providers/model-traits.js'

describe('traits of Claude models', () => {
  it.each([
    [
      'claude-opus-5-5',
      { maxOutputTokens: 128_000, reasoningOff: false, forcedToolChoice: false, sampling: 'fixed' },
    ],
    ['claude-sonnet-5-5-20261001', { reasoningOff: false, betweenTools: true, forcedToolChoice: false }],
    ['claude-haiku-5-5', { reasoningOff: true, forcedToolChoice: true, systemMessages: true }],
    ['claude-fable-5-1', { reasoningOff: false, forcedToolChoice: false, prefill: false }],
    ['claude-fable-5', { reasoningOff: false, forcedToolChoice: true }],
    ['claude-fable-5-20260601', { forcedToolChoice: true }],
    ['claude-opus-5', { reasoning: 'adaptive', reasoningOff: true, prefill: false }],
    ['claude-opus-4-8', { reasoning: 'adaptive', sampling: 'fixed', forcedToolChoice: true }],
    ['claude-opus-4-6', { efforts: ['low', 'medium', 'high', 'max'], sampling: 'when-reasoning-off' }],
    ['claude-sonnet-4.6', { efforts: ['low', 'medium', 'high'], reasoning: 'adaptive' }],
    ['claude-opus-4-5', { efforts: ['low', 'medium', 'high'], reasoning: 'budget', maxOutputTokens: 64_000 }],
    ['claude-haiku-4-5-20251001', { reasoning: 'budget', reasoningBudget: { min: 1024, max: 63_999 } }],
    ['claude-opus-4-20250514', { maxOutputTokens: 32_000, jsonSchemaOutput: false }],
    ['claude-sonnet-4-20250514', { maxOutputTokens: 64_000 }],
    ['claude-3-5-haiku-20241022', { maxOutputTokens: 8192, reasoning: 'none' }],
    ['claude-something-9', { maxOutputTokens: 128_000, reasoning: 'adaptive', sampling: 'fixed' }],
  ])('%s', (model, traits) => {
    expect(modelTraits('anthropic', model)).toMatchObject(traits)
  })
})

describe('traits of OpenAI models', () => {
  it.each([
    [
      'gpt-5',
      { efforts: ['minimal', 'low', 'medium', 'high'], sampling: 'fixed', chatToolsWithReasoning: 'allowed' },
    ],
    ['gpt-5-mini-2025-08-07', { efforts: ['minimal', 'low', 'medium', 'high'] }],
    ['gpt-5-chat-latest', { reasoning: 'none', instructionRole: 'system', maxOutputTokens: 16_384 }],
    ['gpt-5.1', { efforts: ['none', 'low', 'medium', 'high'], sampling: 'when-reasoning-off' }],
    ['gpt-5.2-codex', { efforts: ['none', 'low', 'medium', 'high', 'xhigh'] }],
    ['gpt-5.4', { chatToolsWithReasoning: 'refused-explicit' }],
    ['gpt-5.5-2026-04-23', { chatToolsWithReasoning: 'refused-explicit', instructionRole: 'developer' }],
    ['gpt-5.6-luna', { chatToolsWithReasoning: 'refused', reasoningOff: true, cacheBreakpoints: true }],
    ['gpt-6-astra', { reasoningOff: false, sampling: 'fixed', cacheBreakpoints: true }],
    ['gpt-6.1-sol', { reasoningOff: false, sampling: 'fixed' }],
    ['gpt-6-sol', { reasoningOff: true, sampling: 'when-reasoning-off', chatToolsWithReasoning: 'allowed' }],
    ['gpt-6-luna', { cacheBreakpoints: true }],
    ['gpt-7', { cacheBreakpoints: true }],
    ['o3', { efforts: ['low', 'medium', 'high'], stop: false, maxOutputTokens: 100_000 }],
    ['gpt-4.1-nano', { maxOutputTokens: 32_768, sampling: 'free' }],
    ['gpt-4o-mini', { maxOutputTokens: 16_384, instructionRole: 'system' }],
  ])('%s', (model, traits) => {
    expect(modelTraits('openai', model)).toMatchObject(traits)
  })
})

describe('traits of Gemini models', () => {
  it.each([
    [
      'gemini-2.5-pro',
      { reasoning: 'budget', reasoningOff: false, reasoningBudget: { min: 128, max: 32_768 } },
    ],
    ['gemini-2.5-flash-lite', { reasoning: 'budget', reasoningOff: true }],
    ['gemini-3-flash-preview', { reasoning: 'level', efforts: ['minimal', 'low', 'medium', 'high'] }],
    ['gemini-3.1-pro-preview', { reasoning: 'level', efforts: ['low', 'medium', 'high'] }],
    ['gemini-3.7-flash', { efforts: ['low', 'medium', 'high'], needsThoughtSignatures: true }],
    [
      'gemini-3.5-flash',
      { efforts: ['minimal', 'low', 'medium', 'high'], mediaInToolResults: true, mediaUrls: true },
    ],
    ['gemini-flash-latest', { efforts: ['low', 'medium', 'high'] }],
    ['gemini-4-hydrogen', { efforts: ['low', 'medium', 'high', 'xhigh'] }],
    ['gemini-2.0-flash', { reasoning: 'none' }],
  ])('%s', (model, traits) => {
    expect(modelTraits('gemini', model)).toMatchObject(traits)
  })
})

describe('modelTraits', () => {
  it.each([
    ['openai', 'gpt-5.5', 'cacheBreakpoints'],
    ['openai', 'gpt-5', 'cacheBreakpoints'],
    ['gemini', 'gemini-2.5-pro', 'mediaUrls'],
  ])('does not say of %s/%s that it has %s', (provider, model, trait) => {
    expect(modelTraits(provider, model)).not.toHaveProperty(trait)
  })

  it('knows vendors whose models differ among themselves', () => {
    expect(modelTraits('x-ai', 'grok-4.20')).toEqual({ reasoning: 'none', efforts: [] })
    expect(modelTraits('moonshot', 'kimi-k2.6')).toMatchObject({ forcedToolChoice: false })
    expect(modelTraits('qwen', 'qwen3.8-max')).toEqual({ reasoningBackFlag: 'preserve_thinking' })
    expect(modelTraits('qwen', 'qwen3-max')).toEqual({})
  })

  it.each([
    ['nobody', 'claude-opus-5-5'],
    ['openai', 'my-fine-tune'],
    ['__proto__', 'x'],
  ])('takes nothing away from %s/%s, of which it knows nothing', (provider, model) => {
    expect(modelTraits(provider, model)).toEqual({})
  })
})
