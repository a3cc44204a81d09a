import { describe, expect, it } from 'vitest'
import { accumulate, type StreamPart } from '../../../src/index.js'
import { addUsage } from '../../../src/canonical/usage.js'
import { createHopJoiner } from '../../../src/protocols/translate/join-hops.js'
import { continuation as ofClaude } from '../../../src/protocols/anthropic-messages/wire/continuation.js'
import { continuation as ofGemini } from '../../../src/protocols/gemini/wire/continuation.js'

const start: StreamPart = { type: 'start', id: 'r', model: 'm' }
const usage: StreamPart = { type: 'usage', usage: { inputTokens: 10, outputTokens: 5 } }
const finish = (reason: 'stop' | 'length' | 'pause'): StreamPart => ({ type: 'finish', finish: { reason } })

const block = (key: number, kind: 'text' | 'reasoning', text: string): readonly StreamPart[] => [
  { type: 'open', key, block: { kind } },
  { type: 'delta', key, text },
]
const close = (key: number): StreamPart => ({ type: 'close', key, status: 'complete' })
const cited = (key: number): StreamPart => ({
  type: 'note',
  key,
  citation: { kind: 'url', url: 'https://example.com', start: 1, end: 2 },
})

describe('the hops of an answer', () => {
  it('are one text where the vendor goes on within the block, and citations count from its start', () => {
    const joiner = createHopJoiner(ofGemini)
    const parts = [
      ...joiner.push([start, ...block(0, 'text', 'abc')]),
      ...joiner.next([close(0), usage, finish('length')]),
      ...joiner.push([start, ...block(0, 'text', 'def'), cited(0)]),
      ...joiner.end([close(0), usage, finish('stop')]),
    ]
    expect(parts.map(({ type }) => type)).toEqual(
      'start open delta usage delta note close usage finish'.split(' '),
    )
    expect(accumulate(parts).response).toMatchObject({
      content: [{ type: 'text', text: 'abcdef', citations: [{ start: 4, end: 5 }] }],
      finish: { reason: 'stop' },
      usage: { inputTokens: 20, outputTokens: 10 },
    })
  })

  it('close the block that was cut when they go on with another one, or not at all', () => {
    for (const rest of [block(0, 'text', 'b'), []]) {
      const joiner = createHopJoiner(ofGemini)
      const parts = [
        ...joiner.push([start, ...block(0, 'reasoning', 'a')]),
        ...joiner.next([close(0), finish('length')]),
        ...joiner.push([start, ...rest]),
        ...joiner.end([...(rest.length === 0 ? [] : [close(0)]), finish('stop')]),
      ]
      const opened = parts.flatMap((part) => (part.type === 'open' ? [part.key] : []))
      const closed = parts.flatMap((part) => (part.type === 'close' ? [part.key] : []))
      expect(closed).toEqual(opened)
      expect(opened).toEqual(rest.length === 0 ? [0] : [0, 1])
    }
  })

  it('have blocks of their own where the vendor begins another one', () => {
    const joiner = createHopJoiner(ofClaude)
    const parts = [
      ...joiner.push([start, ...block(0, 'text', 'abc'), close(0), usage, finish('pause')]),
      ...joiner.next([]),
      ...joiner.end([start, ...block(0, 'text', 'def'), close(0), usage, finish('stop')]),
    ]
    expect(accumulate(parts).response.content).toMatchObject([{ text: 'abc' }, { text: 'def' }])
  })

  it('end with the pause of the last one, which is a loss', () => {
    const joiner = createHopJoiner(ofClaude)
    const parts = [...joiner.push([start, usage, finish('pause')]), ...joiner.end([])]
    expect(parts.at(-1)).toEqual(finish('pause'))
    expect(accumulate(parts).warnings).toMatchObject([{ path: 'stop_reason', semantic: true }])
  })
})

describe('the usage of two calls', () => {
  it('is the sum of every part that both report', () => {
    const one = { inputTokens: 1, cacheReadTokens: 2, raw: { a: 1 } }
    const other = { inputTokens: 10, outputTokens: 20, estimated: true, raw: { b: 1 } }
    expect(addUsage(one, other)).toEqual({
      inputTokens: 11,
      cacheReadTokens: 2,
      outputTokens: 20,
      estimated: true,
      raw: { b: 1 },
    })
    expect(addUsage({ estimated: true }, { estimated: false })).toEqual({ estimated: true })
  })
})
