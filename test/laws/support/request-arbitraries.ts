import * as fc from 'fast-check'
import {
  type AssistantPart,
  type CanonicalRequest,
  type FunctionTool,
  type Message,
  type OpaqueState,
  parseJson,
  type ToolCallPart,
  type ToolResultPart,
  type UserPart,
} from '../../../src/index.js'
import { anyState, argumentsText, name, opaque, words } from './arbitraries.js'

const cache = fc.option(fc.record({ life: fc.constantFrom('short' as const, 'long' as const) }), {
  nil: undefined,
  freq: 5,
})
const png = { type: 'base64', mediaType: 'image/png', data: 'aW1hZ2U=' } as const
const pdf = { type: 'base64', mediaType: 'application/pdf', data: 'cGRm' } as const

/** Protocols know a file's name or a title, none knows both. */
const documentName = fc.oneof(
  fc.constant({}),
  fc.constant({ filename: 'a.pdf' }),
  words.map((title) => ({ title })),
)
const userText = fc.record({ type: fc.constant('text' as const), text: words, cache })
const contentPart: fc.Arbitrary<Exclude<UserPart, ToolResultPart>> = fc.oneof(
  { weight: 6, arbitrary: userText },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('image' as const),
      source: fc.constantFrom(png, { type: 'url', url: 'https://images.example/a.png' } as const),
      detail: fc.constantFrom(undefined, 'auto' as const, 'low' as const, 'high' as const),
      cache,
    }),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        documentName,
        fc.record({
          type: fc.constant('document' as const),
          source: fc.oneof(
            fc.constant(pdf),
            words.map((value) => ({ type: 'text' as const, text: value })),
            words.map((value) => ({
              type: 'parts' as const,
              parts: [{ type: 'text' as const, text: value }],
            })),
          ),
          context: fc.option(words, { nil: undefined }),
          citationsEnabled: fc.constantFrom(undefined, true, false),
        }),
      )
      .map(([naming, document]) => Object.assign(document, naming)),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('search-result' as const),
      source: fc.constant('https://found.example/'),
      title: words,
      content: fc.array(
        words.map((value) => ({ type: 'text' as const, text: value })),
        { minLength: 1, maxLength: 2 },
      ),
      citationsEnabled: fc.constantFrom(undefined, true),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('provider' as const),
      protocol: fc.constantFrom('openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'),
      kind: fc.constant('input_novelty'),
      value: fc.constant({ type: 'input_novelty', data: 1 }),
    }),
  },
)

const assistantPart: fc.Arbitrary<AssistantPart> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('text' as const), text: words, cache }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('reasoning' as const),
      text: words,
      state: fc.option(anyState, { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('refusal' as const), text: words }) },
  {
    weight: 1,
    arbitrary: fc.constant<AssistantPart>({ type: 'generated-image', source: png }),
  },
)

const toolName = fc.constantFrom('find', 'read', 'a.dotted name', 'x'.repeat(80))
const call: fc.Arbitrary<ToolCallPart> = fc.record({
  type: fc.constant('tool-call' as const),
  id: fc.constant(''),
  name: toolName,
  kind: fc.constantFrom('function' as const, 'custom' as const),
  input: fc.oneof(argumentsText, fc.constant('')),
  state: fc.option(
    opaque.map((data): OpaqueState => ({ family: 'google-ai', kind: 'thought-signature', data })),
    { nil: undefined, freq: 4 },
  ),
})

/** One turn of any kind. */
const turn: fc.Arbitrary<readonly Message[]> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({
        content: fc.array(contentPart, { minLength: 1, maxLength: 3 }),
        name: fc.option(name, { nil: undefined, freq: 6 }),
      })
      .map((message): Message[] => [{ role: 'user', ...message }]),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({
        content: fc.array(userText, { minLength: 1, maxLength: 2 }),
        authority: fc.constantFrom('system' as const, 'developer' as const),
      })
      .map((message): Message[] => [{ role: 'system', ...message }]),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({
        said: words,
        others: fc.array(assistantPart, { maxLength: 2 }),
        phase: fc.constantFrom(undefined, 'commentary'),
      })
      .map(({ said, others, phase }): Message[] => [
        { role: 'assistant', content: [{ type: 'text', text: said }, ...others], phase },
      ]),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({
        said: fc.array(assistantPart, { maxLength: 2 }),
        calls: fc.array(call, { minLength: 1, maxLength: 3 }),
        results: fc.array(
          fc.record({
            content: fc.array(contentPart, { minLength: 1, maxLength: 2 }),
            isError: fc.constantFrom(undefined, true),
            cache,
          }),
          { minLength: 3, maxLength: 3 },
        ),
      })
      .map(({ said, calls, results }): Message[] => [
        { role: 'assistant', content: [...said, ...calls] },
        { role: 'user', content: calls.flatMap(({ kind }, at) => toResult(kind, results[at])) },
      ]),
  },
)

function toResult(
  kind: ToolCallPart['kind'],
  result: (Pick<ToolResultPart, 'isError' | 'cache'> & { readonly content: readonly UserPart[] }) | undefined,
): readonly ToolResultPart[] {
  if (result === undefined) return []
  const content = result.content.filter((part) => part.type !== 'video' && part.type !== 'tool-result')
  return [{ type: 'tool-result', toolCallId: '', kind, ...result, content }]
}

const schema = fc.constantFrom(
  { type: 'object', properties: { q: { type: 'string' } }, required: ['q'], additionalProperties: false },
  { type: 'object', properties: { n: { type: 'integer', minimum: 1 } } },
)
const FIND: FunctionTool = { type: 'function', name: 'find', parameters: { type: 'object', properties: {} } }
const functionTool: fc.Arbitrary<FunctionTool> = fc.record({
  type: fc.constant('function' as const),
  name: toolName.filter((value) => value !== FIND.name),
  namespace: fc.constantFrom(undefined, undefined, { name: 'ns', description: 'A space.' }),
  description: fc.option(words, { nil: undefined }),
  parameters: schema,
  strict: fc.constantFrom(undefined, true, false),
  deferred: fc.constantFrom(undefined, undefined, true),
  cache,
})

/** Mostly absent, so that requests with few things in them are common. */
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

/** Requests with everything that the canonical form can say; absent fields are absent. */
export const requests: fc.Arbitrary<CanonicalRequest> = fc
  .record({
    turns: fc.array(turn, { minLength: 1, maxLength: 4 }),
    tools: optional(
      fc
        .uniqueArray(functionTool, { maxLength: 2, selector: ({ name: id }) => id })
        .map((others): FunctionTool[] => [FIND, ...others]),
    ),
    toolChoice: optional(
      fc.constantFrom<CanonicalRequest['toolChoice']>(
        { type: 'auto' },
        { type: 'none' },
        { type: 'required' },
        { type: 'tool', tool: { name: 'find' } },
        { type: 'allowed', mode: 'auto', tools: [{ name: 'find' }] },
      ),
    ),
    parallelToolCalls: optional(fc.boolean()),
    maxOutputTokens: optional(fc.integer({ min: 1, max: 9000 })),
    temperature: optional(fc.double({ min: 0, max: 2, noNaN: true })),
    topP: optional(fc.double({ min: 0, max: 1, noNaN: true })),
    topK: optional(fc.integer({ min: 1, max: 99 })),
    seed: optional(fc.nat()),
    presencePenalty: optional(fc.constantFrom(-1, 0, 1)),
    frequencyPenalty: optional(fc.constantFrom(-1, 0, 1)),
    stop: optional(fc.array(words, { minLength: 1, maxLength: 4 })),
    logprobs: optional(fc.constant({ top: 2 })),
    reasoning: optional(
      fc.constantFrom<CanonicalRequest['reasoning']>(
        { effort: 'none' },
        { effort: 'minimal' },
        { effort: 'high', show: 'summary', summary: 'auto' },
        { budgetTokens: 2048, enabled: true },
        { enabled: true },
      ),
    ),
    responseFormat: optional(
      fc.constantFrom<CanonicalRequest['responseFormat']>(
        { type: 'text' },
        { type: 'json' },
        {
          type: 'json-schema',
          name: 'n',
          schema: { type: 'object', properties: {}, additionalProperties: false },
        },
        { type: 'json-schema', name: 'n', description: 'd', schema: { type: 'object' }, strict: true },
      ),
    ),
    verbosity: optional(fc.constantFrom('low' as const, 'high' as const)),
    cache: optional(
      fc.constantFrom<CanonicalRequest['cache']>(
        { key: 'k' },
        { automatic: { life: 'long' } },
        { mode: 'explicit', life: 'long' },
      ),
    ),
    serviceTier: optional(fc.constantFrom('auto', 'default', 'flex', 'priority')),
    endUser: optional(name),
    metadata: optional(fc.constant({ a: 'b' })),
    state: optional(fc.record({ store: fc.boolean() })),
  })
  .map(({ turns, toolChoice, parallelToolCalls, ...settings }) =>
    withPlaces(
      withoutUndefined({
        model: 'acme/model',
        stream: false,
        messages: turns.flat(),
        ...settings,
        // Without tools there is nothing to choose, and without calls none are parallel.
        ...(settings.tools === undefined ? {} : { toolChoice }),
        ...(settings.tools === undefined || toolChoice?.type === 'none' ? {} : { parallelToolCalls }),
      }) as CanonicalRequest,
    ),
  )

/** A turn that every protocol can say: text, or calls with their results in words. */
const plainTurn: fc.Arbitrary<readonly Message[]> = fc
  .record({
    asked: words,
    said: words,
    inputs: fc.array(fc.oneof(argumentsText, fc.constant('')), { maxLength: 3 }),
    results: fc.array(words, { minLength: 3, maxLength: 3 }),
  })
  .map(({ asked, said, inputs, results }): Message[] => [
    { role: 'user', content: [{ type: 'text', text: asked }] },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: said },
        ...inputs.map(
          (input) => ({ type: 'tool-call', id: '', name: 'find', kind: 'function', input }) as const,
        ),
      ],
    },
    ...(inputs.length === 0
      ? []
      : [{ role: 'user', content: inputs.map((_, at) => inWords(results[at] ?? '')) } as const]),
  ])

function inWords(result: string): ToolResultPart {
  return { type: 'tool-result', toolCallId: '', kind: 'function', content: [{ type: 'text', text: result }] }
}

/** Requests that every protocol can say without any loss. */
export const plainRequests: fc.Arbitrary<CanonicalRequest> = fc
  .record({
    instructions: optional(words),
    turns: fc.array(plainTurn, { maxLength: 4 }),
    question: words,
    tools: optional(fc.constant([FIND])),
    maxOutputTokens: fc.integer({ min: 16, max: 9000 }),
    temperature: optional(fc.double({ min: 0, max: 1, noNaN: true })),
    topP: optional(fc.double({ min: 0, max: 1, noNaN: true })),
  })
  .map(({ instructions, turns, question, ...settings }) =>
    withPlaces(
      withoutUndefined({
        model: 'acme/model',
        stream: false,
        messages: [
          ...(instructions === undefined
            ? []
            : [{ role: 'system', content: [{ type: 'text', text: instructions }], topLevel: true }]),
          ...turns.flat(),
          { role: 'user', content: [{ type: 'text', text: question }] },
        ],
        ...settings,
      }) as CanonicalRequest,
    ),
  )

function withoutUndefined(value: unknown): unknown {
  return parseJson(JSON.stringify(value))
}

/** Gives every message, part and tool its path, and calls and their results the same ids. */
function withPlaces(request: CanonicalRequest): CanonicalRequest {
  let calls = 0
  let results = 0
  const number = (value: object): object => {
    if (!('type' in value)) return value
    if (value.type === 'tool-call') return { ...value, id: `call_${calls++}` }
    return value.type === 'tool-result' ? { ...value, toolCallId: `call_${results++}` } : value
  }
  const placed = request.messages.map((message, at) => ({
    ...message,
    path: `messages[${at}]`,
    content: message.content.map((part, index) =>
      placePart(number(part), `messages[${at}].content[${index}]`),
    ),
  }))
  const tools = request.tools?.map((tool, at) => ({ ...tool, path: `tools[${at}]` }))
  return { ...request, messages: placed as Message[], ...(tools === undefined ? {} : { tools }) }
}

function placePart(part: object, path: string): object {
  if (!('content' in part) || !Array.isArray(part.content)) return { ...part, path }
  const content = (part.content as readonly object[]).map((inner, at) =>
    placePart(inner, `${path}.content[${at}]`),
  )
  return { ...part, content, path }
}
