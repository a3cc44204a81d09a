import { assert, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { countTokens, splitTokens } from '../../../../adapters/command/simulated-vendor/tokens.js'

test('tokens joined again are the text', () => {
  assert(
    property(string({ unit: 'binary' }), (text) => {
      expect(splitTokens(text).join('')).toBe(text)
    }),
  )
})

test('a token is a word, or twelve characters of a longer one', () => {
  expect(splitTokens('Hi, there  you\n')).toEqual(['Hi,', ' there', '  you', '\n'])
  expect(splitTokens('a'.repeat(25))).toHaveLength(3)
  expect(countTokens('')).toBe(0)
})
