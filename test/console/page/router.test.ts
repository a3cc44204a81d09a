import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatHash, parseHash, toView, withParams } from '../../../src/console/page/router.js'

describe('the address', () => {
  it.each([
    ['', { view: 'overview', params: {} }],
    ['#', { view: 'overview', params: {} }],
    ['#/keys', { view: 'keys', params: {} }],
    ['#/usage?model=a%2Fb&status=failed', { view: 'usage', params: { model: 'a/b', status: 'failed' } }],
    ['#/../../etc?x=1', { view: 'overview', params: { x: '1' } }],
    ['#/<img>', { view: 'overview', params: {} }],
    ['#/keys?create=', { view: 'keys', params: {} }],
  ])('%j leads to a view', (hash, route) => {
    expect(parseHash(hash)).toEqual(route)
  })

  it('is the same for the same route, whatever the order of its parameters', () => {
    expect(formatHash({ view: 'usage', params: { b: '2', a: '1' } })).toBe('#/usage?a=1&b=2')
    expect(formatHash({ view: 'keys', params: {} })).toBe('#/keys')
  })

  it('gives back every parameter that was put into it', () => {
    const names = fc.string({ minLength: 1 }).filter((name) => name !== '__proto__')
    const params = fc.dictionary(names, fc.string({ minLength: 1, unit: 'grapheme' }), {
      noNullPrototype: true,
    })
    fc.assert(
      fc.property(params, (values) => {
        expect(parseHash(formatHash({ view: 'usage', params: values }))).toEqual({
          view: 'usage',
          params: values,
        })
      }),
    )
  })

  it('loses a parameter that is taken away or empty', () => {
    const route = { view: 'usage', params: { account: 'acme', after: 'x', model: 'm' } }
    expect(withParams(route, { after: null, model: '', status: 'failed' })).toEqual({
      view: 'usage',
      params: { account: 'acme', status: 'failed' },
    })
  })

  it('takes the account along to another view, but no filters', () => {
    const route = { view: 'usage', params: { account: 'acme', status: 'failed' } }
    expect(toView(route, 'keys', { create: '1' })).toEqual({
      view: 'keys',
      params: { account: 'acme', create: '1' },
    })
    expect(toView({ view: 'usage', params: {} }, 'keys')).toEqual({ view: 'keys', params: {} })
  })
})
