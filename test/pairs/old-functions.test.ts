import OpenAI from 'openai'
import type { ChatCompletion, ChatCompletionMessageParam } from 'openai/resources'
import { describe, expect, it } from 'vitest'
import { KEY } from '../support/test-gateway.js'
import { createPairGateway, type PairGateway } from './pair.js'

const FUNCTIONS = [
  {
    name: 'weather',
    description: 'Tells the weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
]

const MODES = [false, true].flatMap((streamed) =>
  ['responses', 'messages', 'gemini'].map((vendor) => ({ vendor, streamed })),
)

/** Asks as clients did before there were `tools`. */
async function ask(
  { fetch }: PairGateway,
  { vendor, streamed }: { readonly vendor: string; readonly streamed: boolean },
  messages: ChatCompletionMessageParam[],
): Promise<ChatCompletion.Choice | undefined> {
  const openai = new OpenAI({ apiKey: KEY, baseURL: 'http://gateway/v1', maxRetries: 0, fetch })
  const body = { model: `pair/${vendor}`, functions: FUNCTIONS, messages }
  const completion = streamed
    ? await openai.chat.completions.stream(body).finalChatCompletion()
    : await openai.chat.completions.create(body)
  return completion.choices[0]
}

describe.each(MODES)('a client of "functions" on $vendor (streamed: $streamed)', (mode) => {
  it('gets its call in "function_call", and the answer to its result', async () => {
    const tested = createPairGateway()
    const question = { role: 'user' as const, content: '[[tool:weather {"city":"Bern"}]]' }
    const choice = await ask(tested, mode, [question])
    expect(choice).toMatchObject({ finish_reason: 'function_call', message: { content: null } })
    expect(choice?.message).not.toHaveProperty('tool_calls')
    const call = choice?.message.function_call
    expect([call?.name, JSON.parse(call?.arguments ?? '')]).toEqual(['weather', { city: 'Bern' }])

    const last = await ask(tested, mode, [
      question,
      { role: 'assistant', content: null, ...(call ? { function_call: call } : {}) },
      { role: 'function', name: 'weather', content: 'sunny' },
    ])
    expect(last).toMatchObject({
      finish_reason: 'stop',
      message: { content: expect.stringContaining('sunny') },
    })
  })

  it('gets one call; a vendor that cannot be told so loses the others by name', async () => {
    const tested = createPairGateway()
    const content = '[[tool:weather {"city":"Bern"}]][[tool:weather {"city":"Basel"}]]'
    const choice = await ask(tested, mode, [{ role: 'user', content }])
    expect(choice).toMatchObject({ finish_reason: 'function_call' })
    expect(JSON.parse(choice?.message.function_call?.arguments ?? '')).toEqual({ city: 'Bern' })
    const lost = tested.warnings.flatMap(({ warnings }) => warnings.map(({ path }) => path))
    expect(lost).toEqual(
      mode.vendor === 'gemini' ? ['parallel_tool_calls', 'choices[0].message.function_call'] : [],
    )
  })

  it('gets a text as ever', async () => {
    const choice = await ask(createPairGateway(), mode, [{ role: 'user', content: '[[say:Hello]]' }])
    expect(choice).toMatchObject({ finish_reason: 'stop', message: { content: 'Hello' } })
  })
})
