import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { toNode } from '../../../adapters/http/node.js'
import { startServer } from '../../contracts/http-server.js'
import { CHAT, MESSAGES, RESPONSES, whole } from '../../support/calls.js'
import { type SdkGateway, startSdkGateway, WEATHER_SCHEMA } from '../../support/sdk-gateway.js'
import type { VendorCall } from '../../support/scripted-vendor.js'

let tested: SdkGateway
beforeAll(async () => {
  tested = await startSdkGateway((handler) => startServer(toNode(handler)))
})
afterAll(async () => {
  await tested.close()
})

let callsBefore = 0
let recordsBefore = 0
beforeEach(() => {
  callsBefore = tested.vendor.calls.length
  recordsBefore = tested.records.length
})
const vendorCalls = (): readonly VendorCall[] => tested.vendor.calls.slice(callsBefore)

const answer = (text: string, stop_reason: string, more: readonly object[] = []) =>
  whole({
    id: `msg_${stop_reason}`,
    type: 'message',
    role: 'assistant',
    model: 'vendor-messages',
    content: [{ type: 'text', text }, ...more],
    stop_reason,
    stop_sequence: null,
    usage: { input_tokens: 5, output_tokens: 2 },
  })
const call = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } }

/** Runs the SDK's loop to its end and says what the tool was asked for. */
async function runTools(
  model: string,
): Promise<{ readonly text: string; readonly cities: readonly string[] }> {
  const cities: string[] = []
  const runner = tested.anthropic().beta.messages.toolRunner({
    model,
    max_tokens: 100,
    messages: [{ role: 'user', content: '[[tool:weather {"city":"Oslo"}]]' }],
    tools: [
      {
        type: 'custom',
        name: 'weather',
        description: 'Says the weather.',
        input_schema: WEATHER_SCHEMA,
        parse: (input) => input as { city: string },
        run: ({ city }: { city: string }) => {
          cities.push(city)
          return 'rain in Oslo'
        },
      },
    ],
  })
  const { content } = await runner.runUntilDone()
  return { text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''), cities }
}

describe('the tool runner of the Anthropic SDK, which keeps its conversation in a thread', () => {
  it.each([CHAT.model, RESPONSES.model])('goes on without one on %s', async (model) => {
    const { text, cities } = await runTools(model)
    expect(cities).toEqual(['Oslo'])
    expect(text).toContain('rain in Oslo')
    expect(vendorCalls().map(({ text: sent }) => sent.includes('thread'))).toEqual([false, false])
    expect(vendorCalls().at(-1)?.text).toContain('[[tool:weather')
  })

  it('pays for the calls that were made and for no refusal', async () => {
    await runTools(CHAT.model)
    const statuses = tested.records
      .slice(recordsBefore)
      .map(({ status, costMicro }) => [status, costMicro > 0])
    expect(statuses.filter(([status]) => status === 'completed')).toEqual([
      ['completed', true],
      ['completed', true],
    ])
    expect(statuses.filter(([status]) => status !== 'completed').every(([, paid]) => paid === false)).toBe(
      true,
    )
    expect(tested.wallet().heldMicro).toBe(0)
  })

  it('keeps it at a vendor that has threads', async () => {
    tested.vendor.play(answer('I look.', 'tool_use', [call]), answer('It rains.', 'end_turn'))
    const { text, cities } = await runTools(MESSAGES.model)
    expect([text, cities]).toEqual(['It rains.', ['Oslo']])
    const [first, second] = vendorCalls().map(({ json }) => json)
    expect(first).toMatchObject({ thread: { type: 'create' }, model: 'vendor-messages' })
    expect(second).toMatchObject({ thread: { type: 'continue', previous_message_id: 'msg_tool_use' } })
    expect(second.messages).toMatchObject([{ content: [{ type: 'tool_result', tool_use_id: 'toolu_1' }] }])
    expect(vendorCalls().map(({ request }) => request.headers['anthropic-beta'])).toEqual([
      expect.stringContaining('message-threads'),
      expect.stringContaining('message-threads'),
    ])
  })

  it('begins a new one when the vendor has lost it', async () => {
    const lost = whole(
      {
        type: 'error',
        error: {
          type: 'not_found_error',
          message: 'No such thread.',
          details: { error_code: 'thread_not_found' },
        },
      },
      404,
    )
    tested.vendor.play(answer('I look.', 'tool_use', [call]), lost, answer('It rains.', 'end_turn'))
    const { text, cities } = await runTools(MESSAGES.model)
    expect([text, cities]).toEqual(['It rains.', ['Oslo']])
    const last = vendorCalls().at(-1)?.json
    expect(last).toMatchObject({ thread: { type: 'create' } })
    expect(last.messages).toHaveLength(3)
  })
})

it('a request with a thread is refused in the words from which the SDK learns', async () => {
  const { status, json } = await tested.post(MESSAGES.path, {
    ...MESSAGES.request(),
    model: CHAT.model,
    thread: { type: 'create' },
  })
  expect([status, json.type, json.error.type, json.error.details]).toEqual([
    400,
    'error',
    'invalid_request_error',
    { error_code: 'thread_unsupported_request', unsupported: ['thread'] },
  ])
})
