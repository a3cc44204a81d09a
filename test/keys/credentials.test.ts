import { describe, expect, it } from 'vitest'
import { readCredentials } from '../../src/keys/credentials.js'

describe('readCredentials', () => {
  it.each([
    [{ authorization: 'Bearer cm-a' }],
    [{ authorization: 'bearer   cm-a  ' }],
    [{ 'x-api-key': 'cm-a' }],
    [{ 'x-api-key': ' cm-a ' }],
    [{ 'x-api-key': ['cm-a', 'cm-b'] }],
    [{ 'api-key': 'cm-a' }],
    [{ 'x-goog-api-key': 'cm-a' }],
    [{ 'x-api-key': '', authorization: 'Bearer cm-a' }],
    [{ authorization: 'Basic dXNlcjpwYXNz', 'x-api-key': 'cm-a' }],
  ])('finds the key in %j', (headers) => {
    expect(readCredentials(headers, 'bearer')).toBe('cm-a')
    expect(readCredentials(headers, 'x-api-key')).toBe('cm-a')
  })

  it('takes the preferred one of two', () => {
    const headers = { authorization: 'Bearer cm-bearer', 'x-api-key': 'cm-header', 'api-key': 'cm-other' }
    expect(readCredentials(headers, 'bearer')).toBe('cm-bearer')
    expect(readCredentials(headers, 'x-api-key')).toBe('cm-header')
  })

  it.each([
    [{}],
    [{ authorization: '' }],
    [{ authorization: 'Bearer' }],
    [{ authorization: 'Bearer  ' }],
    [{ authorization: 'cm-a' }],
    [{ authorization: 'Basic dXNlcjpwYXNz' }],
    [{ 'x-api-key': [] }],
    [{ 'x-api-key': undefined }],
  ])('finds none in %j', (headers) => {
    expect(readCredentials(headers, 'bearer')).toBeNull()
  })
})
