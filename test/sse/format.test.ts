import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatSseComment, formatSseData, formatSseEvent } from '../../src/sse/format.js'
import { parseSse } from '../../src/sse/parse.js'

describe('formatting events', () => {
  it('writes a named event', () => {
    expect(formatSseEvent({ event: 'ping', data: '{"type":"ping"}' })).toBe(
      'event: ping\ndata: {"type":"ping"}\n\n',
    )
  })

  it('writes a data-only event', () => {
    expect(formatSseEvent({ data: '[DONE]' })).toBe('data: [DONE]\n\n')
    expect(formatSseData('{"a":1}')).toBe('data: {"a":1}\n\n')
  })

  it('writes a comment of several lines that stays a comment', () => {
    expect(formatSseComment('keep\ndata: alive')).toBe(': keep\n: data: alive\n\n')
    expect(parseSse(formatSseComment('keep\r\ndata: alive'))).toEqual([])
  })

  it('lets no line break in a name begin another field', () => {
    expect(formatSseEvent({ event: 'a\ndata: evil', data: 'x' })).toBe('event: adata: evil\ndata: x\n\n')
  })

  it('is undone by the parser, but for the kind of line breaks', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ':', ' ', '\r', '\n', 'é', '\0') }), (data) => {
        expect(parseSse(formatSseEvent({ event: 'e', data }))).toEqual([
          { event: 'e', data: data.replaceAll(/\r\n?/g, '\n') },
        ])
      }),
    )
  })
})
