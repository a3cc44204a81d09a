import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.js'
import { createSseParser, parseSse, type SseEvent } from '../../src/sse/parse.js'
import { createTextDecoder } from '../../src/sse/text-decoder.js'
import { cuts, nearlyStream, splitAt, splitEverywhere } from './splits.js'

function parsePieces(pieces: readonly string[]): SseEvent[] {
  const events: SseEvent[] = []
  const parser = createSseParser({ onEvent: (event) => events.push(event) })
  for (const piece of pieces) parser.push(piece)
  parser.end()
  return events
}

function parseBytes(pieces: readonly Uint8Array[]): SseEvent[] {
  const decoder = createTextDecoder()
  return parsePieces([...pieces.map((piece) => decoder.decode(piece)), decoder.end()])
}

const TWO = [
  { event: 'message', data: 'one\ntwo' },
  { event: undefined, data: '{"a":"é日本😀"}' },
]

function writeTwo(end: string): string {
  return [
    ': comment',
    'event: message',
    'id: 1',
    'data: one',
    'data:two',
    '',
    'data: {"a":"é日本😀"}',
    '',
    '',
  ].join(end)
}

describe.each([
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['CR', '\r'],
])('case 39: a stream with %s line ends', (_, end) => {
  it('gives its events', () => {
    expect(parseSse(writeTwo(end))).toEqual(TWO)
  })

  it('gives the same events when every character comes alone', () => {
    expect(parsePieces(splitEverywhere(writeTwo(end)))).toEqual(TWO)
  })

  it('gives them with a byte order mark in front', () => {
    expect(parsePieces(['', '\uFEFF', ...splitEverywhere(writeTwo(end))])).toEqual(TWO)
  })

  it('gives the last event when its blank line is missing', () => {
    expect(parseSse(writeTwo(end).slice(0, -end.length))).toEqual(TWO)
  })

  it('gives the last event when its line end is missing too', () => {
    expect(parseSse(writeTwo(end).slice(0, -2 * end.length))).toEqual(TWO)
  })
})

describe('the events of a stream', () => {
  it('come out as soon as their blank line has begun, also where lines end with CR', () => {
    const events: SseEvent[] = []
    const parser = createSseParser({ onEvent: (event) => events.push(event) })
    parser.push('data: 1\r\r')
    expect(events).toHaveLength(1)
    parser.push('data: 2\r\n\r')
    expect(events).toHaveLength(2)
    parser.push('\ndata: 3\n\n')
    expect(events.map(({ data }) => data)).toEqual(['1', '2', '3'])
  })

  it('have data of several lines joined by a line feed, empty ones too', () => {
    expect(parseSse('data: a\ndata\ndata:\ndata:  b\n\n')).toEqual([{ event: undefined, data: 'a\n\n\n b' }])
  })

  it('are none without data', () => {
    expect(parseSse('event: ping\n\n: only a comment\n\nid: 4\n\n\n\n')).toEqual([])
  })

  it('keep a byte order mark that is not at the start', () => {
    const pieces = ['data: a', '\uFEFF\n\n', '\uFEFFdata: b\n\n']
    expect(parsePieces(pieces)).toEqual([{ event: undefined, data: 'a\uFEFF' }])
  })

  it.each([
    ['data: [DONE]', ['[DONE]']],
    ['data: {"a":1}', ['{"a":1}']],
    ['data: [1]\nid: 3', ['[1]']],
    ['data: text\n', ['text']],
    ['data: {"a":', []],
    ['data: [DON', []],
    ['data: text', []],
    ['data: 12', []],
    ['event: message_stop', []],
  ])('at a cut after %j are %j', (text, expected) => {
    expect(parseSse(text).map(({ data }) => data)).toEqual(expected)
  })
})

describe('an event without end', () => {
  it.each([
    ['one line', (index: number) => (index === 0 ? 'data: ' : 'x'.repeat(10))],
    ['many lines', (index: number) => `data: ${index}\n`],
  ])('of %s is refused once it outgrows the buffer', (_, piece) => {
    const parser = createSseParser({ onEvent: () => undefined, maxBufferSize: 100 })
    const push = () => {
      for (let index = 0; index < 100; index += 1) parser.push(piece(index))
    }
    expect(push).toThrow(GatewayError)
    expect(push).not.toThrow('x'.repeat(10))
  })
})

describe('law 5', () => {
  it('any split of the bytes gives the same events', () => {
    fc.assert(
      fc.property(nearlyStream, fc.boolean(), cuts, (text, marked, places) => {
        const bytes = new TextEncoder().encode(marked ? `\uFEFF${text}` : text)
        expect(parseBytes(splitAt(bytes, places))).toEqual(parseBytes([bytes]))
      }),
      { numRuns: 500 },
    )
  })

  it('every byte alone gives the same events', () => {
    fc.assert(
      fc.property(nearlyStream, (text) => {
        const bytes = new TextEncoder().encode(text)
        expect(parseBytes(splitEverywhere(bytes))).toEqual(parseBytes([bytes]))
      }),
    )
  })
})
