import { array, assert, constantFrom, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readDirectives } from '../../../../adapters/command/simulated-vendor/directives.js'

describe('readDirectives', () => {
  test('reads each directive and leaves the rest of the text', () => {
    const text =
      'Say [[tool:a {"x":[[1]]}]][[tool:b]][[say:this one]][[reason:some text]][[tokens:7]][[delay:20]][[error:529@3]] this' +
      '[[cut:2]][[stall]][[no-usage]][[finish:length]].'
    expect(readDirectives(text)).toEqual({
      text: 'Say  this.',
      calls: [
        { name: 'a', input: '{"x":[[1]]}' },
        { name: 'b', input: '' },
      ],
      say: 'this one',
      reasoning: 'some text',
      outputTokens: 7,
      finish: 'length',
      usage: 'none',
      delayMs: 20,
      error: { status: 529, afterEvents: 3 },
      cutAfterEvents: 2,
      stall: true,
    })
  })

  test('reads usage by name and ignores what it does not know', () => {
    expect(readDirectives('[[usage:input=9, cached=4,write1h=1,odd=3,output=x]]').usage).toEqual({
      input: 9,
      cached: 4,
      write1h: 1,
      output: 0,
    })
  })

  test.each(['[[unknown:1]]', '[[constructor]]', '[[tool:a', '[[ tool:a]]', '[tokens:3]', '[[[]]]'])(
    'leaves %j alone',
    (text) => {
      expect(readDirectives(text)).toMatchObject({ text, calls: [], outputTokens: undefined })
    },
  )

  test.each(['[[tokens:many]]', '[[error:200]]', '[[finish:happy]]', '[[cut:-1]]'])(
    '%j asks for nothing',
    (text) => {
      expect(readDirectives(text)).toEqual({ ...readDirectives(''), text: '' })
    },
  )

  test('never asks for more than a test needs', () => {
    expect(readDirectives('[[tokens:999999999]][[delay:999999999]]')).toMatchObject({
      outputTokens: 100_000,
      delayMs: 60_000,
    })
  })

  test('reads any text', () => {
    const piece = constantFrom(
      '[[',
      ']]',
      'tool:',
      'a ',
      '{"x":',
      '}',
      'reason:',
      'tokens:',
      '9',
      'error:',
      '\n',
    )
    assert(
      property(array(piece), (pieces) => {
        expect(pieces.join('')).toContain(readDirectives(pieces.join('')).text.slice(0, 1))
      }),
    )
  })
})
