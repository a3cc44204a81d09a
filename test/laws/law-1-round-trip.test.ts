import { describe, expect, it } from 'vitest'
import { isJsonObject, type JsonObject, type JsonValue, type ProtocolId } from '../../src/index.js'
import { requestEssence, responseEssence } from './support/essence.js'
import { context, decodeContext, encodeContext, FACTS, VENDORS } from './support/protocols.js'
import { ANSWERS, WIRES } from './support/scenarios.js'

type Normalise = (body: JsonObject) => JsonObject

/** What comes back otherwise than it was written, and means the same. */
const REQUEST_FORMS: Readonly<Record<ProtocolId, Normalise>> = {
  // A model has one word for instructions; clients use both.
  'openai-chat': mapList('messages', (message) =>
    message['role'] === 'developer' ? { ...message, role: 'system' } : message,
  ),
  // Messages are typed items with typed parts. Nothing is stored, so the reasoning state is always asked for. What
  // the client tells the vendor about itself stays here.
  'openai-responses': ({ client_metadata: _own, ...body }) => ({
    ...mapList('input', toTypedItem)(body),
    include: ['reasoning.encrypted_content'],
    store: false,
  }),
  // A string is one text block.
  'anthropic-messages': (body) => ({
    ...mapList('messages', toBlocks)(body),
    ...(typeof body['system'] === 'string' ? { system: [textBlock(body['system'])] } : {}),
  }),
  gemini: (body) => body,
}

/** The same for answers. Fields that a vendor may leave out are all there, with the value that their absence has. */
const ANSWER_FORMS: Readonly<Record<ProtocolId, Normalise>> = {
  // No arguments are an empty object: clients parse the text.
  'openai-chat': (body) =>
    deepMap(
      { ...body, usage: counted(body['usage'], 'prompt_tokens_details', { cache_write_tokens: 0 }) },
      (value) => (value['arguments'] === '' ? { ...value, arguments: '{}' } : value),
    ),
  // Parameters are repeated from the client's request, whatever the vendor repeated. Items have ids of their own:
  // only those of reasoning are ever sent back.
  'openai-responses': ({ id, object, created_at, status, error, incomplete_details, model, output, usage }) =>
    mapList(
      'output',
      withoutId,
    )({
      id,
      object,
      created_at,
      status,
      error,
      incomplete_details,
      model,
      output,
      usage: counted(usage, 'input_tokens_details', { cache_write_tokens: 0 }),
    }),
  'anthropic-messages': (body) =>
    mapList('content', (block) => (block['type'] === 'text' ? { citations: null, ...block } : block))({
      container: null,
      diagnostics: null,
      stop_details: null,
      ...body,
      usage: {
        output_tokens_details: { thinking_tokens: 0 },
        server_tool_use: null,
        service_tier: null,
        ...(body['usage'] as JsonObject),
      },
    }),
  // A blocked prompt comes back as an answer that the safety systems ended.
  gemini: ({ promptFeedback, ...body }) =>
    promptFeedback === undefined
      ? body
      : {
          candidates: [
            { content: { parts: [], role: 'model' }, finishReason: 'PROHIBITED_CONTENT', index: 0 },
          ],
          ...body,
          usageMetadata: { candidatesTokenCount: 0, ...(body['usageMetadata'] as JsonObject) },
        },
}

describe('law 1: a request that is decoded and encoded again', () => {
  it.each(WIRES.filter(({ response, stream }) => (response ?? stream) !== undefined))(
    'is what it was: $name',
    ({ protocol, request }) => {
      const { protocol: codec, target } = VENDORS[protocol]
      const decoded = codec.decodeRequest(request, context)
      const encoded = codec.encodeRequest(decoded.value, target, context)
      expect(encoded.value).toEqual(REQUEST_FORMS[protocol](request))
      expect([...decoded.warnings, ...encoded.warnings]).toEqual([])
    },
  )

  it.each(WIRES)('means what the scenario says: $name', ({ protocol, request, scenario, differs }) => {
    const { value } = VENDORS[protocol].protocol.decodeRequest(request, context)
    expect(requestEssence(value, differs)).toEqual(requestEssence(scenario.request, differs))
  })
})

describe('law 1: an answer that is decoded and encoded again', () => {
  it.each(ANSWERS)('is what it was: $name', ({ protocol, request, response }) => {
    const vendor = VENDORS[protocol]
    const decoded = vendor.protocol.decodeResponse(response, decodeContext(vendor))
    const asked = encodeContext({
      model: vendor.target.model,
      request: vendor.protocol.decodeRequest(request, context).value,
      body: request,
    })
    const encoded = vendor.protocol.encodeResponse(decoded.value, asked)
    const normal = ANSWER_FORMS[protocol]
    expect(normal(encoded.value)).toEqual(normal(response))
    expect([...decoded.warnings, ...encoded.warnings]).toEqual([])
  })

  it.each(ANSWERS)('means what the scenario says: $name', ({ protocol, response, scenario, differs }) => {
    const vendor = VENDORS[protocol]
    const { value } = vendor.protocol.decodeResponse(response, decodeContext(vendor))
    expect(responseEssence(value, differs)).toEqual(responseEssence(scenario.response, differs))
  })

  it('bears the name of the model that the client asked for', () => {
    for (const { protocol, response } of ANSWERS) {
      const vendor = VENDORS[protocol]
      const { value } = vendor.protocol.decodeResponse(response, decodeContext(vendor))
      const { model, modelVersion } = vendor.protocol.encodeResponse(value, encodeContext()).value
      expect(model ?? modelVersion).toBe(FACTS.model)
    }
  })
})

function mapList(field: string, map: (item: JsonObject) => JsonObject): Normalise {
  return (body) => {
    const list = body[field]
    return Array.isArray(list) ? { ...body, [field]: (list as readonly JsonObject[]).map(map) } : body
  }
}

function textBlock(text: string, type = 'text'): JsonObject {
  return { type, text }
}

function toBlocks(message: JsonObject): JsonObject {
  const { content } = message
  return typeof content === 'string' ? { ...message, content: [textBlock(content)] } : message
}

function toTypedItem(item: JsonObject): JsonObject {
  const { content, role } = item
  if (role === undefined) return item
  const type = role === 'assistant' ? 'output_text' : 'input_text'
  return {
    type: 'message',
    ...item,
    content: typeof content === 'string' ? [textBlock(content, type)] : (content ?? []),
  }
}

function withoutId(item: JsonObject): JsonObject {
  const { id: _, ...rest } = item
  return item['type'] === 'reasoning' ? item : rest
}

function counted(usage: JsonValue | undefined, field: string, absent: JsonObject): JsonObject {
  const counts = usage as JsonObject
  return { ...counts, [field]: { ...absent, ...(counts[field] as JsonObject) } }
}

function deepMap<T extends JsonValue>(value: T, map: (object: JsonObject) => JsonObject): T {
  if (Array.isArray(value)) return value.map((item: JsonValue) => deepMap(item, map)) as unknown as T
  if (!isJsonObject(value)) return value
  const entries = Object.entries(map(value)).map(([key, item]) => [
    key,
    item === undefined ? item : deepMap(item, map),
  ])
  return Object.fromEntries(entries) as T
}
