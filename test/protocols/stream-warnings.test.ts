import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accumulate, type BlockStart, type Citation, type StreamPart, type Warning } from '../../src/index.js'
import { encodeContext, VENDOR_LIST } from '../laws/support/protocols.js'
import { streams } from '../laws/support/stream-arbitraries.js'

/** Blocks of which at least one protocol can say nothing, or not all. */
const LOSSES: readonly (readonly [string, BlockStart, readonly StreamPart[]])[] = [
  ['an image kept at its vendor', imageFrom({ type: 'file', fileId: 'f', protocol: 'x' }), []],
  ['an image', imageFrom({ type: 'base64', mediaType: 'image/png', data: 'AAAA' }), []],
  ['audio', { kind: 'audio', id: 'a' }, [delta('UklG')]],
  ['a block of another protocol', { kind: 'provider', protocol: 'x', type: 'x_call', value: {} }, []],
  [
    'a citation without an address',
    { kind: 'text' },
    [delta('cited'), note({ kind: 'document', title: 't' })],
  ],
  ['a citation of nothing known', { kind: 'text' }, [delta('cited'), note({ kind: 'other' })]],
  ['arguments that are no object', { kind: 'tool', tool: 'function', id: 'c', name: 'f' }, [delta('[1]')]],
]

function imageFrom(source: Extract<BlockStart, { kind: 'image' }>['source']): BlockStart {
  return { kind: 'image', source }
}

function delta(text: string): StreamPart {
  return { type: 'delta', key: 1, text }
}

function note(citation: Citation): StreamPart {
  return { type: 'note', key: 1, citation }
}

/** A stream in which the block stands behind a text. */
function streamOf(block: BlockStart, inside: readonly StreamPart[]): readonly StreamPart[] {
  return [
    { type: 'start', id: 'answer_1', model: 'vendor-model', created: 1 },
    { type: 'open', key: 0, block: { kind: 'text' } },
    { type: 'delta', key: 0, text: 'Look: ' },
    { type: 'close', key: 0, status: 'complete' },
    { type: 'open', key: 1, block },
    ...inside,
    { type: 'close', key: 1, status: 'complete' },
    { type: 'finish', finish: { reason: 'stop' } },
  ]
}

describe.each(VENDOR_LIST)('a stream written as $protocol.id', ({ protocol }) => {
  const streamed = (parts: readonly StreamPart[]): readonly Warning[] => {
    const encoder = protocol.createStreamEncoder(encodeContext())
    for (const part of parts) encoder.push(part)
    return encoder.warnings
  }
  const whole = (parts: readonly StreamPart[]): readonly Warning[] =>
    protocol.encodeResponse(accumulate(parts).response, encodeContext()).warnings

  it.each(LOSSES)('reports what the whole answer does of %s', (_name, block, inside) => {
    const parts = streamOf(block, inside)
    expect(streamed(parts)).toEqual(whole(parts))
  })

  it('reports what the whole answer does of any stream', () => {
    fc.assert(
      fc.property(streams({ custom: false }), (parts) => {
        expect(streamed(parts)).toEqual(whole(parts))
      }),
    )
  })
})

/** What is lost of each of the losses above, by protocol. */
const COUNTS: Readonly<Record<string, readonly number[]>> = {
  'openai-chat': [1, 0, 0, 1, 1, 1, 0],
  'openai-responses': [1, 0, 1, 1, 0, 1, 0],
  'anthropic-messages': [1, 1, 1, 1, 1, 1, 1],
  gemini: [1, 0, 0, 1, 0, 0, 0],
}

it.each(VENDOR_LIST)('no loss of an answer in $protocol.id is silent', ({ protocol }) => {
  const lost = LOSSES.map(([_name, block, inside]) => {
    const encoder = protocol.createStreamEncoder(encodeContext())
    for (const part of streamOf(block, inside)) encoder.push(part)
    return encoder.warnings.length
  })
  expect(lost).toEqual(COUNTS[protocol.id])
})
