import { describe, expect, test } from 'vitest'
import { ask, WEATHER_ARGUMENTS, WEATHER_SCHEMA } from './vendor.js'
import type { Loose } from './vendor.js'

const tools = [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema: WEATHER_SCHEMA }] }]
const say = (text: string) => [{ role: 'user', parts: [{ text }] }]
const generate = (body: object) => ask('/v1beta/models/m:generateContent', body)
const stream = (body: object) => ask('/v1beta/models/m:streamGenerateContent?alt=sse', body)
const parts = (chunk: Loose): readonly Loose[] => chunk.candidates[0].content.parts

describe('gemini', () => {
  test('says that it is simulated and repeats the user, alike in a stream and whole', () => {
    const { data } = generate({ contents: say('Hello there') })
    const chunks = stream({ contents: say('Hello there') }).data
    const text = parts(data[0])[0].text
    expect(text).toContain('simulated vendor; no model was called. You said: "Hello there"')
    expect(
      chunks
        .flatMap(parts)
        .map((part) => part.text)
        .join(''),
    ).toBe(text)
    expect(data[0]).toMatchObject({ modelVersion: 'm', candidates: [{ finishReason: 'STOP', index: 0 }] })
    expect(chunks.map((chunk) => chunk.candidates[0].finishReason).filter(Boolean)).toEqual(['STOP'])
    expect(chunks.at(-1)?.candidates[0].finishReason).toBe('STOP')
  })

  test('ends its lines as this vendor does, without a terminator', () => {
    const { text, names } = stream({ contents: say('Hi') })
    expect(text.replaceAll('\r\n', '')).not.toContain('\n')
    expect(text.endsWith('}\r\n\r\n')).toBe(true)
    expect(names).toEqual([])
  })

  test('gives calls whole, without ids, the first of them signed', () => {
    const contents = say('[[tool:weather]][[tool:weather {"city":"Bern"}]]')
    for (const { data } of [generate({ contents, tools }), stream({ contents, tools })]) {
      expect(data.flatMap(parts)).toEqual([
        { functionCall: { name: 'weather', args: WEATHER_ARGUMENTS }, thoughtSignature: expect.any(String) },
        { functionCall: { name: 'weather', args: { city: 'Bern' } } },
      ])
    }
  })

  test('quotes what a function answered', () => {
    const { data } = generate({
      contents: [
        ...say('[[tool:weather]]'),
        { role: 'model', parts: [{ functionCall: { name: 'weather', args: {} }, thoughtSignature: 's' }] },
        { role: 'user', parts: [{ functionResponse: { name: 'weather', response: { output: 'Snow' } } }] },
      ],
      tools,
    })
    expect(parts(data[0])[0].text).toContain('Your tool answered: "Snow"')
  })

  test('thinks before it answers, and signs the end', () => {
    const { data } = stream({ contents: say('[[reason:Think hard]] [[tokens:1]]') })
    expect(data.flatMap(parts)).toEqual([
      { text: 'Think', thought: true },
      { text: ' hard', thought: true },
      { text: 'This' },
      { text: '', thoughtSignature: expect.any(String) },
    ])
  })

  test('hides thoughts that nobody asked to see', () => {
    const { data } = generate({
      contents: say('Hi'),
      generationConfig: { thinkingConfig: { thinkingLevel: 'HIGH' } },
    })
    expect(parts(data[0])).toHaveLength(1)
    expect(data[0].usageMetadata.thoughtsTokenCount).toBeGreaterThan(0)
  })

  test('reports the same usage in a stream as whole, thoughts beside candidates', () => {
    const contents = say('[[usage:input=90,cached=40,output=50,reasoning=30]]')
    const { usageMetadata } = generate({ contents }).data[0]
    expect(usageMetadata).toMatchObject({
      promptTokenCount: 90,
      cachedContentTokenCount: 40,
      candidatesTokenCount: 20,
      thoughtsTokenCount: 30,
      totalTokenCount: 140,
    })
    expect(stream({ contents }).data.at(-1)?.usageMetadata).toEqual(usageMetadata)
  })

  test('counts up in a stream', () => {
    const counts = stream({ contents: say('[[tokens:4]]') }).data.map(
      (chunk) => chunk.usageMetadata.candidatesTokenCount,
    )
    expect(counts).toEqual([1, 2, 3, 4])
  })

  test.each([
    ['length', 'MAX_TOKENS'],
    ['content_filter', 'SAFETY'],
    ['refusal', 'PROHIBITED_CONTENT'],
  ])('ends with %s when told', (finish, reason) => {
    expect(generate({ contents: say(`[[finish:${finish}]]`) }).data[0].candidates[0].finishReason).toBe(
      reason,
    )
  })

  test('keeps a call to itself that the limit cut short', () => {
    const config = { generationConfig: { maxOutputTokens: 3 } }
    const { data } = stream({ contents: say('[[tool:weather]]'), tools, ...config })
    expect(data).toHaveLength(1)
    expect(data[0].candidates[0]).toMatchObject({
      finishReason: 'MAX_TOKENS',
      content: { parts: [{ text: '' }] },
    })
  })

  test.each([
    ['ANY', { mode: 'ANY' }, 1],
    ['ANY of a name', { mode: 'ANY', allowedFunctionNames: ['weather'] }, 1],
    ['NONE', { mode: 'NONE' }, 0],
  ])('mode %s is kept', (_name, functionCallingConfig, count) => {
    const { data } = generate({ contents: say('Hi'), tools, toolConfig: { functionCallingConfig } })
    expect(parts(data[0]).filter((part) => part.functionCall)).toHaveLength(count)
  })

  test('answers with JSON that fits a schema', () => {
    const schema = { type: 'OBJECT', properties: { ok: { type: 'BOOLEAN' } }, required: ['ok'] }
    const generationConfig = { responseMimeType: 'application/json', responseSchema: schema }
    const { data } = generate({ contents: say('Hi'), generationConfig })
    expect(JSON.parse(parts(data[0])[0].text)).toEqual({ ok: true })
  })

  test('is sure of every token that is asked about, in a stream and whole', () => {
    const body = {
      contents: say('[[say:One two.]][[reason:Hm.]]'),
      generationConfig: { responseLogprobs: true, logprobs: 1 },
    }
    const sure = ['One', ' two.'].map((token) => ({ token, logProbability: 0 }))
    for (const { data } of [generate(body), stream(body)]) {
      const told = data.flatMap((chunk) => chunk.candidates[0].logprobsResult ?? [])
      expect(told.flatMap(({ chosenCandidates }) => chosenCandidates)).toEqual(sure)
      expect(told.flatMap(({ topCandidates }) => topCandidates)).toEqual(
        sure.map((candidate) => ({ candidates: [candidate] })),
      )
    }
  })

  test('counts tokens as it bills them, wrapped or not', () => {
    const body = { contents: say('one two three'), tools }
    const { promptTokenCount } = generate(body).data[0].usageMetadata
    for (const wrapped of [body, { generateContentRequest: { model: 'models/m', ...body } }]) {
      expect(ask('/v1beta/models/m:countTokens', wrapped).data[0].totalTokens).toBe(promptTokenCount)
    }
  })

  test('fails in RPC terms, before the stream or inside it', () => {
    const error = { code: 429, status: 'RESOURCE_EXHAUSTED', message: expect.any(String) }
    expect(generate({ contents: say('[[error:429]]') }).data[0].error).toMatchObject(error)
    const { data } = stream({ contents: say('[[error:429@2]]') })
    expect(data).toHaveLength(3)
    expect(data[2].error).toMatchObject({ ...error, details: [{ retryDelay: '1s' }] })
  })

  test.each([
    ['no contents', { contents: [] }],
    ['an unknown role', { contents: [{ role: 'robot', parts: [{ text: '' }] }] }],
    ['empty parts', { contents: [{ role: 'user', parts: [] }] }],
    ['two candidates', { generationConfig: { candidateCount: 2 } }],
    [
      'a budget and a level',
      { generationConfig: { thinkingConfig: { thinkingBudget: 1, thinkingLevel: 'LOW' } } },
    ],
    ['a name that is none', { tools: [{ functionDeclarations: [{ name: '1 two' }] }] }],
  ])('refuses %s', (_name, fault) => {
    const { status, data } = generate({ contents: say('Hi'), ...fault })
    expect(status).toBe(400)
    expect(data[0].error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' })
  })
})
