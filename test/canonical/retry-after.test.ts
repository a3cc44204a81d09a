import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/canonical/json.js'
import { readRetryAfterMs } from '../../src/canonical/retry-after.js'

const retryInfo: JsonObject = { details: [{ '@type': 'RetryInfo', retryDelay: '34.4s' }] }

describe('the wait that a vendor asks for', () => {
  it.each<[string, Readonly<Record<string, string>>, JsonObject | undefined, string, number]>([
    ['retry-after-ms, the most exact', { 'retry-after-ms': '1500', 'retry-after': '9' }, undefined, '', 1500],
    ['retry-after in seconds', { 'retry-after': '7' }, retryInfo, 'try again in 1s', 7000],
    [
      'retry-after as a date, by the clock of the vendor',
      { 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT', date: 'Wed, 21 Oct 2026 07:28:00 GMT' },
      undefined,
      '',
      30_000,
    ],
    ['RetryInfo', {}, retryInfo, 'try again in 1s', 34_400],
    ['the end of a plan', {}, { resets_in_seconds: 90 }, '', 90_000],
    ['seconds', {}, undefined, 'Please try again in 1.5s.', 1500],
    ['milliseconds', {}, undefined, 'Please try again in 250ms', 250],
    ['milliseconds in words', {}, undefined, 'try again in 250 milliseconds', 250],
    ['minutes and seconds', {}, undefined, 'Please try again in 6m0.5s. Visit …', 360_500],
    ['words', {}, undefined, 'Retry after 20 seconds', 20_000],
    ['words of Google', {}, undefined, 'Please retry in 7.5s.', 7500],
    ['hours', {}, undefined, 'try again in 2 hours', 7_200_000],
  ])('is read from %s', (_name, headers, fields, message, expected) => {
    expect(readRetryAfterMs(headers, fields, message)).toBe(expected)
  })

  it.each<[string, Readonly<Record<string, string>>, JsonObject | undefined, string]>([
    ['nothing is said', {}, undefined, ''],
    ['a date has no clock beside it', { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }, undefined, ''],
    ['a header is no number', { 'retry-after': 'soon', 'retry-after-ms': '-5' }, undefined, ''],
    ['details are of another kind', {}, { details: [{ reason: 'x' }, 'y'], resets_in_seconds: -1 }, ''],
    ['the text counts tries', {}, undefined, 'Please try again in 5 attempts'],
  ])('is unknown where %s', (_name, headers, fields, message) => {
    expect(readRetryAfterMs(headers, fields, message)).toBeUndefined()
  })
})
