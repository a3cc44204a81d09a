import { describe, expect, it } from 'vitest'
import { callerOf } from '../../src/console/session/client-address.js'

describe('the caller of an address', () => {
  it.each([
    ['192.0.2.1', '::ffff:192.0.2.1'],
    ['192.0.2.1', '::FFFF:192.0.2.1'],
    ['2001:db8::1', '2001:db8::2'],
    ['2001:db8::1', '2001:DB8:0:0:ffff:ffff:ffff:ffff'],
    ['2001:db8::1', '2001:0db8:0000:0000:0:0:0:7'],
    ['1::2:3:4:5:6:7', '1:0:2:3:8::'],
    ['::1', '::2'],
    ['fe80::1%eth0', 'fe80::2'],
  ])('is the same for %s and %s', (one, other) => {
    expect(callerOf(one)).not.toBeNull()
    expect(callerOf(one)).toBe(callerOf(other))
  })

  it.each([
    ['192.0.2.1', '192.0.2.11'],
    ['2001:db8::1', '2001:db8:0:1::1'],
    ['2001:db8::1', '2001:db9::1'],
    ['1::2:3:4:5:6:7', '1::2:3'],
    ['unix', 'pipe'],
  ])('differs for %s and %s', (one, other) => {
    expect(callerOf(one)).not.toBe(callerOf(other))
  })

  it.each([undefined, null, '', 42, {}, 'x'.repeat(65)])(
    'is nobody for what is no address: %s',
    (address) => {
      expect(callerOf(address)).toBeNull()
    },
  )

  it.each([':', '::', ':::', 'a:b::c::d', '::::::::::', 'é:ü'])('is somebody for garbage: %s', (address) => {
    expect(callerOf(address)).toEqual(expect.any(String))
  })
})
