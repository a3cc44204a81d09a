import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { CanonicalRequest } from '../../../src/canonical/request.js'
import { GatewayError } from '../../../src/errors.js'
import { gemini } from '../../../src/protocols/gemini/index.js'
import { context, inShort, requestOf, signature, targetOf } from './helpers.js'

const decode = (body: JsonObject): CanonicalRequest => gemini.decodeRequest(body, context).value
const TARGET = targetOf({ mediaInToolResults: true, mediaUrls: true })
const encodeAgain = (body: JsonObject): JsonObject =>
  gemini.encodeRequest(decode(body), TARGET, context).value
function failureOf(body: unknown): unknown {
  try {
    encodeAgain(body as JsonObject)
    return null
  } catch (error) {
    return error
  }
}

const hi = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }

const CONVERSATION: JsonObject = {
  systemInstruction: { parts: [{ text: 'Be brief.' }, { text: 'Be kind.' }] },
  contents: [
    {
      role: 'user',
      parts: [
        { text: 'Look' },
        { inlineData: { mimeType: 'image/png', data: 'aW1n' } },
        { inlineData: { mimeType: 'audio/mpeg', data: 'bXAz' } },
        { inlineData: { mimeType: 'video/mp4', data: 'bXA0' } },
        { inlineData: { mimeType: 'application/pdf', data: 'cGRm' } },
        { fileData: { mimeType: 'image/png', fileUri: 'gs://bucket/image' } },
        { fileData: { mimeType: 'text/csv', fileUri: 'https://a.test/table' } },
        { fileData: { fileUri: 'https://youtu.be/x' } },
        { fileData: { mimeType: 'audio/wav', fileUri: 'gs://bucket/speech' } },
        { inlineData: { mimeType: 'video/mp4', data: 'bXA0' }, videoMetadata: { fps: 1 } },
      ],
    },
    {
      role: 'model',
      parts: [
        { text: 'hm', thought: true, thoughtSignature: 's1' },
        { text: 'So', thoughtSignature: 's2' },
        { functionCall: { id: 'a', name: 'f', args: { x: [1, { y: null }] } }, thoughtSignature: 's3' },
        { functionCall: { id: 'b', name: 'f', args: {} } },
        { executableCode: { language: 'PYTHON', code: '1' } },
        { inlineData: { mimeType: 'image/png', data: 'aW1n' }, thoughtSignature: 's4' },
      ],
    },
    {
      role: 'user',
      parts: [
        { functionResponse: { id: 'b', name: 'f', response: { output: 'fine' } } },
        {
          functionResponse: {
            id: 'a',
            name: 'f',
            response: { rows: [1] },
            parts: [{ inlineData: { mimeType: 'image/png', data: 'aW1n' } }],
          },
        },
        { text: 'Go on' },
      ],
    },
  ],
  tools: [
    {
      functionDeclarations: [
        { name: 'f', description: 'does', parametersJsonSchema: { type: 'object' }, behavior: 'BLOCKING' },
        { name: 'g' },
      ],
    },
    { googleSearch: { timeRangeFilter: {} } },
    { codeExecution: {} },
  ],
  toolConfig: {
    functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] },
    retrievalConfig: { languageCode: 'de' },
  },
  generationConfig: {
    mediaResolution: 'MEDIA_RESOLUTION_LOW',
    maxOutputTokens: 100,
    temperature: 1,
    topP: 0.5,
    topK: 3,
    seed: 7,
    presencePenalty: 1,
    frequencyPenalty: -1,
    candidateCount: 1,
    stopSequences: ['x'],
    thinkingConfig: { includeThoughts: true, thinkingLevel: 'LOW' },
  },
  serviceTier: 'flex',
  safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }],
  cachedContent: 'cachedContents/1',
  labels: { a: 'b' },
}

describe('requests of Gemini', () => {
  it('law 1: are encoded as they came', () => {
    expect(encodeAgain(CONVERSATION)).toEqual(CONVERSATION)
  })

  it.each<[string, JsonObject]>([
    ['an error as a result', { error: 'bad' }],
    ['an object as a result', { result: { t: 22 } }],
    ['an object that looks wrapped', { output: [1] }],
    ['nothing', {}],
  ])('law 1: with %s', (_, response) => {
    const body = {
      contents: [
        { role: 'user', parts: [{ text: 'x' }] },
        { role: 'model', parts: [{ functionCall: { id: 'a', name: 'f', args: {} } }] },
        { role: 'user', parts: [{ functionResponse: { id: 'a', name: 'f', response } }] },
      ],
    }
    expect(encodeAgain(body)).toEqual(body)
  })

  it.each<[string, JsonObject]>([
    ['toolConfig', { functionCallingConfig: { mode: 'NONE' } }],
    ['toolConfig', { functionCallingConfig: { mode: 'AUTO' } }],
    ['toolConfig', { functionCallingConfig: { mode: 'VALIDATED' } }],
    ['toolConfig', { functionCallingConfig: { mode: 'VALIDATED', allowedFunctionNames: ['f'] } }],
    ['toolConfig', { functionCallingConfig: { mode: 'ANY' } }],
    ['toolConfig', { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f', 'g'] } }],
    ['generationConfig', { thinkingConfig: { thinkingBudget: 0 } }],
    ['generationConfig', { thinkingConfig: { thinkingBudget: -1, includeThoughts: false } }],
    ['generationConfig', { thinkingConfig: { thinkingBudget: 512 } }],
    ['generationConfig', { responseMimeType: 'application/json' }],
    ['generationConfig', { responseMimeType: 'application/json', responseJsonSchema: { type: 'array' } }],
    ['generationConfig', { responseMimeType: 'text/x.enum', responseSchema: { enum: ['a'] } }],
  ])('law 1: with %s %j', (field, value) => {
    const tools = [{ functionDeclarations: [{ name: 'f' }, { name: 'g' }] }]
    const body = { ...hi, ...(field === 'toolConfig' ? { tools } : {}), [field]: value }
    expect(encodeAgain(body)).toEqual(body)
  })

  it('law 1: come back in one normal form', () => {
    expect(
      encodeAgain({
        model: 'models/x',
        system_instruction: 'Be brief.',
        contents: [
          { parts: { text: 'a' } },
          {
            role: 'user',
            parts: [{ text: '', thought: false }, { inline_data: { mime_type: 'image/png', data: 'aW1n' } }],
          },
          { role: 'model', parts: [{ function_call: { id: 'a', name: 'f' }, thought_signature: 's' }] },
          { role: 'function', parts: [{ function_response: { name: 'f', response: { output: 'r' } } }] },
        ],
        tools: [
          { function_declarations: [{ name: 'f', parameters: { type: 'OBJECT' } }] },
          { function_declarations: [{ name: 'g' }] },
        ],
        tool_config: { function_calling_config: { mode: 'any' } },
        generation_config: { max_output_tokens: '5', thinking_config: { thinking_level: 'low' } },
      }),
    ).toEqual({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'a' }, { inlineData: { mimeType: 'image/png', data: 'aW1n' } }] },
        { role: 'model', parts: [{ functionCall: { id: 'a', name: 'f', args: {} }, thoughtSignature: 's' }] },
        { role: 'user', parts: [{ functionResponse: { id: 'a', name: 'f', response: { output: 'r' } } }] },
      ],
      tools: [
        { functionDeclarations: [{ name: 'f', parametersJsonSchema: { type: 'object' } }, { name: 'g' }] },
      ],
      toolConfig: { functionCallingConfig: { mode: 'ANY' } },
      generationConfig: { maxOutputTokens: 5, thinkingConfig: { thinkingLevel: 'LOW' } },
    })
  })

  it('case 21: calls of one name without ids get ids, and results find them in order', () => {
    const { messages } = decode({
      contents: [
        { role: 'model', parts: [{ functionCall: { name: 'f' } }, { functionCall: { name: 'f' } }] },
        {
          role: 'user',
          parts: [
            { functionResponse: { name: 'f', response: { output: '1' } } },
            { functionResponse: { name: 'f', response: { output: '2' } } },
          ],
        },
      ],
    })
    const ids = messages[0]?.content.map((part) => (part.type === 'tool-call' ? part.id : ''))
    expect(new Set(ids).size).toBe(2)
    expect(messages[1]?.content.map((part) => (part.type === 'tool-result' ? part.toolCallId : ''))).toEqual(
      ids,
    )
  })

  it('say what they mean in canonical words', () => {
    expect(decode(CONVERSATION)).toMatchObject({
      messages: [
        { role: 'system', topLevel: true, content: [{ text: 'Be brief.' }, { text: 'Be kind.' }] },
        {
          role: 'user',
          content: [
            { type: 'text', path: 'contents[0].parts[0]' },
            { type: 'image' },
            { type: 'audio', format: 'mpeg' },
            { type: 'video' },
            { type: 'document' },
            { type: 'image', source: { type: 'file', protocol: 'gemini' } },
            { type: 'document', source: { type: 'url' } },
            { type: 'video', source: { type: 'url' } },
            { type: 'provider', kind: 'fileData' },
            { type: 'provider', kind: 'inlineData' },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', state: signature('s1') },
            { type: 'text', state: signature('s2') },
            { type: 'tool-call', id: 'a', input: '{"x":[1,{"y":null}]}', state: signature('s3') },
            { type: 'tool-call', id: 'b', input: '' },
            { type: 'provider', kind: 'executableCode' },
            { type: 'generated-image', state: signature('s4') },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool-result', toolCallId: 'b', toolName: 'f', content: [{ text: 'fine' }], plain: true },
            { type: 'tool-result', toolCallId: 'a', content: [{ text: '{"rows":[1]}' }, { type: 'image' }] },
            { type: 'text' },
          ],
        },
      ],
      tools: [
        { type: 'function', name: 'f', path: 'tools[0].functionDeclarations[0]' },
        { type: 'function', name: 'g' },
        { type: 'hosted', kind: 'web-search', name: 'googleSearch' },
        { type: 'hosted', kind: 'code-execution' },
      ],
      toolChoice: { type: 'tool', tool: { name: 'f' } },
      reasoning: { effort: 'low', show: 'summary' },
    })
  })

  it.each([[{}], [{ contents: [] }], [{ contents: 'Hi' }], [{ contents: ['Hi'] }]])('%j is none', (body) => {
    expect(() => decode(body)).toThrow(GatewayError)
  })

  it('case 18: opens an envelope of ours, and drops one that was altered', () => {
    const state = { family: 'openai', kind: 'encrypted', data: 'blob', itemId: 'rs_1' } as const
    const envelope = context.seal(state)
    const altered = `${envelope.slice(0, -1)}${envelope.endsWith('A') ? 'B' : 'A'}`
    const thought = (thoughtSignature: string): JsonObject => ({
      contents: [{ role: 'model', parts: [{ text: 'hm', thought: true, thoughtSignature }] }],
    })
    expect(decode(thought(envelope)).messages[0]?.content).toMatchObject([{ type: 'reasoning', state }])
    const { value, warnings } = gemini.decodeRequest(thought(altered), context)
    expect(value.messages[0]?.content).toEqual([])
    expect(warnings.map(inShort)).toEqual(['dropped contents[0].parts[0].thoughtSignature!'])
  })

  it('never throw anything but a GatewayError', () => {
    const part = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(
        fc.constantFrom(
          'text',
          'thought',
          'functionCall',
          'function_response',
          'inlineData',
          'fileData',
          'thoughtSignature',
        ),
        fc.oneof(
          fc.jsonValue(),
          fc.dictionary(
            fc.constantFrom('name', 'id', 'args', 'response', 'mimeType', 'data', 'fileUri'),
            fc.jsonValue(),
          ),
        ),
      ),
    )
    const body = fc.record({
      contents: fc.array(fc.record({ role: fc.constantFrom('user', 'model', 'x'), parts: fc.array(part) })),
      tools: fc.jsonValue(),
      toolConfig: fc.oneof(fc.jsonValue(), fc.record({ functionCallingConfig: fc.jsonValue() })),
      generationConfig: fc.oneof(
        fc.jsonValue(),
        fc.record({ thinkingConfig: fc.jsonValue(), stopSequences: fc.jsonValue() }),
      ),
      systemInstruction: fc.jsonValue(),
    })
    fc.assert(
      fc.property(body, (any) => {
        expect(failureOf(any)).toSatisfy((error) => error === null || GatewayError.isInstance(error))
      }),
    )
  })
})

describe('requests for Gemini', () => {
  const input = fc.dictionary(fc.string(), fc.jsonValue()).map((args) => {
    const text = JSON.stringify(args)
    return text === '{}' ? '' : text
  })
  const turn = fc.record({
    ask: fc.string({ minLength: 1 }),
    think: fc.string({ minLength: 1 }),
    say: fc.string({ minLength: 1 }),
    inputs: fc.array(input, { minLength: 1, maxLength: 3 }),
    results: fc.array(fc.string({ minLength: 1 }), { minLength: 3, maxLength: 3 }),
  })
  const requests: fc.Arbitrary<CanonicalRequest> = fc
    .array(turn, { minLength: 1, maxLength: 4 })
    .map((turns) =>
      requestOf({
        model: '',
        messages: turns.flatMap(({ ask, think, say, inputs, results }, at): CanonicalRequest['messages'] => [
          { role: 'user', content: [{ type: 'text', text: ask }] },
          {
            role: 'assistant',
            content: [
              { type: 'reasoning', text: think, state: signature('s') },
              { type: 'text', text: say },
              ...inputs.map((text, index) => ({
                type: 'tool-call' as const,
                id: `c${at}.${index}`,
                name: 'f',
                kind: 'function' as const,
                input: text,
              })),
            ],
          },
          {
            role: 'user',
            content: inputs.map((_, index) => ({
              type: 'tool-result' as const,
              toolCallId: `c${at}.${index}`,
              toolName: 'f',
              kind: 'function' as const,
              content: [{ type: 'text' as const, text: results[index] ?? '' }],
              plain: true,
            })),
          },
          { role: 'assistant', content: [{ type: 'text', text: say }] },
        ]),
      }),
    )
  const withoutPaths = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value, (key, item: unknown) => (key === 'path' ? undefined : item)))

  it('law 2: a request that is encoded and decoded is the same', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { value, warnings } = gemini.encodeRequest(request, TARGET, context)
        expect(warnings).toEqual([])
        expect(withoutPaths(decode(value))).toEqual(withoutPaths(request))
      }),
    )
  })

  it('are the same bytes each time, and a longer history begins with those of a shorter', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const contents = (length: number): readonly unknown[] => {
          const part = { ...request, messages: request.messages.slice(0, length) }
          return gemini.encodeRequest(part, TARGET, context).value['contents'] as readonly unknown[]
        }
        const all = contents(request.messages.length)
        expect(JSON.stringify(contents(request.messages.length))).toBe(JSON.stringify(all))
        for (let length = 1; length < request.messages.length; length++) {
          const some = contents(length)
          expect(JSON.stringify(all.slice(0, some.length))).toBe(JSON.stringify(some))
        }
      }),
    )
  })
})
