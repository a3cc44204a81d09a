import { describe, expect, it } from 'vitest'
import type { ToolResultPart } from '../../../src/canonical/content.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import {
  user,
  say,
  assistant,
  call,
  result,
  wireCall,
  wireResult,
  contentsOf,
  warningsOf,
} from './helpers.js'

describe('calls and results for Gemini', () => {
  it('cases 19, 20: puts all results of a turn together, before what the user says', () => {
    const messages = [
      say('go'),
      assistant(call('a'), call('b', 'g')),
      user({ type: 'text', text: 'by the way' }),
      user(result('b', 'B')),
      user(result('a', 'A')),
    ]
    expect(contentsOf(messages)).toEqual([
      { role: 'user', parts: [{ text: 'go' }] },
      { role: 'model', parts: [wireCall('a'), wireCall('b', 'g')] },
      {
        role: 'user',
        parts: [
          wireResult('b', { output: 'B' }, 'g'),
          wireResult('a', { output: 'A' }),
          { text: 'by the way' },
        ],
      },
    ])
  })

  it('case 21: results of calls of one name go to the call whose id they bear', () => {
    const messages = [say('go'), assistant(call('a'), call('b')), user(result('b', 'B'), result('a', 'A'))]
    expect(contentsOf(messages)).toMatchObject([
      {},
      {},
      { parts: [wireResult('b', { output: 'B' }), wireResult('a', { output: 'A' })] },
    ])
  })

  it.each<[string, ToolResultPart, JsonObject]>([
    ['words', result('a', 'fine'), { output: 'fine' }],
    ['nothing', result('a', ''), { output: '' }],
    ['an error', result('a', 'bad', { isError: true }), { error: 'bad' }],
    ['an object', result('a', '{"t":[1,{}]}'), { t: [1, {}] }],
    ['an object that JSON would write otherwise', result('a', '{ "t": 1 }'), { output: '{ "t": 1 }' }],
    [
      'a number that would lose digits',
      result('a', '{"t":12345678901234567890}'),
      { output: '{"t":12345678901234567890}' },
    ],
    ['a reference', result('a', '{"$ref":"x"}'), { output: '{"$ref":"x"}' }],
    ['words that look wrapped', result('a', '{"output":"x"}'), { output: '{"output":"x"}' }],
    [
      'a search result',
      result('a', '', {
        content: [{ type: 'search-result', source: 's', title: 'T', content: [{ type: 'text', text: 'b' }] }],
      }),
      { output: '[T](s)\nb' },
    ],
  ])('gives back %s', (_, part, response) => {
    expect(contentsOf([say('go'), assistant(call('a')), user(part)])).toMatchObject([
      {},
      {},
      { parts: [wireResult('a', response)] },
    ])
  })

  it('case 24: a picture of a result stays inside where the model takes it, else it follows', () => {
    const image = { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'aW1n' } } as const
    const inlineData = { mimeType: 'image/png', data: 'aW1n' }
    const messages = [say('go'), assistant(call('a')), user({ ...result('a', ''), content: [image] })]
    expect(contentsOf(messages, { mediaInToolResults: true })).toMatchObject([
      {},
      {},
      {
        parts: [{ functionResponse: { response: { output: '[media attached]' }, parts: [{ inlineData }] } }],
      },
    ])
    expect(contentsOf(messages)).toMatchObject([
      {},
      {},
      { parts: [{ functionResponse: { response: { output: '[media attached]' } } }, { inlineData }] },
    ])
    expect(warningsOf({ messages })).toEqual(['moved result a'])
  })

  it('answers a call that nobody answered, and says a result without a call in words', () => {
    const messages = [
      say('go'),
      assistant(call('a'), call('b')),
      user(result('zzz', 'lost'), result('a', 'A')),
    ]
    expect(contentsOf(messages)).toMatchObject([
      {},
      {},
      {
        parts: [
          wireResult('a', { output: 'A' }),
          wireResult('b', { error: '[no result]' }),
          { text: 'lost' },
        ],
      },
    ])
    expect(warningsOf({ messages })).toEqual(['repaired result zzz', 'repaired call b'])
  })

  it('moves a result that came later to its call', () => {
    const messages = [
      say('go'),
      assistant(call('a'), call('b')),
      user(result('a', 'A')),
      assistant({ type: 'text', text: 'waiting' }),
      user(result('b', 'B')),
    ]
    expect(contentsOf(messages)).toMatchObject([
      {},
      {},
      { parts: [wireResult('a', { output: 'A' }), wireResult('b', { output: 'B' })] },
      { role: 'model' },
    ])
    expect(warningsOf({ messages })).toEqual(['moved call b'])
  })

  it('leaves calls at the end of a conversation open', () => {
    expect(contentsOf([say('go'), assistant(call('a'))])).toHaveLength(2)
  })

  it.each([
    ['', {}],
    ['null', {}],
    ['[1]', { _raw: '[1]' }],
    ['{"x', { _raw: '{"x' }],
    ['"{\\"x\\":1}"', { x: 1 }],
  ])('makes an object of the arguments %s', (input, args) => {
    const messages = [say('go'), assistant(call('a', 'f', { input }))]
    expect(contentsOf(messages)).toMatchObject([{}, { parts: [{ functionCall: { args } }] }])
  })
})
