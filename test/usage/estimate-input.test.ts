import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../../src/canonical/json.js'
import { estimateInputTokens } from '../../src/usage/estimate-input.js'
import { estimateTokens } from '../../src/usage/estimate.js'
import { SAMPLES } from './estimate-samples.js'

const BASE64 = 'iVBORw0KGgoAAAANSUhEUgAA'.repeat(5000)
/** What the keys and literals of these small bodies come to at most. */
const FRAME = 20

function userMessage(content: JsonValue): JsonValue {
  return { messages: [{ role: 'user', content }] }
}

describe('estimateInputTokens', () => {
  it.each(SAMPLES)('is close to the whole estimate for a long text of $name', ({ text }) => {
    const long = text.repeat(Math.ceil(20_000 / text.length))
    const estimate = estimateInputTokens(userMessage(long)) / estimateTokens(long)
    expect(estimate).toBeGreaterThan(0.8)
    expect(estimate).toBeLessThan(1.3)
  })

  it('counts each short text for itself, so that a schema does not dilute a foreign script', () => {
    const chinese = SAMPLES.find(({ name }) => name === 'Chinese')?.text ?? ''
    const tools = Array.from({ length: 30 }, () => ({
      type: 'function',
      name: 'look_up',
      description: 'Looks it up.',
    }))
    const alone = estimateInputTokens({ messages: [chinese] })
    const together = estimateInputTokens({ messages: [chinese], tools })
    const [alonePart, togetherPart] = [
      alone - estimateInputTokens({ messages: [] }),
      together - estimateInputTokens({ messages: [], tools }),
    ]
    expect(Math.abs(togetherPart - alonePart)).toBeLessThanOrEqual(1)
  })

  it('counts keys, because tool schemas are input', () => {
    const schema = { properties: { destination_country_code: {}, arrival_date_and_time: {} } }
    expect(estimateInputTokens({ tools: [schema] })).toBeGreaterThan(estimateInputTokens({ tools: [{}] }) + 8)
    expect(estimateInputTokens({ ['一'.repeat(1000)]: 1 })).toBeGreaterThan(700)
  })

  it.each<[string, JsonValue]>([
    [
      'a data URL in an image part',
      { type: 'image_url', image_url: { url: `data:image/png;base64,${BASE64}` } },
    ],
    [
      'a data URL as the image itself',
      { type: 'input_image', image_url: `data:image/webp;base64,${BASE64}` },
    ],
    [
      'a base64 source',
      { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: BASE64 } },
    ],
    ['inline data', { inlineData: { mimeType: 'image/png', data: BASE64 } }],
    ['a link in an image part', { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }],
    ['a link as a source', { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }],
  ])('counts an image as a constant, whatever its size: %s', (_name, part) => {
    const tokens = estimateInputTokens(userMessage([part]))
    expect(tokens).toBeGreaterThanOrEqual(1600)
    expect(tokens).toBeLessThan(1600 + FRAME)
    expect(estimateInputTokens(userMessage([part]), { imageTokens: 100 })).toBeLessThan(100 + FRAME)
  })

  it('counts audio and documents by their size', () => {
    const audio = { type: 'input_audio', input_audio: { data: BASE64, format: 'wav' } }
    const pdf = { type: 'file', file: { file_data: `data:application/pdf;base64,${BASE64}` } }
    const bytes = BASE64.length * 0.75
    expect(estimateInputTokens(userMessage([audio]))).toBeCloseTo(bytes / 500, -2)
    expect(estimateInputTokens(userMessage([pdf]))).toBeCloseTo(bytes / 20, -2)
  })

  it.each<[string, JsonValue]>([
    ['a text that looks like a data URL', { type: 'text', text: `data:image/png;base64,${BASE64}` }],
    [
      'plain text in a document source',
      { source: { media_type: 'text/plain', data: 'Plain words. '.repeat(5000) } },
    ],
  ])('does not take text for media: %s', (_name, part) => {
    expect(estimateInputTokens(userMessage([part]))).toBeGreaterThan(10_000)
  })

  it.each([
    ['Chinese', '語'],
    ['symbols', 'x9$Q'],
    ['encoded bytes', 'q7Rk'],
  ])('cannot be talked down by blanks between %s', (_name, unit) => {
    for (const length of [64, 512, 4096, 20_000]) {
      const dense = unit.repeat(length)
      for (const every of [32, 64, 500]) {
        const holed = dense.replace(new RegExp(`(.{${every}}).{${every}}`, 'g'), `$1${' '.repeat(every)}`)
        expect(estimateInputTokens(userMessage(holed))).toBeGreaterThan(0.4 * estimateTokens(dense))
      }
      const late = ' '.repeat(256) + dense
      expect(estimateInputTokens(userMessage(late))).toBeGreaterThanOrEqual(estimateTokens(dense))
    }
  })

  const hidden = `${'A'.repeat(200)}${'語'.repeat(10_000)}${'A'.repeat(200)}`
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: hidden } }

  it.each<[string, JsonValue]>([
    ['a result of no image', { type: 'input_text', text: 'hi', result: hidden }],
    [
      'a document in plain text',
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: hidden } },
    ],
    ['arguments of a call', { type: 'tool_use', id: 't', name: 'f', input: { content: [image] } }],
    ['arguments of a call for Gemini', { functionCall: { name: 'f', args: image } }],
    ['the result of a call for Gemini', { functionResponse: { name: 'f', response: { result: hidden } } }],
    ['a schema', { type: 'function', parameters: { properties: { a: { default: image } } } }],
    ['a link that is none', { type: 'text', url: `data:image/png;base64,${hidden}` }],
  ])('does not take for media what the model reads as text: %s', (_name, part) => {
    expect(estimateInputTokens(userMessage([part]))).toBeGreaterThan(8000)
  })

  it('takes for media what stands in messages under `input`, and generated images', () => {
    const part = { type: 'input_image', image_url: `data:image/png;base64,${BASE64}` }
    const generated = { type: 'image_generation_call', id: 'ig_1', result: BASE64 }
    const tokens = estimateInputTokens({ input: [{ role: 'user', content: [part] }, generated] })
    expect(tokens).toBeLessThan(2 * (1600 + FRAME))
  })

  it('does not take a link that a tool call mentions for a picture', () => {
    expect(estimateInputTokens({ input: { url: 'https://example.com/a.png' } })).toBeLessThan(FRAME)
  })

  it('walks 10,000 levels without a stack of calls', () => {
    const deep = JSON.parse(`${'{"a":['.repeat(10_000)}"word"${']}'.repeat(10_000)}`) as JsonValue
    expect(estimateInputTokens(deep)).toBeGreaterThanOrEqual(10_000)
  })

  it.each<[JsonValue]>([[null], [true], [7], ['word'], [[]], [{}]])('gives a whole number for %j', (body) => {
    expect(Number.isSafeInteger(estimateInputTokens(body))).toBe(true)
  })
})
