import { describe, expect, it } from 'vitest'
import { normalizeModelId, parseModelId, withoutContextSuffix } from '../../src/models/model-id.js'

describe('parseModelId', () => {
  it.each([
    ['openai/gpt-5.5', { vendor: 'openai', model: 'gpt-5.5' }],
    ['openrouter/qwen/qwen3.7-max:free', { vendor: 'openrouter', model: 'qwen/qwen3.7-max:free' }],
    ['gpt-5.5', null],
    ['/gpt-5.5', null],
    ['openai/', null],
    ['', null],
  ])('takes %j apart into %j', (id, expected) => {
    expect(parseModelId(id)).toEqual(expected)
  })
})

describe('normalizeModelId', () => {
  it.each([
    ['anthropic/claude-sonnet-4.6', 'anthropic/claude-sonnet-4-6'],
    ['anthropic/claude-opus-5-5[1m]', 'anthropic/claude-opus-5-5'],
    ['minimax/MiniMax-M2.5', 'minimax/minimax-m2-5'],
    ['v/1.2.3', 'v/1-2-3'],
  ])('makes %j and %j equal', (one, other) => {
    expect(normalizeModelId(one)).toBe(normalizeModelId(other))
  })

  it.each([
    ['openai/gpt-4.1', 'openai/gpt-41'],
    ['v/model.x', 'v/model-x'],
    ['v/a[b]', 'v/a'],
  ])('keeps %j and %j apart', (one, other) => {
    expect(normalizeModelId(one)).not.toBe(normalizeModelId(other))
  })
})

describe('withoutContextSuffix', () => {
  it('takes off the sign for a long context and nothing else', () => {
    expect(withoutContextSuffix('claude-opus-5-5[1m]')).toBe('claude-opus-5-5')
    expect(withoutContextSuffix('weights[q4]')).toBe('weights[q4]')
  })
})
