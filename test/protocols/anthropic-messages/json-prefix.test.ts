import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isJsonPrefix } from '../../../src/protocols/anthropic-messages/wire/json-prefix.js'

describe('the beginning of JSON', () => {
  it('is every beginning of any value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), fc.constantFrom(undefined, 1), (value, at, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(isJsonPrefix(text.slice(0, at % (text.length + 1)))).toBe(true)
      }),
    )
  })

  it.each([
    '{"a":1}x',
    '{"a" 1',
    '{,',
    '{"a":}',
    '[1,]',
    '[1 2',
    '{"a":tru ',
    '{"a":01',
    '"\\x',
    ']',
    '{"a":1]',
    '{1',
    '"\n',
  ])('is not %j', (text) => {
    expect(isJsonPrefix(text)).toBe(false)
  })
})
