import { describe, expect, test } from 'vitest'
import { isJsonObject, type JsonObject, type JsonValue, parseSse } from '../../src/index.js'
import { createPairGateway } from '../pairs/pair.js'
import { VENDORS } from '../pairs/vendors.js'
import * as sdk from './sdk-fields.js'

const WEATHER = { type: 'object', properties: { city: { type: 'string' } } }
const TEXTS = ['[[reason:Because.]]Hello', '[[say:Look.]][[tool:weather {"city":"Bern"}]]'] as const

const foreign = (own: string): readonly string[] => Object.keys(VENDORS).filter((name) => name !== own)

/** Members that the type of the SDK must have, and the value has not. */
function missing(value: JsonValue | undefined, fields: object): readonly string[] {
  return isJsonObject(value) ? Object.keys(fields).filter((key) => !(key in value)) : ['everything']
}

/** The same for a value whose type is told by `type`; types that were not thought of are missing as a whole. */
function missingByType(value: JsonValue | undefined, table: object): readonly string[] {
  const type = isJsonObject(value) ? String(value['type']) : ''
  const fields = Object.entries(table).find(([name]) => name === type)?.[1] as object | undefined
  return fields === undefined ? [`type ${type}`] : missing(value, fields).map((key) => `${type}.${key}`)
}

const objects = (value: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter((item) => isJsonObject(item)) : []

async function ask(path: string, body: JsonObject): Promise<string> {
  const { status, text } = await createPairGateway().post(path, body)
  expect(status).toBe(200)
  return text
}

const eventsIn = (text: string): readonly JsonObject[] =>
  [...parseSse(text)]
    .filter(({ data }) => data !== '[DONE]')
    .map(({ data }) => JSON.parse(data) as JsonObject)

describe.each(TEXTS)('%s', (said) => {
  describe.each(foreign('chat'))('Chat on %s', (vendor) => {
    const body = {
      model: `pair/${vendor}`,
      messages: [{ role: 'user', content: said }],
      tools: [{ type: 'function', function: { name: 'weather', parameters: WEATHER } }],
    }

    test('a completion is what the SDK says it is', async () => {
      const completion = JSON.parse(await ask('/v1/chat/completions', body)) as JsonObject
      const [choice] = objects(completion['choices'])
      const message = choice?.['message']
      expect(missing(completion, sdk.COMPLETION)).toEqual([])
      expect(missing(choice, sdk.CHOICE)).toEqual([])
      expect(missing(message, sdk.COMPLETION_MESSAGE)).toEqual([])
      expect(missing(completion['usage'], sdk.COMPLETION_USAGE)).toEqual([])
      const calls = isJsonObject(message) ? objects(message['tool_calls']) : []
      expect(calls.flatMap((call) => missing(call, sdk.CALL))).toEqual([])
    })

    test('so is each chunk of a stream', async () => {
      const chunks = eventsIn(await ask('/v1/chat/completions', { ...body, stream: true }))
      const choices = chunks.flatMap((chunk) => objects(chunk['choices']))
      const calls = choices.flatMap(({ delta }) => (isJsonObject(delta) ? objects(delta['tool_calls']) : []))
      expect(chunks.length).toBeGreaterThan(3)
      expect(chunks.flatMap((chunk) => missing(chunk, sdk.CHUNK))).toEqual([])
      expect(choices.flatMap((choice) => missing(choice, sdk.CHUNK_CHOICE))).toEqual([])
      expect(calls.flatMap((call) => missing(call, sdk.CALL_DELTA))).toEqual([])
    })
  })

  describe.each(foreign('responses'))('Responses on %s', (vendor) => {
    const body = {
      model: `pair/${vendor}`,
      input: said,
      reasoning: { summary: 'auto' },
      tools: [{ type: 'function', name: 'weather', parameters: WEATHER, strict: false }],
    }
    const missingIn = (response: JsonValue | undefined): readonly string[] => [
      ...missing(response, sdk.RESPONSE),
      ...(isJsonObject(response) ? objects(response['output']) : []).flatMap((item) =>
        missingByType(item, sdk.ITEMS),
      ),
    ]

    test('a response is what the SDK says it is', async () => {
      const response = JSON.parse(await ask('/v1/responses', body)) as JsonObject
      expect(missingIn(response)).toEqual([])
      expect(missing(response['usage'], sdk.RESPONSE_USAGE)).toEqual([])
    })

    test('so is each event of a stream', async () => {
      const events = eventsIn(await ask('/v1/responses', { ...body, stream: true }))
      expect(events.length).toBeGreaterThan(5)
      expect(events.flatMap((event) => missingByType(event, sdk.RESPONSE_EVENTS))).toEqual([])
      expect(missingIn(events.at(-1)?.['response'])).toEqual([])
      const items = events.flatMap(({ item }) => (item === undefined ? [] : [item]))
      expect(items.flatMap((item) => missingByType(item, sdk.ITEMS))).toEqual([])
    })
  })

  describe.each(foreign('messages'))('Messages on %s', (vendor) => {
    const body = {
      model: `pair/${vendor}`,
      max_tokens: 4000,
      messages: [{ role: 'user', content: said }],
      thinking: { type: 'adaptive', display: 'summarized' },
      tools: [{ name: 'weather', input_schema: WEATHER }],
    }

    test('a message is what the SDK says it is', async () => {
      const message = JSON.parse(await ask('/v1/messages', body)) as JsonObject
      expect(missing(message, sdk.MESSAGE)).toEqual([])
      expect(objects(message['content']).flatMap((block) => missingByType(block, sdk.BLOCKS))).toEqual([])
    })

    test('so is each event of a stream', async () => {
      const events = eventsIn(await ask('/v1/messages', { ...body, stream: true }))
      const told = events.filter(({ type }) => type !== 'ping')
      expect(told.length).toBeGreaterThan(5)
      expect(told.flatMap((event) => missingByType(event, sdk.MESSAGE_EVENTS))).toEqual([])
      expect(missing(told[0]?.['message'], sdk.MESSAGE)).toEqual([])
      const blocks = told.flatMap(({ content_block: block }) => (block === undefined ? [] : [block]))
      expect(blocks.flatMap((block) => missingByType(block, sdk.BLOCKS))).toEqual([])
    })
  })
})
