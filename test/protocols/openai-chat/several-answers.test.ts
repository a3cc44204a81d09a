import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/index.js'
import { CHAT, data, stream } from '../../support/calls.js'
import { createTestGateway } from '../../support/test-gateway.js'
import { chunk } from './support.js'

const DONE = 'data: [DONE]\n\n'

/** A chunk of one of several answers. */
const piece = (index: number, delta: JsonObject, finish: string | null = null): JsonObject => ({
  ...chunk({}),
  choices: [{ index, delta, finish_reason: finish }],
})

const FIRST = data(piece(0, { role: 'assistant', content: 'One' }))
const SECOND = data(piece(1, { role: 'assistant', content: 'Two' }))
const END_OF_FIRST = data(piece(0, {}, 'stop'))
const END_OF_SECOND = data(piece(1, {}, 'stop'))
const BOTH_ENDS = data({
  ...chunk({}),
  choices: [0, 1].map((index) => ({ index, delta: {}, finish_reason: 'stop' })),
})

async function relay(text: string, answers: number) {
  const { vendor, post, records } = createTestGateway()
  vendor.play(stream(text))
  const answer = await post(CHAT.path, { ...CHAT.request(), stream: true, n: answers })
  return { text: answer.text, status: records[0]?.status }
}

describe('a stream of several answers', () => {
  it.each([
    ['all of them have ended', FIRST + SECOND + END_OF_FIRST + END_OF_SECOND],
    ['all have ended at once', FIRST + SECOND + BOTH_ENDS],
    ['the vendor says that it is over, having given fewer', FIRST + END_OF_FIRST + DONE],
  ])('is whole when %s', async (_name, text) => {
    const relayed = await relay(text, 2)
    expect(relayed.status).toBe('completed')
    expect(relayed.text).not.toContain('"error"')
  })

  it.each([
    ['one of them is open', FIRST + SECOND + END_OF_FIRST],
    ['one has ended twice', FIRST + SECOND + END_OF_FIRST + END_OF_FIRST],
    ['none has ended, whatever the vendor says', FIRST + SECOND + DONE],
  ])('is cut when %s', async (_name, text) => {
    const relayed = await relay(text, 2)
    expect(relayed.status).toBe('failed')
    expect(relayed.text).toContain('upstream_stream_truncated')
  })
})
