import { describe, expect, it } from 'vitest'
import { isVague, kindOfCode, kindOfStatus } from '../../src/canonical/error-codes.js'

describe('what a status means', () => {
  it.each([
    [400, 'bad-request'],
    [401, 'authentication'],
    [402, 'billing'],
    [403, 'permission'],
    [404, 'not-found'],
    [408, 'timeout'],
    [409, 'bad-request'],
    [413, 'too-large'],
    [422, 'unprocessable'],
    [429, 'rate-limit'],
    [500, 'server'],
    [502, 'server'],
    [503, 'overloaded'],
    [504, 'timeout'],
    [524, 'timeout'],
    [529, 'overloaded'],
  ])('%i is %s', (status, kind) => {
    expect(kindOfStatus(status)).toBe(kind)
  })

  it.each([0, 200, 304])('%i is no error', (status) => {
    expect(kindOfStatus(status)).toBeUndefined()
  })
})

describe('what a code means', () => {
  it.each([
    ['insufficient_quota', 'billing'],
    ['overloaded_error', 'overloaded'],
    ['RESOURCE_EXHAUSTED', 'rate-limit'],
    ['context_length_exceeded', 'context-overflow'],
  ])('%s is %s', (code, kind) => {
    expect(kindOfCode(code)).toBe(kind)
  })

  it.each(['constructor', 'toString', 'unheard_of', undefined])('knows no %s', (code) => {
    expect(kindOfCode(code)).toBeUndefined()
  })

  it('a code that only tells whose fault it is leaves the word to the status', () => {
    expect([isVague(kindOfCode('invalid_request_error')), isVague(kindOfCode('slow_down'))]).toEqual([
      true,
      false,
    ])
  })
})
