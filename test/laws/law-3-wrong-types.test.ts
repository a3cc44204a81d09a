import { describe, expect, it } from 'vitest'
import { CHAT, chatAnswer, type Endpoint, MESSAGES, messagesAnswer, RESPONSES } from '../support/calls.js'
import { createTestGateway } from '../support/test-gateway.js'

/** Values of each type, as no field of another type can have them. */
const VALUES: Readonly<Record<string, unknown>> = {
  text: 'some text',
  number: 7,
  flag: true,
  object: { anything: 'else' },
  texts: ['some text'],
  objects: [{ anything: 'else' }],
}

/** What the fields of each protocol may be; what an array or object may hold is the business of other tests. */
const FIELDS: readonly (readonly [Endpoint, string, Readonly<Record<string, readonly string[]>>])[] = [
  [
    RESPONSES,
    'test/chat',
    {
      instructions: ['text'],
      tools: ['objects'],
      tool_choice: ['text', 'object'],
      include: ['texts'],
      reasoning: ['object'],
      text: ['object'],
      max_output_tokens: ['number'],
      temperature: ['number'],
      top_p: ['number'],
      top_logprobs: ['number'],
      parallel_tool_calls: ['flag'],
      prompt_cache_key: ['text'],
      prompt_cache_options: ['object'],
      service_tier: ['text'],
      safety_identifier: ['text'],
      user: ['text'],
      metadata: ['object'],
      max_tool_calls: [],
    },
  ],
  [
    MESSAGES,
    'test/chat',
    {
      system: ['text', 'texts', 'objects'],
      tools: ['objects'],
      tool_choice: ['object'],
      max_tokens: ['number'],
      temperature: ['number'],
      top_p: ['number'],
      top_k: ['number'],
      stop_sequences: ['texts'],
      thinking: ['object'],
      output_config: ['object'],
      output_format: ['object'],
      metadata: ['object'],
      service_tier: ['text'],
      cache_control: ['object'],
      context_management: [],
    },
  ],
  [
    CHAT,
    'test/messages',
    {
      tools: ['objects'],
      tool_choice: ['text', 'object'],
      max_tokens: ['number'],
      temperature: ['number'],
      top_p: ['number'],
      stop: ['text', 'texts'],
      seed: ['number'],
      reasoning_effort: ['text'],
      response_format: ['object'],
      parallel_tool_calls: ['flag'],
      metadata: ['object'],
      user: ['text'],
      service_tier: ['text'],
      verbosity: ['text'],
    },
  ],
]

const CASES = FIELDS.flatMap(([endpoint, model, fields]) =>
  Object.entries(fields).flatMap(([field, taken]) =>
    Object.keys(VALUES).flatMap((type) =>
      taken.includes(type) ? [] : { endpoint, model, field, type, path: endpoint.path },
    ),
  ),
)

describe('law 3: a field of a wrong type is refused, reported or sent, and never lost in silence', () => {
  it.each(CASES)('$field of $path as $type', async ({ endpoint, model, field, type }) => {
    const tested = createTestGateway({ responses: { state: 'off' } })
    tested.vendor.always(
      model === 'test/chat'
        ? chatAnswer({ prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 })
        : messagesAnswer({ input_tokens: 1, output_tokens: 1 }),
    )
    const plain = { ...endpoint.request(), model }
    await tested.post(endpoint.path, plain)
    const without = tested.vendor.last().text
    const { status, json, headers } = await tested.post(endpoint.path, { ...plain, [field]: VALUES[type] })
    if (status === 400) {
      expect(JSON.stringify(json)).toContain(field)
      return
    }
    const isTold = String(headers['x-crossmodel-warnings']).includes(field)
    const isSent = tested.vendor.last().text !== without
    expect([status, isTold || isSent]).toEqual([200, true])
  })
})
