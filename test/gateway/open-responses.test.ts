import { describe, expect, it, test } from 'vitest'
import { PIXEL } from '../pairs/client.js'
import { createPairGateway, type PairGateway } from '../pairs/pair.js'
import { VENDORS } from '../pairs/vendors.js'
import {
  compactionSchema,
  errorSchema,
  type Item,
  readEvents,
  type ResponseObject,
  responseSchema,
  type StreamEvent,
} from '../support/open-responses.js'

// What the public documentation of Open Responses asks of a server, and the cases that its compliance suite names,
// in front of a simulated vendor of each protocol. Two of its rules give way to the documentation of CrossModel:
// a stream ends with its terminal event, without `[DONE]`, and an error event says its fields at the top.

const MODELS = [...Object.keys(VENDORS), 'deepseek'].map((name) => `pair/${name}`)
const REASONING_MODELS = MODELS.filter((model) => model !== 'pair/chat')
const PATH = '/v1/responses'

interface Case {
  readonly body: Readonly<Record<string, unknown>>
  /** Types of the items that come out, beside reasoning: some models reason unasked. */
  readonly output?: readonly Item['type'][] | undefined
  /** What the vendor must have been told. */
  readonly told?: readonly string[] | undefined
}

const say = (role: string, content: unknown, more: object = {}): object => ({
  type: 'message',
  role,
  content,
  ...more,
})
const WEATHER = {
  type: 'function',
  name: 'get_weather',
  description: 'Tells the weather of a place',
  parameters: {
    type: 'object',
    properties: { location: { type: 'string' } },
    required: ['location'],
  },
}
const TIME = { ...WEATHER, name: 'get_time' }
const CALL = '[[tool:get_weather {"location":"Bern"}]]'
const MADE_CALL = {
  type: 'function_call',
  call_id: 'call_1',
  name: 'get_weather',
  arguments: '{"location":"Bern"}',
}
const RESULT = { type: 'function_call_output', call_id: 'call_1', output: 'snow' }

const CASES: Readonly<Record<string, Case>> = {
  'a message of the user': { body: { input: [say('user', 'Say hello.')] }, told: ['Say hello.'] },
  'a string, which is a message of the user': { body: { input: 'Say hello.' }, told: ['Say hello.'] },
  'a system prompt in the input': {
    body: { input: [say('system', 'Speak like a pirate.'), say('user', 'Say hello.')] },
    told: ['Speak like a pirate.', 'Say hello.'],
  },
  'a developer message and instructions': {
    body: { instructions: 'Be brief.', input: [say('developer', 'Rhyme.'), say('user', 'Say hello.')] },
    told: ['Be brief.', 'Rhyme.'],
  },
  'a history of both sides': {
    body: { input: [say('user', 'I am Ada.'), say('assistant', 'Hello Ada!'), say('user', 'Who am I?')] },
    told: ['I am Ada.', 'Hello Ada!', 'Who am I?'],
  },
  'a history with phases': {
    body: {
      input: [
        say('user', 'Look it up.'),
        say('assistant', 'I look.', { phase: 'commentary' }),
        say('assistant', 'It is 4.', { phase: 'final_answer' }),
        say('user', 'Sure?'),
      ],
    },
    told: ['I look.', 'It is 4.'],
  },
  'an image': {
    body: {
      input: [
        say('user', [
          { type: 'input_text', text: 'What is it?' },
          { type: 'input_image', image_url: `data:image/png;base64,${PIXEL}` },
        ]),
      ],
    },
    told: [PIXEL],
  },
  'a tool that is called': { body: { input: CALL, tools: [WEATHER] }, output: ['function_call'] },
  'a tool that must be called': {
    body: { input: 'Hello!', tools: [WEATHER], tool_choice: 'required' },
    output: ['function_call'],
  },
  'a tool that is chosen': {
    body: {
      input: 'Hello!',
      tools: [WEATHER, TIME],
      tool_choice: { type: 'function', name: 'get_time' },
    },
    output: ['function_call'],
  },
  'a tool that must not be called': {
    body: { input: CALL, tools: [WEATHER], tool_choice: 'none' },
    output: ['message'],
  },
  'the result of a tool': {
    body: { input: [say('user', 'The weather?'), MADE_CALL, RESULT], tools: [WEATHER] },
    told: ['snow'],
  },
  'calls in parallel': {
    body: { input: CALL + CALL.replace('Bern', 'Basel'), tools: [WEATHER] },
    output: ['function_call', 'function_call'],
  },
  'words before a call': {
    body: { input: `[[say:I look.]]${CALL}`, tools: [WEATHER] },
    output: ['message', 'function_call'],
  },
  'a schema for the answer': {
    body: {
      input: 'The weather?',
      text: {
        format: {
          type: 'json_schema',
          name: 'weather',
          strict: true,
          schema: { ...WEATHER.parameters, additionalProperties: false },
        },
      },
    },
  },
}

interface Made {
  readonly response: ResponseObject
  readonly events: readonly StreamEvent[]
}

/** The response of a request, and of a stream its events; every shape is checked. */
async function create(tested: PairGateway, body: Case['body'], streamed: boolean): Promise<Made> {
  const answer = await tested.post(PATH, { ...body, stream: streamed })
  expect(answer.status, answer.text).toBe(200)
  expect(answer.headers['content-type']).toMatch(streamed ? /^text\/event-stream/ : /^application\/json/)
  const events = streamed ? readEvents(answer.text) : []
  return { response: responseSchema.parse(streamed ? events.at(-1)?.response : answer.json), events }
}

const MODES = [false, true]

describe.each(MODELS)('Open Responses on %s', (model) => {
  describe.each(MODES)('streamed: %s', (streamed) => {
    test.each(Object.entries(CASES))('%s', async (_name, { body, output = ['message'], told = [] }) => {
      const tested = createPairGateway()
      const { response, events } = await create(tested, { model, ...body }, streamed)
      expect(response).toMatchObject({ status: 'completed', model, error: null, incomplete_details: null })
      expect(response.output.map(({ type }) => type).filter((type) => type !== 'reasoning')).toEqual(output)
      for (const words of told) expect(tested.vendor.last().text).toContain(words)
      if (streamed) checkStream(events, response)
    })

    it('says what was asked of it', async () => {
      const asked = {
        instructions: 'Be brief.',
        metadata: { order: '7' },
        max_output_tokens: 100,
        parallel_tool_calls: true,
        tools: [{ ...WEATHER, strict: false }],
        tool_choice: 'auto',
        truncation: 'disabled',
        store: false,
      }
      const { response } = await create(createPairGateway(), { model, input: 'Hello!', ...asked }, streamed)
      expect(response).toMatchObject(asked)
    })

    it('says that its limit cut it, and that the last item is not whole', async () => {
      const body = { model, input: '[[tokens:100]]', max_output_tokens: 20 }
      const { response, events } = await create(createPairGateway(), body, streamed)
      expect(response).toMatchObject({
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        output: [{ type: 'message', status: 'incomplete' }],
        usage: { output_tokens: 20 },
      })
      if (streamed) checkStream(events, response)
    })

    it('goes on from an earlier response: its input, its output, the new input', async () => {
      const tested = createPairGateway()
      const first = await create(tested, { model, input: 'I am Ada.' }, streamed)
      const previous = { previous_response_id: first.response.id }
      const body = { model, input: 'Who am I?', ...previous }
      const { response } = await create(tested, body, streamed)
      expect(response).toMatchObject(previous)
      expect(tested.vendor.last().text).toMatch(/I am Ada\..*simulated vendor.*Who am I\?/s)
    })
  })

  it('refuses what it does not know in the documented shape', async () => {
    const tested = createPairGateway()
    const refusals: readonly (readonly [number, object, object])[] = [
      [404, { model: 'no/such', input: 'Hi' }, { code: 'model_not_found', param: 'model' }],
      [400, { model, input: 7 }, { type: 'invalid_request_error' }],
      [400, { model, input: 'Hi', previous_response_id: 'resp_nobody' }, { param: 'previous_response_id' }],
      [429, { model, input: '[[error:429]]' }, {}],
      [400, { model, input: '[[error:400]]' }, {}],
    ]
    for (const [status, body, error] of refusals) {
      const answer = await tested.post(PATH, body)
      expect({ status: answer.status, error: errorSchema.parse(answer.json.error) }).toMatchObject({
        status,
        error,
      })
    }
  })

  it('fails a response that an error ends, and never completes it', async () => {
    const answer = await createPairGateway().post(PATH, { model, stream: true, input: '[[error:500@4]]' })
    expect(answer.text).toContain('event: response.failed')
    expect(answer.text).not.toContain('event: response.completed')
  })
})

// A vendor of the protocol itself compacts at an endpoint of its own, which the simulated one does not have.
describe.each(MODELS.filter((model) => model !== 'pair/responses'))('Open Responses on %s', (model) => {
  it('compacts a conversation, and refuses to without a model', async () => {
    const tested = createPairGateway()
    const input = [say('user', 'Fix the parser.'), say('assistant', 'Half of it is fixed.')]
    const body = { input, prompt_cache_key: 'a conversation' }
    const made = await tested.post(`${PATH}/compact`, { model, ...body })
    expect(compactionSchema.parse(made.json).output.at(-1)).toMatchObject({ type: 'compaction' })
    const refused = await tested.post(`${PATH}/compact`, body)
    expect(refused.status).toBe(400)
    expect(errorSchema.parse(refused.json.error).param).toBe('model')
  })
})

describe.each(REASONING_MODELS)('Open Responses on %s', (model) => {
  test.each(MODES)(
    'reasoning comes before its answer, and goes back sealed; streamed: %s',
    async (streamed) => {
      const tested = createPairGateway()
      const body = {
        model,
        store: false,
        reasoning: { effort: 'high', summary: 'auto' },
        include: ['reasoning.encrypted_content'],
      }
      const input = [say('user', '[[reason:Because.]]Why?')]
      const { response, events } = await create(tested, { ...body, input }, streamed)
      expect(response.output).toMatchObject([
        {
          type: 'reasoning',
          summary: [{ text: 'Because.' }],
          encrypted_content: expect.any(String) as string,
        },
        { type: 'message' },
      ])
      if (streamed) checkStream(events, response)
      const next = [...input, ...response.output, say('user', 'And so?')]
      expect((await create(tested, { ...body, input: next }, streamed)).response.status).toBe('completed')
    },
  )
})

/** The state machines of a stream: of the response, of each item in it, and of each content in that. */
function checkStream(events: readonly StreamEvent[], response: ResponseObject): void {
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual([...events.keys()])
  expect(events.slice(0, 2).map(({ type }) => type)).toEqual(['response.created', 'response.in_progress'])
  const inner = events.slice(2, -1)
  expect(events.at(-1)?.type).toBe(`response.${response.status}`)
  for (const [index, item] of response.output.entries()) {
    checkItem(
      inner.filter(({ output_index }) => output_index === index),
      item,
    )
  }
  const places = inner.map(({ output_index = -1 }) => output_index)
  expect(places).toEqual(places.toSorted((left, right) => left - right))
  expect(new Set(places).size).toBe(response.output.length)
}

const LIFE = {
  message:
    /^output_item\.added( content_part\.added( (output_text|refusal)\.delta)* (output_text|refusal)\.done content_part\.done)* output_item\.done$/,
  function_call:
    /^output_item\.added( function_call_arguments\.delta)* function_call_arguments\.done output_item\.done$/,
  reasoning:
    /^output_item\.added( reasoning_summary_part\.added( reasoning_summary_text\.delta)* reasoning_summary_text\.done reasoning_summary_part\.done)* output_item\.done$/,
  compaction: /^output_item\.added output_item\.done$/,
} as const satisfies Readonly<Record<Item['type'], RegExp>>

/** An item opens empty, grows by what its deltas say, and closes as what the response has in the end. */
function checkItem(events: readonly StreamEvent[], item: Item): void {
  expect(events.map(({ type }) => type.replace('response.', '')).join(' ')).toMatch(LIFE[item.type])
  const [added, done] = [events[0]?.item, events.at(-1)?.item]
  expect(added).toMatchObject({ type: item.type, id: item.id })
  if (item.type === 'message' || item.type === 'function_call') {
    expect(added).toMatchObject({ status: 'in_progress' })
  }
  expect(done).toEqual(item)
  expect(events.map(({ delta = '' }) => delta).join('')).toBe(wordsOf(item))
}

function wordsOf(item: Item): string {
  switch (item.type) {
    case 'message':
      return item.content.map((part) => (part.type === 'refusal' ? part.refusal : part.text)).join('')
    case 'function_call':
      return item.arguments
    case 'reasoning':
      return item.summary.map(({ text }) => text).join('')
    case 'compaction':
      return ''
  }
}
