import type { ResponseInputItem } from 'openai/resources/responses/responses'
import { describe, expect, it } from 'vitest'
import { asked, createStateGateway, FOREIGN_MODELS } from './state-gateway.js'
import { allOf } from './state-gateway.js'
import { whole } from '../../support/calls.js'

const HISTORY: ResponseInputItem[] = [
  { role: 'user', content: 'Fix the parser.' },
  { role: 'assistant', content: 'I have fixed half of it.' },
]
const TRIGGER = { type: 'compaction_trigger' } as unknown as ResponseInputItem

/** Of a stream of one compaction item. */
const EVENTS = [
  'response.created',
  'response.in_progress',
  'response.output_item.added',
  'response.output_item.done',
  'response.completed',
]

describe.each(FOREIGN_MODELS)('compaction by %s', (model) => {
  it('at its own endpoint gives what the user said and a sealed summary, and is billed', async () => {
    const tested = createStateGateway()
    const made = await tested.openai().responses.compact({ model, input: HISTORY })
    expect(made).toMatchObject({
      object: 'response.compaction',
      output: [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Fix the parser.' }] },
        { type: 'compaction' },
      ],
    })
    expect(JSON.stringify(made)).not.toContain('half of it')
    expect(asked(tested)).toContain('half of it')
    expect(tested.records).toMatchObject([{ endpoint: '/v1/responses/compact', status: 'completed' }])
    expect(tested.records[0]?.costMicro).toBeGreaterThan(0)
  })

  it('comes back as the summary that it holds, whichever vendor goes on', async () => {
    const tested = createStateGateway()
    const openai = tested.openai()
    const { output } = await openai.responses.compact({ model, input: HISTORY })
    for (const next of [...FOREIGN_MODELS, 'pair/responses']) {
      const input = [...(output as ResponseInputItem[]), { role: 'user' as const, content: 'Go on.' }]
      await openai.responses.create({ model: next, store: false, input })
      expect(asked(tested)).toMatch(/replaced by this summary.*simulated vendor.*Go on\./s)
      expect(asked(tested)).not.toContain('encrypted_content":"gw1')
    }
  })

  it('by the trigger of Codex streams one item and nothing of the summary', async () => {
    const tested = createStateGateway()
    const body = { model, store: false, input: [...HISTORY, TRIGGER] }
    const response = await tested.openai().responses.stream(body).finalResponse()
    expect(response.output).toMatchObject([
      { type: 'compaction', id: expect.stringMatching(/^cmp_/) as string },
    ])
    const events = await allOf(await tested.openai().responses.create({ ...body, stream: true }))
    expect(events.map((event) => event.type)).toEqual(EVENTS)
    expect(events.map((event) => event.sequence_number)).toEqual([0, 1, 2, 3, 4])
    expect(response.usage?.output_tokens).toBeGreaterThan(0)
  })
})

it('by the trigger without a stream gives the same', async () => {
  const body = { model: 'pair/chat', input: [...HISTORY, TRIGGER] }
  const tested = createStateGateway()
  const first = await tested.openai().responses.create(body)
  expect(first.output).toMatchObject([{ type: 'compaction' }])
  // What came before the compaction is not sent any more.
  await tested.openai().responses.create({ model: 'pair/chat', input: 'on', previous_response_id: first.id })
  expect(asked(tested)).toContain('replaced by this summary')
  expect(asked(tested)).not.toContain('half of it')
})

it('keeps the tools in the request, and lets none be called', async () => {
  const tested = createStateGateway()
  const tool = { type: 'function' as const, name: 'run', strict: false, parameters: { type: 'object' } }
  await tested.openai().responses.create({ model: 'pair/chat', input: [...HISTORY, TRIGGER], tools: [tool] })
  expect(tested.vendor.last().json).toMatchObject({
    tool_choice: 'none',
    tools: [{ function: { name: 'run' } }],
  })
})

it('goes to a vendor of the same protocol as it is', async () => {
  const tested = createStateGateway()
  const native = { id: 'cmp_1', type: 'compaction', encrypted_content: 'opaque' }
  const usage = { input_tokens: 10, output_tokens: 5, total_tokens: 15 }
  const answer = { id: 'resp_c', object: 'response.compaction', output: [native], usage }
  tested.vendor.play(whole(answer), whole({ ...answer, object: 'response', status: 'completed' }))
  const made = await tested.openai().responses.compact({ model: 'pair/responses', input: HISTORY })
  expect(tested.vendor.last().request.url).toMatch(/\/responses\/compact$/)
  expect(made).toMatchObject(answer)
  await tested.openai().responses.create({ model: 'pair/responses', input: [...HISTORY, TRIGGER] })
  expect(tested.vendor.last().json.input).toEqual([...HISTORY, TRIGGER])
})

it('refuses a compaction that was altered', async () => {
  const item = { type: 'compaction', encrypted_content: 'gw1.0.e30.AAAA' } as unknown as ResponseInputItem
  const made = createStateGateway()
    .openai()
    .responses.create({ model: 'pair/chat', input: [item] })
  await expect(made).rejects.toMatchObject({ status: 400, param: 'input[0].encrypted_content' })
})

describe('a vendor of the same protocol that cannot compact', () => {
  const SUMMARY = whole({
    id: 'resp_s',
    object: 'response',
    status: 'completed',
    output: [
      {
        id: 'msg_s',
        type: 'message',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'All is well.' }],
      },
    ],
    usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
  })
  const refuse = (status: number, message: string): ReturnType<typeof whole> =>
    whole({ error: { message, type: 'invalid_request_error', param: null, code: null } }, status)

  it.each([404, 405, 501])('is asked for a summary when its endpoint answers %i', async (status) => {
    const tested = createStateGateway()
    tested.vendor.play(refuse(status, 'Not here.'), SUMMARY)
    const made = await tested.openai().responses.compact({ model: 'pair/responses', input: HISTORY })
    expect(tested.vendor.last().request.url).toMatch(/\/responses$/)
    expect(asked(tested)).toMatch(/half of it.*Summarize/s)
    expect(made).toMatchObject({ object: 'response.compaction', usage: { total_tokens: 15 } })
    expect(tested.records).toMatchObject([
      { status: 'completed', usage: { inputTokens: 10, outputTokens: 5 } },
    ])
    const input = [...(made.output as ResponseInputItem[]), { role: 'user' as const, content: 'Go on.' }]
    await tested.openai().responses.create({ model: 'pair/chat', store: false, input })
    expect(asked(tested)).toMatch(/All is well\..*Go on\./s)
  })

  it('is asked for a summary when it does not know the trigger', async () => {
    const tested = createStateGateway()
    tested.vendor.play(refuse(400, "Invalid value: 'compaction_trigger'."), SUMMARY)
    const body = { model: 'pair/responses', store: false, input: [...HISTORY, TRIGGER] }
    const { output } = await tested.openai().responses.create(body)
    expect(asked(tested)).not.toContain('compaction_trigger')
    expect(output).toMatchObject([{ type: 'compaction', id: expect.stringMatching(/^cmp_/) as string }])
    tested.vendor.play(refuse(422, 'Input tag compaction_trigger does not match any of the expected tags.'))
    const events = await allOf(await tested.openai().responses.create({ ...body, stream: true }))
    expect(events.map((event) => event.type)).toEqual(EVENTS)
  })

  it('is not asked again for what has another reason', async () => {
    const tested = createStateGateway()
    tested.vendor.play(refuse(400, "Invalid value: 'temperature'."))
    const body = { model: 'pair/responses', store: false, input: [...HISTORY, TRIGGER] }
    await expect(tested.openai().responses.create(body)).rejects.toMatchObject({ status: 400 })
    expect(tested.vendor.calls).toHaveLength(1)
  })
})
