import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.js'
import { createRequestChecks, isGiven } from '../../src/protocols/request-checks.js'

const checks = createRequestChecks()

function refusal(check: () => unknown): unknown {
  try {
    return check()
  } catch (error) {
    return GatewayError.isInstance(error) ? [error.code, error.param, error.message] : error
  }
}

describe('checks of the fields that the gateway reads', () => {
  it('read what is right', () => {
    const body = { model: 'm', stream: true, n: 2, max: 0, nothing: null }
    expect(checks.model(body)).toBe('m')
    expect([checks.flag(body, 'stream'), checks.flag(body, 'nothing'), checks.flag(body, 'absent')]).toEqual([
      true,
      false,
      false,
    ])
    expect([checks.count(body, 'n', 1), checks.count(body, 'max'), checks.count(body, 'nothing')]).toEqual([
      2,
      0,
      undefined,
    ])
  })

  it.each<[string, () => unknown, readonly [string, string, string]]>([
    [
      'an absent model',
      () => checks.model({}),
      ['missing_required_parameter', 'model', "Missing required parameter: 'model'."],
    ],
    [
      'an empty model',
      () => checks.model({ model: '' }),
      ['invalid_value', 'model', "Invalid value for 'model': expected a non-empty string."],
    ],
    [
      'a flag that is a text',
      () => checks.flag({ stream: 'yes' }, 'stream'),
      ['invalid_value', 'stream', "Invalid value for 'stream': expected a boolean."],
    ],
    [
      'a fraction for a count',
      () => checks.count({ n: 1.5 }, 'n', 1),
      ['invalid_value', 'n', "Invalid value for 'n': expected an integer of at least 1."],
    ],
    [
      'too small a count',
      () => checks.count({ n: 0 }, 'n', 1),
      ['invalid_value', 'n', "Invalid value for 'n': expected an integer of at least 1."],
    ],
  ])('refuse %s', (_name, check, expected) => {
    expect(refusal(check)).toEqual(expected)
  })

  it("speak a protocol's own words", () => {
    const own = createRequestChecks({ missing: (param) => `${param}?`, invalid: (param) => `${param}!` })
    expect([own.missing('a').message, own.invalid('b', 'c', 'invalid_messages').message]).toEqual([
      'a?',
      'b!',
    ])
  })

  it('take null for nothing said', () => {
    expect([isGiven(null), isGiven(undefined), isGiven(0), isGiven('')]).toEqual([false, false, true, true])
  })
})
