import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.js'
import { transcode, type SseReducer } from '../../src/sse/transcode.js'
import { collect, createManualSource, toSource } from './sources.js'
import { cuts, splitAt, wholeStream } from './splits.js'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Writes each event's data in brackets; drops `skip`, fails on `fail`. */
const reducer: SseReducer = {
  push: ({ data }) => {
    if (data === 'fail') throw new Error('reducer failed')
    return data === 'skip' ? '' : `[${data}]`
  },
  end: () => '(end)',
}

describe('transcode', () => {
  it('gives one string for each read that made any', async () => {
    const reads = ['data: 1\n\ndata: 2\n\n', 'data: 3', '\n\ndata: skip\n\n', 'data: skip\n\n', 'data: 4\n\n']
    const output = await collect(transcode(toSource(reads.map(encode)), reducer))
    expect(output).toEqual(['[1][2]', '[3]', '[4]', '(end)'])
  })

  it('gives what the end of the source made of an event without blank line', async () => {
    expect(await collect(transcode(toSource([encode('data: [DONE]')]), reducer))).toEqual(['[[DONE]](end)'])
  })

  it('reads only when it is asked', async () => {
    const source = createManualSource<Uint8Array>()
    const iterator = transcode(source, reducer)[Symbol.asyncIterator]()
    source.give(encode('data: 1\n\n'))
    source.give(encode('data: 2\n\n'))
    expect(source.pulls).toBe(0)
    await iterator.next()
    expect(source.pulls).toBe(1)
  })

  it('cancels its source when the consumer leaves', async () => {
    const source = createManualSource<Uint8Array>()
    source.give(encode('data: 1\n\n'))
    for await (const text of transcode(source, reducer)) {
      expect(text).toBe('[1]')
      break
    }
    expect(source.cancelled).toBe(true)
  })

  it('cancels its source while a read is open', async () => {
    const source = createManualSource<Uint8Array>()
    const iterator = transcode(source, reducer)[Symbol.asyncIterator]()
    const pending = iterator.next()
    await iterator.return?.()
    expect(source.cancelled).toBe(true)
    source.give(encode('data: late\n\n'))
    expect(await pending).toEqual({ done: true, value: undefined })
  })

  it('gives the text that was made before an error, then the error, and cancels', async () => {
    const source = createManualSource<Uint8Array>()
    source.give(encode('data: 1\n\ndata: fail\n\ndata: 2\n\n'))
    const iterator = transcode(source, reducer)[Symbol.asyncIterator]()
    expect(await iterator.next()).toEqual({ done: false, value: '[1]' })
    await expect(iterator.next()).rejects.toThrow('reducer failed')
    expect(source.cancelled).toBe(true)
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })

  it('passes on an error of the source', async () => {
    const source = createManualSource<Uint8Array>()
    source.fail(new Error('connection lost'))
    await expect(collect(transcode(source, reducer))).rejects.toThrow('connection lost')
  })

  it('refuses an event that outgrows the buffer', async () => {
    const source = toSource([encode(`data: ${'x'.repeat(200)}`)])
    await expect(collect(transcode(source, reducer, { maxBufferSize: 100 }))).rejects.toThrow(GatewayError)
  })

  it('law 5: any split of the bytes gives the same text', async () => {
    await fc.assert(
      fc.asyncProperty(wholeStream, cuts, async ({ text }, places) => {
        const whole = await collect(transcode(toSource([encode(text)]), reducer))
        const split = await collect(transcode(toSource(splitAt(encode(text), places)), reducer))
        expect(split.join('')).toBe(whole.join(''))
      }),
    )
  })
})
