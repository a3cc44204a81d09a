import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { accumulate } from '../../../src/canonical/accumulate.js'
import type { AssistantPart } from '../../../src/canonical/content.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { CanonicalResponse } from '../../../src/canonical/response.js'
import type { OpaqueState } from '../../../src/canonical/state.js'
import type { StreamPart } from '../../../src/canonical/stream.js'
import { unfoldResponse } from '../../../src/canonical/unfold.js'
import { createSseParser } from '../../../src/sse/parse.js'
import {
  bodyOf,
  codec,
  context,
  decode,
  decodeStream,
  encode,
  encodeContext,
  encodeStream,
  targetOf,
} from './support.js'
import { readWithSdk } from './sdk.js'

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
const state = fc.oneof(
  fc.record({ family: fc.constant('anthropic'), kind: fc.constant('signature' as const), data: words }),
  fc.record({
    family: fc.constantFrom('openai', 'google-ai'),
    kind: fc.constant('encrypted' as const),
    data: words,
  }),
)
const part: fc.Arbitrary<AssistantPart> = fc.oneof(
  words.map((text): AssistantPart => ({ type: 'text', text })),
  fc.tuple(words, state).map(([text, sealed]): AssistantPart => ({ type: 'reasoning', text, state: sealed })),
  words.map((data): AssistantPart => ({
    type: 'reasoning',
    text: '',
    redacted: true,
    state: { family: 'anthropic', kind: 'redacted', data },
  })),
  fc
    .tuple(fc.uuid(), fc.dictionary(words, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }))
    .map(([id, input]): AssistantPart => ({
      type: 'tool-call',
      id,
      name: 'f',
      kind: 'function',
      input: Object.keys(input).length === 0 ? '' : JSON.stringify(input),
    })),
)
const count = fc.nat({ max: 10_000 })
const response: fc.Arbitrary<CanonicalResponse> = fc
  .record({
    content: fc.array(part, { maxLength: 6 }),
    numbers: fc.tuple(count, count, count, count, count, count),
  })
  .map(({ content, numbers: [input, read, write, long, output, reasoning] }) => ({
    id: 'msg_1',
    model: 'vendor/model',
    content,
    finish: content.some(({ type }) => type === 'tool-call')
      ? { reason: 'tool-calls', raw: 'tool_use' }
      : { reason: 'stop', raw: 'end_turn' },
    usage: {
      inputTokens: input + read + write + long,
      cacheReadTokens: read,
      cacheWriteTokens: write,
      cacheWriteLongTokens: long,
      outputTokens: output + reasoning,
      reasoningTokens: reasoning,
    },
  }))

/** The same parts with every delta cut into pieces. */
function inPieces(parts: readonly StreamPart[]): readonly StreamPart[] {
  return parts.flatMap((one): readonly StreamPart[] => {
    if (one.type !== 'delta') return [one]
    const { type, key } = one
    return (one.text.match(/[^]{1,3}/gu) ?? []).map((text) => ({ type, key, text }))
  })
}

/** State in a signature is an envelope bound to the text: opened, it is what it was. */
function opened(content: readonly AssistantPart[]): readonly AssistantPart[] {
  return content.map((one) => {
    if (one.type !== 'reasoning' || one.state === undefined) return one
    const result = context.open(typeof one.state.data === 'string' ? one.state.data : '')
    if (result.status !== 'ours') return one
    const { textHash: _, ...plain }: OpaqueState = result.state
    return { ...one, state: plain }
  })
}

function withoutCitations(block: JsonObject): JsonObject {
  const { citations: _, ...rest } = block
  return rest
}

function withoutRaw({ usage, ...rest }: CanonicalResponse): unknown {
  if (usage === null) return rest
  const { raw: _, ...numbers } = usage
  return { ...rest, usage: numbers }
}

describe('law 1: a request comes back as it was', () => {
  const cached = { type: 'ephemeral', ttl: '1h' }
  test.each<[string, JsonObject]>([
    [
      'content of every kind',
      bodyOf({
        system: [{ type: 'text', text: 'Be kind.', cache_control: cached }],
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'Look' },
              {
                type: 'image',
                source: { type: 'base64', media_type: 'image/png', data: 'AA==' },
                cache_control: cached,
              },
              {
                type: 'document',
                source: { type: 'text', media_type: 'text/plain', data: 'd' },
                title: 'T',
                context: 'C',
                citations: { enabled: true },
              },
              { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'a' }] } },
              { type: 'search_result', source: 's', title: 't', content: [{ type: 'text', text: 'r' }] },
              { type: 'container_upload', file_id: 'f' },
            ],
          },
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'hm', signature: 'sig' },
              { type: 'redacted_thinking', data: 'xx' },
              { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'q' } },
              { type: 'web_search_tool_result', tool_use_id: 's', content: [] },
              { type: 'text', text: 'So', citations: [{ type: 'char_location', cited_text: 'd' }] },
              { type: 'tool_use', id: 'a', name: 'f', input: { x: [1, { y: null }] } },
            ],
          },
          {
            role: 'user',
            content: [
              {
                type: 'tool_result',
                tool_use_id: 'a',
                content: [
                  { type: 'text', text: 'r' },
                  { type: 'tool_reference', tool_name: 'f' },
                ],
                is_error: true,
                cache_control: { type: 'ephemeral' },
              },
              { type: 'text', text: 'and?' },
            ],
          },
          {
            role: 'system',
            content: [
              { type: 'tool_addition', name: 'g' },
              { type: 'text', text: 'New tool.' },
            ],
            clear_at: 'never',
          },
        ],
      }),
    ],
    [
      'settings of every kind',
      bodyOf({
        messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }],
        tools: [
          {
            name: 'f',
            description: 'd',
            input_schema: { type: 'object', properties: {} },
            strict: true,
            defer_loading: true,
            input_examples: [{}],
            eager_input_streaming: true,
          },
          { type: 'custom', name: 'g', input_schema: { type: 'object' } },
          { type: 'bash_20250124', name: 'bash', cache_control: cached },
          { type: 'web_search_20260318', name: 'web_search', max_uses: 2 },
        ],
        tool_choice: { type: 'tool', name: 'f', disable_parallel_tool_use: true },
        temperature: 0.5,
        top_p: 0.9,
        top_k: 4,
        stop_sequences: ['x'],
        service_tier: 'auto',
        cache_control: { type: 'ephemeral' },
        metadata: { user_id: 'u', more: 'm' },
        context_management: { edits: [] },
        mcp_servers: [{ type: 'url', name: 'n', url: 'u' }],
        container: 'c',
        stream: true,
      }),
    ],
  ])('%s', (_name, body) => {
    const { request, warnings } = decode(body)
    const result = encode(request, targetOf({}, { model: 'm' }))
    expect(result.body).toEqual(body)
    expect([...warnings, ...result.warnings]).toEqual([])
  })
})

test('law 2, law 4, law 8: streamed and whole answers are the same, and come back as they were', () => {
  fc.assert(
    fc.property(response, (answer) => {
      const dropCounts = withoutRaw(answer)
      const whole = codec.encodeResponse(answer, encodeContext())
      const back = codec.decodeResponse(whole.value, { ...context, target: targetOf() })
      expect(withoutRaw({ ...back.value, content: opened(back.value.content) })).toEqual(dropCounts)

      const stream = encodeStream(inPieces(unfoldResponse(answer)))
      const events: Parameters<typeof decodeStream>[0][number][] = []
      const parser = createSseParser({ onEvent: (event) => events.push(event) })
      parser.push(stream)
      const folded = accumulate(decodeStream(events))
      expect(folded.error).toBeNull()
      const { usage: streamed, ...rest } = folded.response
      const { usage: _, ...expected } = answer
      expect({ ...rest, content: opened(rest.content) }).toEqual(expected)
      expect(streamed).toMatchObject({
        inputTokens: answer.usage?.inputTokens,
        cacheReadTokens: answer.usage?.cacheReadTokens,
        outputTokens: answer.usage?.outputTokens,
        reasoningTokens: answer.usage?.reasoningTokens,
      })
    }),
  )
})

test('law 5: any split of the bytes gives the same parts', () => {
  fc.assert(
    fc.property(response, fc.infiniteStream(fc.integer({ min: 1, max: 40 })), (answer, sizes) => {
      const stream = encodeStream(unfoldResponse(answer))
      const events: Parameters<typeof decodeStream>[0][number][] = []
      const parser = createSseParser({ onEvent: (event) => events.push(event) })
      for (let at = 0; at < stream.length;) {
        const size = sizes.next().value ?? 1
        parser.push(stream.slice(at, at + size))
        at += size
      }
      const whole: typeof events = []
      createSseParser({ onEvent: (event) => whole.push(event) }).push(stream)
      expect(decodeStream(events)).toEqual(decodeStream(whole))
    }),
    { numRuns: 40 },
  )
})

test('law 6: a stream that was cut never becomes a clean end', () => {
  fc.assert(
    fc.property(response, fc.double({ min: 0, max: 1, noNaN: true }), (answer, share) => {
      const stream = encodeStream(unfoldResponse(answer))
      const end = stream.indexOf('event: message_delta')
      const events: Parameters<typeof decodeStream>[0][number][] = []
      const parser = createSseParser({ onEvent: (event) => events.push(event) })
      parser.push(stream.slice(0, Math.floor(end * share)))
      parser.end()
      const parts = decodeStream(events)
      expect(parts.at(-1)).toMatchObject({ type: 'error' })
      expect(encodeStream(parts)).not.toContain('message_stop')
    }),
    { numRuns: 60 },
  )
})

test('law 9: the strict helper of the vendor’s SDK reads every stream, and reads the same', async () => {
  await fc.assert(
    fc.asyncProperty(response, async (answer) => {
      const message = await readWithSdk(encodeStream(inPieces(unfoldResponse(answer))))
      const { value } = codec.encodeResponse(answer, encodeContext())
      const content = (value.content as readonly JsonObject[]).map((block) => withoutCitations(block))
      expect(JSON.parse(JSON.stringify(message.content))).toEqual(JSON.parse(JSON.stringify(content)))
      expect(message.stop_reason).toBe(value.stop_reason)
      expect(message.usage).toMatchObject({
        input_tokens: (value.usage as JsonObject).input_tokens,
        output_tokens: (value.usage as JsonObject).output_tokens,
      })
    }),
    { numRuns: 40 },
  )
})
