import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../../../src/canonical/json.js'
import { decodeError } from '../../../src/protocols/gemini/error.js'

const google = (
  code: number,
  status: string,
  message: string,
  details: readonly JsonValue[] = [],
): JsonValue => ({
  error: { code, message, status, details },
})
const retryInfo = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.4s' }
const badKey = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }

describe('errors of Gemini', () => {
  it.each([
    [400, 'INVALID_ARGUMENT', 'bad-request'],
    [401, 'UNAUTHENTICATED', 'authentication'],
    [402, 'FAILED_PRECONDITION', 'billing'],
    [403, 'PERMISSION_DENIED', 'permission'],
    [404, 'NOT_FOUND', 'not-found'],
    [409, 'ABORTED', 'bad-request'],
    [413, 'INVALID_ARGUMENT', 'too-large'],
    [422, 'INVALID_ARGUMENT', 'unprocessable'],
    [429, 'RESOURCE_EXHAUSTED', 'rate-limit'],
    [499, 'CANCELLED', 'timeout'],
    [500, 'INTERNAL', 'server'],
    [501, 'UNIMPLEMENTED', 'server'],
    [503, 'UNAVAILABLE', 'overloaded'],
    [504, 'DEADLINE_EXCEEDED', 'timeout'],
    [529, 'UNAVAILABLE', 'overloaded'],
  ])('reads %i %s as %s', (status, word, kind) => {
    expect(decodeError(status, {}, google(status, word, 'why'))).toEqual({
      kind,
      message: 'why',
      status,
      code: word,
    })
  })

  it('knows a refused key by its details', () => {
    const body = google(400, 'INVALID_ARGUMENT', 'Something about the key', [badKey])
    expect(decodeError(400, {}, body)).toMatchObject({ kind: 'authentication', code: 'API_KEY_INVALID' })
  })

  it.each([
    ['API key not valid. Please pass a valid API key.', 'authentication'],
    ['API key expired. Please renew the API key.', 'authentication'],
    ['This API method requires billing to be enabled.', 'billing'],
    ['Your prepayment credits are depleted.', 'billing'],
  ])('reads "%s" as %s', (message, kind) => {
    expect(decodeError(400, {}, google(400, 'FAILED_PRECONDITION', message)).kind).toBe(kind)
  })

  it.each([
    'The input token count (1048) exceeds the maximum number of tokens allowed (1000).',
    'The input token count is 1048 but model only supports up to 1000',
    "This model's maximum context length is 1000 tokens, however you requested 1048 tokens",
    'prompt is too long: 1048 tokens > 1000 maximum',
  ])('reads both numbers of an overflow: %s', (message) => {
    expect(decodeError(400, {}, google(400, 'INVALID_ARGUMENT', message))).toMatchObject({
      kind: 'context-overflow',
      tokens: { actual: 1048, limit: 1000 },
    })
  })

  it.each<[string, Readonly<Record<string, string>>, JsonValue, number]>([
    ['RetryInfo', {}, google(429, 'RESOURCE_EXHAUSTED', 'x', [retryInfo]), 34_400],
    ['the text', {}, google(429, 'RESOURCE_EXHAUSTED', 'Please retry in 7.5s.'), 7_500],
    ['the text, in milliseconds', {}, google(429, 'RESOURCE_EXHAUSTED', 'try again in 250ms'), 250],
    ['retry-after', { 'retry-after': '3' }, google(429, 'RESOURCE_EXHAUSTED', 'x'), 3_000],
    ['retry-after-ms', { 'retry-after-ms': '40', 'retry-after': '3' }, null, 40],
  ])('finds the time to wait in %s', (_, headers, body, retryAfterMs) => {
    expect(decodeError(429, headers, body).retryAfterMs).toBe(retryAfterMs)
  })

  it.each(['QuotaFailure', 'RetryInfo'])('tells a limit of rate from an empty account by %s', (type) => {
    const text = 'You exceeded your current quota, please check your plan.'
    const detail = { '@type': `type.googleapis.com/google.rpc.${type}` }
    expect(decodeError(429, {}, google(429, 'RESOURCE_EXHAUSTED', text, [detail])).kind).toBe('rate-limit')
    expect(decodeError(429, {}, google(429, 'RESOURCE_EXHAUSTED', text)).kind).toBe('billing')
  })

  it('names the field at fault', () => {
    const detail = {
      '@type': 'type.googleapis.com/google.rpc.BadRequest',
      fieldViolations: [{ field: 'contents[0]', description: 'no' }],
    }
    expect(decodeError(400, {}, google(400, 'INVALID_ARGUMENT', 'x', [detail])).param).toBe('contents[0]')
  })

  it('reads an error in a list, as streams without SSE have it', () => {
    expect(decodeError(429, {}, [google(429, 'RESOURCE_EXHAUSTED', 'slow')])).toMatchObject({
      kind: 'rate-limit',
      message: 'slow',
    })
  })

  it('takes the status of an error event from its code', () => {
    const error = decodeError(200, {}, google(503, 'UNAVAILABLE', 'busy'))
    expect(error).toEqual({ kind: 'overloaded', message: 'busy', code: 'UNAVAILABLE' })
  })

  it.each<[number, JsonValue, string, string]>([
    [
      502,
      '<html><h1>502</h1></html>',
      'server',
      'The upstream answered with status 502 and no readable error.',
    ],
    [503, '', 'overloaded', 'The upstream answered with status 503 and no readable error.'],
    [429, 'slow down', 'rate-limit', 'slow down'],
    [400, { message: 'flat' }, 'bad-request', 'flat'],
    [500, { error: 'words' }, 'server', 'words'],
    [200, null, 'garbage', 'The upstream answered with something that is no response.'],
  ])('makes the best of %i %j', (status, body, kind, message) => {
    expect(decodeError(status, {}, body)).toMatchObject({ kind, message })
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 599 }), fc.jsonValue(), (status, body) => {
        expect(decodeError(status, {}, body as JsonValue).message).not.toBe('')
        expect(decodeError(status, {}, { error: body as JsonValue }).message).not.toBe('')
      }),
    )
  })
})
