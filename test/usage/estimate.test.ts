import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { counterexampleOf } from '../contracts/counterexample.js'
import { createTokenCounter, estimateTokens } from '../../src/usage/estimate.js'
import { SAMPLES } from './estimate-samples.js'

/** Cuts a text into pieces of the given lengths, over and over. */
function cut(text: string, lengths: readonly number[]): string[] {
  const pieces: string[] = []
  for (let start = 0, index = 0; start < text.length; index += 1) {
    const length = lengths[index % lengths.length] ?? 1
    pieces.push(text.slice(start, start + length))
    start += length
  }
  return pieces
}

describe('estimateTokens', () => {
  it.each(SAMPLES)('is within 15 % of a real tokenizer on $name', ({ text, tokens }) => {
    expect(estimateTokens(text) / tokens).toBeGreaterThan(0.85)
    expect(estimateTokens(text) / tokens).toBeLessThan(1.15)
  })

  it('is nothing for an empty text and at least one token for any letter', () => {
    expect(estimateTokens('')).toBe(0)
    expect(estimateTokens('a')).toBe(1)
    expect(estimateTokens('é')).toBe(2)
  })

  it('takes a ruler and an indentation for what they are', () => {
    expect(estimateTokens('-'.repeat(80))).toBeLessThan(8)
    expect(estimateTokens(' '.repeat(80))).toBeLessThan(8)
  })

  it('does not take encoded bytes for words', () => {
    const base64 = SAMPLES.find(({ name }) => name === 'base64')?.text ?? ''
    expect(estimateTokens(base64) / base64.length).toBeGreaterThan(0.6)
  })

  it('counts lone surrogates, control characters and rare scripts without failing', () => {
    expect(
      counterexampleOf(
        fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
          const tokens = estimateTokens(text)
          return Number.isSafeInteger(tokens) && tokens <= 3 * text.length
        }),
      ),
    ).toBeNull()
  })
})

describe('createTokenCounter', () => {
  it('gives the same however a text is cut', () => {
    const texts = fc.constantFrom(...SAMPLES.map(({ text }) => text))
    const lengths = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 })
    expect(
      counterexampleOf(
        fc.property(texts, lengths, (text, pieceLengths) => {
          const counter = createTokenCounter()
          for (const piece of cut(text, pieceLengths)) counter.add(piece)
          return counter.tokens() === estimateTokens(text)
        }),
      ),
    ).toBeNull()
  })

  it('never counts down', () => {
    const counter = createTokenCounter()
    let before = 0
    for (const character of SAMPLES.map(({ text }) => text).join('\n')) {
      counter.add(character)
      expect(counter.tokens()).toBeGreaterThanOrEqual(before)
      before = counter.tokens()
    }
  })
})
