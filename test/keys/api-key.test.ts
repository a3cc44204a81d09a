import { createHmac, randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { counterexampleOf } from '../contracts/counterexample.js'
import { checkApiKeyFormat, createApiKey, hashKey, keyHint } from '../../src/keys/api-key.js'

const anyKey = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => createApiKey(() => bytes))
const visible = fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code))
/** Behind `cm-`, where a typo cannot make the key foreign. */
const position = fc.integer({ min: 3, max: 43 })

describe('createApiKey', () => {
  it('encodes 160 random bits and a checksum', () => {
    const asked: number[] = []
    const key = createApiKey((count) => {
      asked.push(count)
      return randomBytes(count)
    })
    expect(asked).toEqual([20])
    expect(key).toMatch(/^cm-gk_[0-9a-hjkmnp-tv-z]{38}$/)
  })

  it('loses no bit: every bit of the random bytes changes the key', () => {
    const keys = Array.from({ length: 160 }, (_, bit) =>
      createApiKey((count) =>
        Uint8Array.from({ length: count }, (_byte, index) => (index === bit >> 3 ? 1 << (bit & 7) : 0)),
      ),
    )
    expect(new Set(keys.map((key) => key.slice(6, 38))).size).toBe(160)
  })

  it('encodes five bits a character, from the first to the last of the alphabet', () => {
    expect(createApiKey(() => new Uint8Array(20).fill(255)).slice(6, 38)).toBe('z'.repeat(32))
    expect(createApiKey(() => new Uint8Array(20)).slice(6, 38)).toBe('0'.repeat(32))
  })
})

describe('checkApiKeyFormat', () => {
  it('recognises every generated key', () => {
    const property = fc.property(anyKey, (key) => checkApiKeyFormat(key) === 'generated')
    expect(counterexampleOf(property)).toBeNull()
  })

  it.each<[string, (key: string, index: number, character: string) => string]>([
    ['a wrong', (key, index, character) => key.slice(0, index) + character + key.slice(index + 1)],
    ['a missing', (key, index) => key.slice(0, index) + key.slice(index + 1)],
    ['an additional', (key, index, character) => key.slice(0, index) + character + key.slice(index)],
    [
      'an exchanged',
      // Across the border of prefix and body both are damaged: that one is left to the look-up.
      (key, index) =>
        index === 5
          ? key
          : key.slice(0, index) + key.charAt(index + 1) + key.charAt(index) + key.slice(index + 2),
    ],
  ])('recognises %s character', (_name, change) => {
    const property = fc.property(anyKey, position, visible, (key, index, character) => {
      const changed = change(key, index, character)
      fc.pre(changed !== key)
      return checkApiKeyFormat(changed) === 'mistyped'
    })
    expect(counterexampleOf(property)).toBeNull()
  })

  it('recognises a key that was cut, or typed in capitals', () => {
    const key = createApiKey(randomBytes)
    expect(checkApiKeyFormat(key.slice(0, 20))).toBe('mistyped')
    expect(checkApiKeyFormat(`cm-gk_${key.slice(6).toUpperCase()}`)).toBe('mistyped')
  })

  it.each([
    'cm-demo',
    'cm-1',
    'cm-test_key.with~everything!',
    `cm-${'0123456789abcdef'.repeat(4)}`,
    `cm-${'z'.repeat(38)}`,
    'cm-6f1e9a52-1d43-4c9e-8d6b-0a4f4d6d2b11',
    `cm-${'k'.repeat(253)}`,
  ])('leaves a key of another form alone: %s', (key) => {
    expect(checkApiKeyFormat(key)).toBe('custom')
  })

  it.each([
    '',
    'cm-',
    'sk-abc',
    'CM-demo',
    ' cm-demo',
    'cm-with space',
    'cm-ключ',
    'cm-line\n',
    `cm-${'k'.repeat(254)}`,
  ])('knows that %j is no key of a gateway', (key) => {
    expect(checkApiKeyFormat(key)).toBe('foreign')
  })
})

describe('hashKey', () => {
  it('is HMAC-SHA256 in hexadecimal', () => {
    const expected = createHmac('sha256', 'geheim ü').update('cm-demo').digest('hex')
    expect(hashKey('cm-demo', 'geheim ü')).toBe(expected)
  })
})

describe('keyHint', () => {
  it('shows four characters of a generated key and never more than a third of another', () => {
    expect(keyHint(createApiKey(() => new Uint8Array(20).fill(255)))).toBe('cm-gk_zzzz…')
    expect(keyHint(`cm-${'k'.repeat(60)}`)).toBe('cm-kkkk…')
    expect(keyHint('cm-test-key')).toBe('cm-…')
  })
})
