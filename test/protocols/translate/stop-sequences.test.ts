import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accumulate, type StreamPart } from '../../../src/index.js'
import { createStopScanner } from '../../../src/protocols/translate/stop-sequences.js'

const START: StreamPart = { type: 'start', id: 'r', model: 'm' }
const FINISH: StreamPart = { type: 'finish', finish: { reason: 'stop' } }
const open = (key = 0, kind: 'text' | 'reasoning' = 'text'): StreamPart => ({
  type: 'open',
  key,
  block: { kind },
})
const delta = (text: string, key = 0): StreamPart => ({ type: 'delta', key, text })
const close = (key = 0): StreamPart => ({ type: 'close', key, status: 'complete' })
const stopped = (stopSequence: string): StreamPart => ({
  type: 'finish',
  finish: { reason: 'stop-sequence', stopSequence },
})

/** What comes out for each part. */
function steps(
  sequences: readonly string[],
  parts: readonly StreamPart[],
): readonly (readonly StreamPart[])[] {
  const scanner = createStopScanner(sequences)
  return parts.map((part) => scanner.push(part))
}

/** One text in pieces. */
const textOf = (pieces: readonly string[]): readonly StreamPart[] => [
  START,
  open(),
  ...pieces.map((piece) => delta(piece)),
  close(),
  FINISH,
]

/** The text that is left of one in pieces, and the sequence that ended it. */
function cut(sequences: readonly string[], pieces: readonly string[]): readonly (string | undefined)[] {
  const { content, finish } = accumulate(steps(sequences, textOf(pieces)).flat()).response
  return [content.map((part) => (part.type === 'text' ? part.text : '?')).join('|'), finish.stopSequence]
}

describe('a stop sequence', () => {
  it.each([
    ['in one piece', ['END'], ['one END two'], ['one ', 'END']],
    ['across pieces', ['END'], ['one E', 'N', 'D two'], ['one ', 'END']],
    ['at the beginning', ['END'], ['END'], ['', 'END']],
    ['at the very end', ['END'], ['one ', 'END'], ['one ', 'END']],
    ['after its own beginning', ['aab'], ['a', 'a', 'a', 'b'], ['a', 'aab']],
    ['that never comes', ['END'], ['one EN'], ['one EN', undefined]],
    ['of one character', ['\n'], ['one', '\n', 'two'], ['one', '\n']],
    ['of many units', ['👋🏽'], ['a👋', '🏽b'], ['a', '👋🏽']],
    ['first of several', ['four', 'two'], ['one two three four'], ['one ', 'two']],
    ['complete first, though another began before it', ['abc', 'b'], ['xabc'], ['xa', 'b']],
    ['longest of those that end together', ['b', 'ab'], ['xab'], ['x', 'ab']],
    ['beside an empty one', ['', 'b'], ['abc'], ['a', 'b']],
  ])('%s', (_kind, sequences, pieces, expected) => {
    expect(cut(sequences, pieces)).toEqual(expected)
  })

  it('cuts alike, however the text comes', () => {
    const sequences = fc.uniqueArray(
      fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 }),
      {
        minLength: 1,
        maxLength: 3,
      },
    )
    const pieces = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', '🙂'), maxLength: 4 }), {
      maxLength: 8,
    })
    fc.assert(
      fc.property(sequences, pieces, (stop, parts) => {
        expect(cut(stop, parts)).toEqual(cut(stop, [parts.join('')]))
      }),
    )
  })
})

describe('the stream of an answer with stop sequences', () => {
  it('holds back what could be the beginning of the longest one, until it is none', () => {
    expect(steps(['ab', 'wxyz'], textOf(['12345', 'w', '6'])).slice(2, 6)).toEqual([
      [delta('12')],
      [delta('3')],
      [delta('4')],
      [delta('5w6'), close()],
    ])
  })

  it('holds back nothing for sequences of one character', () => {
    expect(steps(['.'], textOf(['one', ' two'])).flat()).toEqual(textOf(['one', ' two']))
  })

  it('never parts the halves of a surrogate pair', () => {
    expect(steps(['xy'], textOf(['a👋', 'b'])).slice(2, 5)).toEqual([
      [delta('a')],
      [delta('👋')],
      [delta('b'), close()],
    ])
  })

  it('ends at the match: the block is closed, and nothing follows', () => {
    const usage: StreamPart = { type: 'usage', usage: { outputTokens: 5 } }
    const parts = [START, open(), delta('one EN'), delta('D two'), delta('x'), close(), usage, FINISH]
    expect(steps(['END'], parts)).toEqual([
      [START],
      [open()],
      [delta('one ')],
      [close(), stopped('END')],
      [],
      [],
      [],
      [],
    ])
  })

  it('says when it has matched', () => {
    const scanner = createStopScanner(['END'])
    for (const part of [START, open(), delta('EN')]) scanner.push(part)
    expect(scanner.matched).toBe(false)
    scanner.push(delta('D'))
    expect(scanner.matched).toBe(true)
  })

  it('keeps what came before the match', () => {
    const usage: StreamPart = { type: 'usage', usage: { inputTokens: 3 } }
    expect(steps(['END'], [START, usage, open(), delta('oneEND')]).flat()).toEqual([
      START,
      usage,
      open(),
      delta('one'),
      close(),
      stopped('END'),
    ])
  })

  it('does not look into reasoning, refusals and arguments', () => {
    const call: StreamPart = {
      type: 'open',
      key: 2,
      block: { kind: 'tool', tool: 'function', id: 'c', name: 'f' },
    }
    const parts: readonly StreamPart[] = [
      START,
      open(0, 'reasoning'),
      delta('END', 0),
      close(0),
      { type: 'open', key: 1, block: { kind: 'refusal' } } as const,
      delta('END', 1),
      close(1),
      call,
      delta('{"END":1}', 2),
      close(2),
      FINISH,
    ]
    expect(steps(['END'], parts).flat()).toEqual(parts)
  })

  it('does not match across blocks', () => {
    const parts = [START, open(0), delta('one EN', 0), close(0), open(1), delta('D two', 1), close(1), FINISH]
    expect(accumulate(steps(['END'], parts).flat()).response.content).toEqual([
      { type: 'text', text: 'one EN' },
      { type: 'text', text: 'D two' },
    ])
  })

  it('keeps interleaved texts apart, and ends all of them at the match', () => {
    const parts = [
      START,
      open(0),
      open(1),
      delta('one', 0),
      delta('two', 1),
      delta('EN', 0),
      delta(' END', 1),
    ]
    expect(steps(['END'], parts).flat()).toEqual([
      START,
      open(0),
      open(1),
      delta('o', 0),
      delta('t', 1),
      delta('ne', 0),
      delta('EN', 0),
      close(0),
      delta('wo ', 1),
      close(1),
      stopped('END'),
    ])
  })

  it('gives out what it holds before an error', () => {
    const error: StreamPart = { type: 'error', error: { kind: 'truncated', message: '' } }
    expect(steps(['END'], [START, open(), delta('one'), error]).flat()).toEqual([
      START,
      open(),
      delta('o'),
      delta('ne'),
      error,
    ])
  })
})
