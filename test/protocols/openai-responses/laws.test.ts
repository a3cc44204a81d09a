import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { accumulate } from '../../../src/canonical/accumulate.js'
import type { AssistantPart, UserPart } from '../../../src/canonical/content.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { CanonicalResponse } from '../../../src/canonical/response.js'
import type { BlockStart, StreamPart } from '../../../src/canonical/stream.js'
import { unfoldResponse } from '../../../src/canonical/unfold.js'
import { openaiResponses } from '../../../src/protocols/openai-responses/index.js'
import type { SseEvent } from '../../../src/protocols/protocol.js'
import { hashText } from '../../../src/protocols/state-envelope.js'
import { createSseParser } from '../../../src/sse/parse.js'
import {
  block,
  context,
  decodeRequest,
  decodeStream,
  encodeContext,
  encodeRequest,
  encodeStream,
  essence,
  eventsOf,
  readBack,
  readWithSdk,
  START,
  target,
} from './support.js'

type Part = AssistantPart | UserPart

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 })
const name = fc.stringMatching(/^[a-z][a-z_]{0,8}$/)
const foreignState = fc
  .tuple(fc.constantFrom('anthropic', 'chat:deepseek'), text)
  .map(([family, data]) => ({ family, kind: 'signature' as const, data }))

/** One block: its start, its text in pieces, and perhaps a state. */
const anyBlock = fc.oneof(
  fc.record({
    start: fc.constant<BlockStart>({ kind: 'text' }),
    pieces: fc.array(text, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    start: fc.constant<BlockStart>({ kind: 'refusal' }),
    pieces: fc.array(text, { minLength: 1, maxLength: 2 }),
  }),
  fc.record({
    start: fc.constant<BlockStart>({ kind: 'reasoning' }),
    pieces: fc.array(text, { maxLength: 3 }),
    state: foreignState,
  }),
  fc.record({
    start: fc.record({
      kind: fc.constant('tool' as const),
      tool: fc.constantFrom('function' as const, 'custom' as const),
      id: name,
      name,
    }),
    pieces: fc.array(text, { minLength: 1, maxLength: 3 }),
  }),
)

const usage = fc
  .record({
    inputTokens: fc.nat(1000),
    cacheReadTokens: fc.nat(300),
    cacheWriteTokens: fc.nat(300),
    cacheWriteLongTokens: fc.nat(300),
    outputTokens: fc.nat(1000),
    reasoningTokens: fc.nat(1000),
  })
  .map((parts) => {
    const cached = parts.cacheReadTokens + parts.cacheWriteTokens + parts.cacheWriteLongTokens
    const { inputTokens, outputTokens, reasoningTokens } = parts
    return Object.assign(parts, {
      inputTokens: inputTokens + cached,
      outputTokens: outputTokens + reasoningTokens,
    })
  })

/** Streams that keep the invariants: blocks one after the other, each with its own call id, then usage and an end. */
const stream = fc
  .record({ blocks: fc.array(anyBlock, { maxLength: 5 }), usage })
  .map(({ blocks, usage: counted }) => {
    const parts: StreamPart[] = [START]
    blocks.forEach(({ start, pieces, ...rest }, key) => {
      const own = start.kind === 'tool' ? { ...start, id: `${start.id}_${key}` } : start
      const seal: StreamPart[] = 'state' in rest ? [{ type: 'seal', key, state: rest.state }] : []
      parts.push(...block(key, own, ...pieces, ...seal))
    })
    const hasCall = blocks.some(({ start }) => start.kind === 'tool')
    parts.push({ type: 'usage', usage: counted })
    parts.push({ type: 'finish', finish: { reason: hasCall ? 'tool-calls' : 'stop' } })
    return parts
  })

/** Empty arguments and absent ones are the same; sealed state comes back in the next request, not in this answer. */
function visible(response: CanonicalResponse): unknown {
  const content = response.content.map((part): AssistantPart => {
    if (part.type === 'reasoning') return { type: 'reasoning', text: part.text }
    if (part.type !== 'tool-call' || part.kind === 'custom') return part
    return { ...part, input: part.input.trim() === '' ? '{}' : part.input }
  })
  return essence({ ...response, content })
}

describe('laws', () => {
  test('law 2: what was written as a stream is read back the same', () => {
    fc.assert(
      fc.property(stream, (parts) => {
        expect(visible(readBack(encodeStream(parts)).response)).toEqual(visible(accumulate(parts).response))
      }),
    )
  })

  test('law 2: what was written whole is read back the same', () => {
    fc.assert(
      fc.property(stream, (parts) => {
        const { response } = accumulate(parts)
        const body = openaiResponses.encodeResponse(response, encodeContext()).value
        const read = openaiResponses.decodeResponse(body, { ...context, target }).value
        expect(visible(read)).toEqual(visible(response))
      }),
    )
  })

  test('law 3: what an answer cannot say is warned of', () => {
    const content: AssistantPart[] = [{ type: 'provider', protocol: 'x', kind: 'y', value: {} }]
    const response = { ...accumulate([START]).response, content }
    expect(openaiResponses.encodeResponse(response, encodeContext()).warnings).toHaveLength(1)
  })

  test('law 4: a stream and its last event say the same; law 8: usage too', () => {
    fc.assert(
      fc.property(stream, (parts) => {
        const written = encodeStream(parts)
        const last = eventsOf(written).at(-1)?.response as JsonObject
        const whole = openaiResponses.decodeResponse(last, { ...context, target }).value
        expect(essence(whole)).toEqual(essence(readBack(written).response))
        expect(openaiResponses.upstream.observeResponse(last).usage).toEqual(
          openaiResponses.upstream.observeEvent({
            event: undefined,
            data: JSON.stringify(eventsOf(written).at(-1)),
          }).usage,
        )
      }),
    )
  })

  test('law 4: the whole answer of a stream is the answer written whole', () => {
    fc.assert(
      fc.property(stream, (parts) => {
        const last = eventsOf(encodeStream(parts)).at(-1)?.response
        const { response } = accumulate(parts)
        expect(openaiResponses.encodeResponse(response, encodeContext()).value).toEqual(last)
        const unfolded = encodeStream(unfoldResponse(response))
        expect(eventsOf(unfolded).at(-1)?.response).toEqual(last)
      }),
    )
  })

  test('law 5: any split of the text gives the same parts', () => {
    fc.assert(
      fc.property(stream, fc.infiniteStream(fc.integer({ min: 1, max: 40 })), (parts, sizes) => {
        const written = encodeStream(parts)
        const events: SseEvent[] = []
        const parser = createSseParser({ onEvent: (event) => events.push(event) })
        for (let at = 0; at < written.length;) {
          const size = sizes.next().value
          parser.push(written.slice(at, at + size))
          at += size
        }
        parser.end()
        expect(accumulate(decodeStream(events))).toEqual(readBack(written))
      }),
      { numRuns: 30 },
    )
  })

  test('law 6: a stream that is cut never ends well', () => {
    fc.assert(
      fc.property(stream, fc.nat(), (parts, at) => {
        const events = eventsOf(encodeStream(parts)).map((data) => ({
          event: undefined,
          data: JSON.stringify(data),
        }))
        const cut = decodeStream(events.slice(0, at % events.length))
        expect(cut.at(-1)).toMatchObject({ type: 'error', error: { kind: 'truncated' } })
        expect(cut.some(({ type }) => type === 'finish')).toBe(false)
      }),
    )
  })

  test("law 9: the official SDK's strict helper accepts every stream, and reads the same", async () => {
    await fc.assert(
      fc.asyncProperty(stream, async (parts) => {
        const written = encodeStream(parts)
        const read = await readWithSdk(written)
        const whole = openaiResponses.decodeResponse(read, { ...context, target }).value
        expect(essence(whole)).toEqual(essence(readBack(written).response))
      }),
      { numRuns: 60 },
    )
  })
})

describe('requests', () => {
  const items: readonly JsonObject[] = [
    { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Be brief.' }] },
    {
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_text', text: 'Look.', prompt_cache_breakpoint: { mode: 'explicit', ttl: '12h' } },
        { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'high' },
        { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' },
      ],
    },
    {
      type: 'reasoning',
      id: 'rs_1',
      summary: [
        { type: 'summary_text', text: 'one' },
        { type: 'summary_text', text: 'two' },
      ],
      encrypted_content: 'sealed',
    },
    {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'Looking.' }],
      phase: 'commentary',
    },
    { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{"a":1}' },
    { type: 'custom_tool_call', call_id: 'c2', name: 'patch', namespace: 'functions', input: '*** Begin' },
    { type: 'function_call_output', call_id: 'c1', output: 'one' },
    {
      type: 'custom_tool_call_output',
      call_id: 'c2',
      output: [
        { type: 'input_text', text: 'two' },
        { type: 'input_image', file_id: 'file_1' },
      ],
    },
    {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'refusal', refusal: 'No.' }],
      phase: 'final_answer',
    },
    { type: 'compaction', encrypted_content: 'sealed' },
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Why?' }], priority: 'high' },
    { type: 'compaction_trigger' },
  ]

  /**
   * The normal form: items and contents as arrays with types, no ids but those of reasoning, `strict` said, nothing
   * stored, the reasoning state asked for.
   */
  const request: JsonObject = {
    model: 'gpt-6-sol',
    instructions: 'You are helpful.',
    input: items,
    tools: [
      {
        type: 'function',
        name: 'f',
        description: 'd',
        parameters: { type: 'object' },
        strict: false,
        async: true,
      },
      {
        type: 'namespace',
        name: 'functions',
        description: 'Local',
        tools: [
          { type: 'custom', name: 'patch', format: { type: 'grammar', syntax: 'lark', definition: 'x' } },
        ],
      },
      { type: 'web_search', external_web_access: true },
    ],
    tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'custom', name: 'patch' }] },
    parallel_tool_calls: true,
    max_output_tokens: 100,
    temperature: 1,
    top_p: 0.5,
    top_logprobs: 2,
    reasoning: { context: 'all_turns', effort: 'high', summary: 'auto' },
    text: { format: { type: 'json_object' }, verbosity: 'low' },
    include: ['reasoning.encrypted_content', 'message.output_text.logprobs', 'web_search_call.results'],
    store: false,
    metadata: { a: 'b' },
    service_tier: 'flex',
    safety_identifier: 'user-1',
    prompt_cache_key: 'key',
    prompt_cache_options: { mode: 'explicit', ttl: '30m' },
    stream: true,
    truncation: 'auto',
  }

  test('law 1: a request in normal form comes back as it was', () => {
    const { value, warnings } = decodeRequest(request)
    expect(warnings).toEqual([])
    expect(encodeRequest(value)).toEqual({ value: request, warnings: [] })
  })

  test('the start of a conversation is said the same when it goes on', () => {
    const whole = encodeRequest(decodeRequest(request).value).value.input as readonly JsonObject[]
    for (let length = 0; length < items.length; length++) {
      const { value } = decodeRequest({ ...request, input: items.slice(0, length) })
      expect(encodeRequest(value).value.input).toEqual(whole.slice(0, length))
    }
  })

  test('case 13: sealed reasoning of another vendor survives its way through a client', () => {
    fc.assert(
      fc.property(stream, (parts) => {
        const { response } = accumulate(parts)
        const { output } = openaiResponses.encodeResponse(response, encodeContext()).value
        const { value, warnings } = decodeRequest({ input: output })
        const sent = response.content.filter((part) => part.type === 'reasoning')
        const back = value.messages
          .flatMap(({ content }): readonly Part[] => content)
          .filter((part) => part.type === 'reasoning')
        expect(warnings).toEqual([])
        expect(back.map(({ text: said, state }) => [said, state])).toEqual(
          sent.map(({ text: said, state }) => [
            said,
            said === '' ? state : { ...state, textHash: hashText(said) },
          ]),
        )
      }),
    )
  })
})
