import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ChatPart, readChatStream } from '../../../src/console/page/api/chat-stream.js'

const encoder = new TextEncoder()

function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
}

async function readAll(chunks: readonly Uint8Array[]): Promise<ChatPart[]> {
  const parts: ChatPart[] = []
  for await (const part of readChatStream(streamOf(chunks))) parts.push(part)
  return parts
}

const event = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`
const delta = (fields: object, finish: string | null = null): string =>
  event({ choices: [{ index: 0, delta: fields, finish_reason: finish }] })

const STREAM =
  ': keep-alive\n\n' +
  delta({ role: 'assistant', content: '' }) +
  delta({ reasoning_content: 'Hm …' }) +
  delta({ content: 'Grüße, 世界 🎉' }) +
  delta({}, 'stop') +
  event({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 5 } }) +
  'data: [DONE]\n\n'

const PARTS: readonly ChatPart[] = [
  { type: 'reasoning', text: 'Hm …' },
  { type: 'text', text: 'Grüße, 世界 🎉' },
  { type: 'finish', reason: 'stop' },
  { type: 'usage', inputTokens: 3, outputTokens: 5 },
  { type: 'done' },
]

describe('a streamed answer', () => {
  it('is read into its parts', async () => {
    expect(await readAll([encoder.encode(STREAM)])).toEqual(PARTS)
  })

  it.each(['\r\n', '\r'])('is the same with lines that end in %j', async (ending) => {
    expect(await readAll([encoder.encode(STREAM.replaceAll('\n', ending))])).toEqual(PARTS)
  })

  it('is the same wherever the bytes are cut', async () => {
    const bytes = encoder.encode(STREAM.replaceAll('\n', '\r\n'))
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const ends = [...places.sort((one, other) => one - other), bytes.length]
        const chunks = ends.map((end, index) => bytes.slice(index === 0 ? 0 : ends[index - 1], end))
        expect(await readAll(chunks)).toEqual(PARTS)
      }),
    )
  })

  it('tells an error inside, and is not whole without its end', async () => {
    const parts = await readAll([
      encoder.encode(
        delta({ content: 'Half' }) + event({ error: { message: 'Gone.', code: 'provider_error' } }),
      ),
    ])
    expect(parts).toEqual([
      { type: 'text', text: 'Half' },
      { type: 'error', message: 'Gone.', code: 'provider_error' },
    ])
  })

  it('skips what is no chunk', async () => {
    expect(await readAll([encoder.encode('data: {broken\n\ndata: 7\n\ndata: null\n\n')])).toEqual([])
  })

  it('lets go of the answer when nobody reads on', async () => {
    let isCancelled = false
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(encoder.encode(delta({ content: 'more' }))),
      cancel: () => {
        isCancelled = true
      },
    })
    for await (const part of readChatStream(endless)) if (part.type === 'text') break
    expect(isCancelled).toBe(true)
  })
})
