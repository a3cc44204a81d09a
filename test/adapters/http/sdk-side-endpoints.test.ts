import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toNode } from '../../../adapters/http/node.js'
import { startServer } from '../../contracts/http-server.js'
import { CHAT, MESSAGES, RESPONSES, whole } from '../../support/calls.js'
import { type SdkGateway, startSdkGateway, WEATHER_SCHEMA } from '../../support/sdk-gateway.js'

let tested: SdkGateway
beforeAll(async () => {
  tested = await startSdkGateway((handler) => startServer(toNode(handler)))
})
afterAll(async () => {
  await tested.close()
})

const tool = { name: 'weather', input_schema: WEATHER_SCHEMA }
const message = { role: 'user' as const, content: 'hello' }

describe('counting with the official SDKs', () => {
  it.each([CHAT.model, RESPONSES.model, MESSAGES.model])('works on %s', async (model) => {
    const { messages, beta } = tested.anthropic()
    const plain = await messages.countTokens({ model, messages: [message] })
    const withTool = await beta.messages.countTokens({ model, messages: [message], tools: [tool] })
    expect(plain.input_tokens).toBeGreaterThan(0)
    expect(withTool.input_tokens).toBeGreaterThan(plain.input_tokens)
    const counted = await tested.openai().responses.inputTokens.count({ model, input: 'hello' })
    expect(counted).toMatchObject({ object: 'response.input_tokens', input_tokens: expect.any(Number) })
  })

  it('answers the burst of an agent that counts each of its tools', async () => {
    const { messages } = tested.anthropic()
    const counts = await Promise.all(
      Array.from({ length: 25 }, () => messages.countTokens({ model: CHAT.model, messages: [message] })),
    )
    expect(new Set(counts.map(({ input_tokens }) => input_tokens)).size).toBe(1)
  })
})

it('the OpenAI SDK decodes embeddings that went through as they were', async () => {
  // The SDK asks for base64 by itself: four bytes a number, little-endian.
  const embedding = Buffer.from(Float32Array.of(0.5, -2).buffer).toString('base64')
  tested.vendor.play(
    whole({
      object: 'list',
      model: 'vendor-chat',
      data: [{ object: 'embedding', index: 0, embedding }],
      usage: { prompt_tokens: 3, total_tokens: 3 },
    }),
  )
  const { data, model } = await tested.openai().embeddings.create({ model: CHAT.model, input: 'hello' })
  expect([model, data[0]?.embedding]).toEqual([CHAT.model, [0.5, -2]])
  expect(tested.vendor.last().json).toMatchObject({ model: 'vendor-chat', encoding_format: 'base64' })
})
