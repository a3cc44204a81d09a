import { describe, expect, test } from 'vitest'
import { estimateInputTokens, type JsonObject } from '../../src/index.js'
import { PIXEL } from '../pairs/client.js'
import { CLIENTS, type ClientName, createPairGateway, type PairGateway } from '../pairs/pair.js'
import { VENDORS } from '../pairs/vendors.js'

const clients = Object.keys(CLIENTS) as readonly ClientName[]
const vendors = Object.keys(VENDORS)
const pairs = clients.flatMap((client) => vendors.map((vendor) => ({ client, vendor })))
const crossed = pairs.filter(({ client, vendor }) => client !== vendor)

const PATHS = {
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
  messages: '/v1/messages',
} as const

const SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    place: { $ref: '#/$defs/place' },
    unit: { const: 'celsius' },
    days: { enum: [1, 3] },
    either: { anyOf: [{ type: 'string' }, { type: 'null' }] },
  },
  $defs: { place: { type: 'object', properties: { city: { type: 'string' } }, additionalProperties: false } },
  additionalProperties: false,
}

/** A tool in the words of each client. */
const toolOf = (parameters: JsonObject): Readonly<Record<ClientName, JsonObject>> => ({
  chat: { type: 'function', function: { name: 'f', parameters } },
  responses: { type: 'function', name: 'f', parameters, strict: false },
  messages: { name: 'f', input_schema: parameters },
})

/** A conversation in the words of each client. */
const said = (...texts: readonly string[]): Readonly<Record<ClientName, JsonObject>> => {
  const messages = texts.map((content, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content }))
  return { chat: { messages }, responses: { input: messages }, messages: { messages, max_tokens: 1000 } }
}

/** Sends a body; gives the answer's status, what the vendor got, and what was lost. */
async function send(client: ClientName, vendor: string, body: JsonObject) {
  const tested: PairGateway = createPairGateway()
  const answer = await tested.post(PATHS[client], { model: `pair/${vendor}`, ...body })
  const lost = tested.warnings.flatMap(({ warnings }) => warnings.map(({ code, path }) => `${code} ${path}`))
  const [call] = tested.vendor.calls
  return { answer, json: call?.json, headers: call?.request.headers ?? {}, lost }
}

describe.each(pairs)('$client → $vendor', ({ client, vendor }) => {
  test('case 22: a schema is brought to what the vendor takes, and else left alone', async () => {
    const { answer, json } = await send(client, vendor, {
      ...said('Hi')[client],
      tools: [toolOf(SCHEMA)[client]],
    })
    expect(answer.status).toBe(200)
    const schemas: Readonly<Record<string, () => JsonObject>> = {
      chat: () => json.tools[0].function.parameters,
      responses: () => json.tools[0].parameters,
      messages: () => json.tools[0].input_schema,
      gemini: () => json.tools[0].functionDeclarations[0].parametersJsonSchema,
    }
    const schema = schemas[vendor]?.()
    if (vendor !== 'gemini') expect(schema).toEqual(SCHEMA)
    else {
      expect(schema).toMatchObject({ type: 'object', properties: { unit: { enum: ['celsius'] } } })
      expect(JSON.stringify(schema)).not.toMatch(/"(const|\$schema)"/)
    }
  })

  test('case 32: a tool without a name is refused, never called undefined', async () => {
    const tool = toolOf({ type: 'object', properties: {} })
    const nameless = {
      chat: { type: 'function', function: {} },
      responses: { ...tool.responses, name: undefined },
      messages: { ...tool.messages, name: undefined },
    }[client] as JsonObject
    const { answer, json } = await send(client, vendor, { ...said('Hi')[client], tools: [nameless] })
    expect(answer.status).toBe(400)
    if (client !== vendor) expect(json).toBeUndefined()
  })
})

describe.each(crossed)('$client → $vendor', ({ client, vendor }) => {
  test('case 23: nothing empty is sent', async () => {
    const empty = {
      chat: {
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: '' },
        ],
      },
      responses: {
        input: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: [] },
        ],
      },
      messages: {
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: '' },
        ],
      },
    }[client]
    const more = {
      role: 'user',
      content: [{ type: client === 'responses' ? 'input_text' : 'text', text: 'And?' }],
    }
    const [[field, turns] = ['', []]] = Object.entries(empty)
    const body = { ...said('')[client], [field]: [...turns, more] }
    const { answer, json } = await send(client, vendor, body)
    expect(answer.status).toBe(200)
    expect(JSON.stringify(json)).not.toMatch(/"(text|content)":""/)
  })

  test('case 25: calls one at a time, where the vendor can be told', async () => {
    const one = {
      chat: { parallel_tool_calls: false },
      responses: { parallel_tool_calls: false },
      messages: { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    }[client]
    const { json, lost } = await send(client, vendor, {
      ...said('Hi')[client],
      tools: [toolOf({ type: 'object', properties: {} })[client]],
      ...one,
    })
    const told =
      json.parallel_tool_calls === false ||
      json.tool_choice?.disable_parallel_tool_use === true ||
      lost.length > 0
    expect(told).toBe(true)
    expect(lost).toHaveLength(vendor === 'gemini' ? 1 : 0)
  })

  test('case 26: a tool that only another vendor runs is refused by name, a search is kept or reported', async () => {
    const foreign = {
      chat: { type: 'function', function: { name: 'f' } },
      responses: { type: 'file_search', vector_store_ids: ['vs_1'] },
      messages: { type: 'computer_20250124', name: 'computer', display_width_px: 9, display_height_px: 9 },
    }[client] as JsonObject
    const refused = await send(client, vendor, { ...said('Hi')[client], tools: [foreign] })
    if (client !== 'chat') expect(refused.answer.json.error.message).toContain('tools[0]')
    const search = {
      chat: { web_search_options: {} },
      responses: { tools: [{ type: 'web_search' }] },
      messages: { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
    }[client]
    const { json, lost } = await send(client, vendor, { ...said('Hi')[client], ...search })
    const kept = /web_search|googleSearch/.test(JSON.stringify(json))
    // Chat knows it only for models that always search.
    expect(kept).toBe(vendor !== 'chat')
    expect(lost.some((loss) => loss.startsWith('dropped'))).toBe(!kept)
  })

  test('case 46d: what a vendor is not told is told to the client', async () => {
    const fields = {
      chat: { top_p: 0.5, stop: ['END'], tool_choice: 'required', seed: 1 },
      responses: { top_p: 0.5, tool_choice: 'required', truncation: 'auto' },
      messages: { top_k: 5, stop_sequences: ['END'], tool_choice: { type: 'any' } },
    }[client]
    const { answer, json, lost } = await send(client, vendor, {
      ...said('[[say:one]]')[client],
      tools: [toolOf({ type: 'object', properties: {} })[client]],
      ...fields,
    })
    expect(answer.status).toBe(200)
    const sent = JSON.stringify(json)
    const told: Readonly<Record<string, RegExp>> = {
      top_p: /"top_?p":0.5/i,
      top_k: /"top_?k":5/i,
      stop: /"END"/,
      stop_sequences: /"END"/,
      tool_choice: /"tool_choice":("required"|\{"type":"any"\})|"mode":"ANY"/,
      seed: /"seed":1/,
    }
    for (const field of Object.keys(fields)) {
      const isTold = (told[field]?.test(sent) ?? false) || lost.some((loss) => loss.endsWith(` ${field}`))
      expect([field, isTold]).toEqual([field, true])
    }
  })
})

describe('cache markers', () => {
  const marked = { type: 'text', text: 'Long.', cache_control: { type: 'ephemeral', ttl: '1h' } }

  test('case 27: reach Claude as they were, from its own clients', async () => {
    const body = { ...said('Hi').messages, system: [marked] }
    expect((await send('messages', 'messages', body)).json.system).toEqual([marked])
  })

  test('case 27: cross to where there are any, at most four of them', async () => {
    const turns = Array.from({ length: 6 }, (_, at) => ({
      role: at % 2 === 0 ? 'user' : 'assistant',
      content: [{ type: 'text', text: `Turn ${at}.`, cache_control: { type: 'ephemeral' } }],
    }))
    const messages = [...turns, { role: 'user', content: 'Hi' }]
    const { json } = await send('chat', 'messages', { messages })
    expect(JSON.stringify(json).match(/"cache_control"/g)).toHaveLength(4)
  })
})

describe('headers of one vendor', () => {
  const headers = { 'anthropic-beta': 'context-1m-2025-08-07', 'content-type': 'application/json' }

  test.each([
    ['messages', true],
    ['chat', false],
    ['responses', false],
    ['gemini', false],
  ])('case 28: betas for Claude go to %s: %s', async (vendor, forwarded) => {
    const tested = createPairGateway()
    const body = { model: `pair/${vendor}`, ...said('Hi').messages }
    const key = { authorization: 'Bearer cm-key-of-acme' }
    expect((await tested.post('/v1/messages', body, { ...headers, ...key })).status).toBe(200)
    const sent = tested.vendor.last().request.headers['anthropic-beta'] ?? ''
    expect(sent.includes('context-1m')).toBe(forwarded)
  })
})

describe('sampling beside reasoning', () => {
  test.each(vendors)('case 29: no temperature goes where it would be refused (%s)', async (vendor) => {
    const body = { ...said('Hi').chat, temperature: 0.3, reasoning_effort: 'high' }
    const { answer, json, lost } = await send('chat', vendor, body)
    expect(answer.status).toBe(200)
    const takes = vendor === 'chat' || vendor === 'gemini'
    expect(JSON.stringify(json).includes('0.3')).toBe(takes)
    expect(lost.includes('dropped temperature')).toBe(!takes)
  })
})

describe('results of tools and words beside them', () => {
  const call = { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }] }
  const answer = {
    role: 'user',
    content: [
      { type: 'tool_result', tool_use_id: 'toolu_1', content: 'sunny' },
      { type: 'text', text: 'And tomorrow?' },
    ],
  }

  test.each(vendors)('case 20: stay in their order: the result, then the words (%s)', async (vendor) => {
    const { answer: got, json } = await send('messages', vendor, {
      max_tokens: 1000,
      tools: [toolOf({ type: 'object', properties: {} }).messages],
      messages: [{ role: 'user', content: 'Hi' }, call, answer],
    })
    expect(got.status).toBe(200)
    const sent = JSON.stringify(json)
    expect(sent.indexOf('sunny')).toBeGreaterThan(0)
    expect(sent.indexOf('And tomorrow?')).toBeGreaterThan(sent.indexOf('sunny'))
  })
})

describe('an estimate of the input', () => {
  test('case 35: counts instructions, tools and pictures', () => {
    const plain = estimateInputTokens(said('Hi').messages)
    const counted = (more: JsonObject): number =>
      estimateInputTokens({ ...said('Hi').messages, ...more }) - plain
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }
    expect(counted({ system: 'word '.repeat(100) })).toBeGreaterThan(80)
    expect(counted({ tools: [toolOf(SCHEMA).messages] })).toBeGreaterThan(40)
    expect(counted({ extra: [image] })).toBeGreaterThan(50)
  })
})
