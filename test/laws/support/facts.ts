import {
  type CanonicalRequest,
  isJsonObject,
  type JsonValue,
  type Message,
  parseJson,
  type ToolDefinition,
  type Warning,
} from '../../../src/index.js'

/** One thing that a request says. */
export interface Fact {
  /** What sort of thing, for losses that are told once however often they happen. */
  readonly sort: string
  readonly value: string
  /** Where the client said it. */
  readonly path: string
}

type Part = Message['content'][number]
type AnyPart = Part | Extract<Part, { type: 'tool-result' }>['content'][number]

/** Everything that a request says, piece by piece, in order. What means the same as its absence is no fact. */
export function factsOf(request: CanonicalRequest): readonly Fact[] {
  return [
    ...settingFacts(request),
    ...(request.tools ?? []).flatMap(toolFacts),
    ...request.messages.flatMap(messageFacts),
  ]
}

/** Facts of the one that the other does not hold. */
export function missing(facts: readonly Fact[], others: readonly Fact[]): readonly Fact[] {
  const left = new Map<string, number>()
  const keyOf = ({ sort, value }: Fact): string => `${sort} ${value}`
  for (const fact of others) left.set(keyOf(fact), (left.get(keyOf(fact)) ?? 0) + 1)
  return facts.filter((fact) => {
    const count = left.get(keyOf(fact)) ?? 0
    left.set(keyOf(fact), count - 1)
    return count <= 0
  })
}

/** Losses that no warning names. A loss of one sort may be told once, at its first place. */
export function untold(lost: readonly Fact[], warnings: readonly Warning[]): readonly Fact[] {
  const isNamed = ({ path }: Fact): boolean => warnings.some((warning) => names(warning.path, path))
  const told = new Set(lost.filter(isNamed).map(({ sort }) => sort))
  return lost.filter((fact) => !told.has(fact.sort))
}

function names(warned: string, path: string): boolean {
  return isWithin(warned, path) || isWithin(path, warned)
}

function isWithin(path: string, place: string): boolean {
  return path.startsWith(place) && /^(?:$|[.[])/.test(path.slice(place.length))
}

function messageFacts(message: Message): readonly Fact[] {
  const path = message.path ?? ''
  const facts = message.content.flatMap((part) => partFacts(part, message.role))
  if (message.name !== undefined) facts.push({ sort: 'name', value: message.name, path: `${path}.name` })
  if (message.role === 'assistant' && message.phase !== undefined) {
    facts.push({ sort: 'phase', value: message.phase, path: `${path}.phase` })
  }
  return facts
}

/** `owner`: whose part it is, or the result that it stands in. */
function partFacts(part: AnyPart, owner: string): Fact[] {
  const { type, path = '', cache } = part
  const fact = (sort: string, value: JsonValue | undefined): Fact => ({
    sort: `${type} ${sort}`,
    value: `${owner} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    path,
  })
  const facts = contentFacts(part, fact)
  if (part.type === 'tool-result') {
    facts.push(...part.content.flatMap((inner) => partFacts(inner, `result ${part.toolCallId}`)))
  }
  if (cache !== undefined) facts.push(fact('cache', `${cache.life} ${String(facts[0]?.value)}`))
  return facts
}

type MakeFact = (sort: string, value: JsonValue | undefined) => Fact

function contentFacts(part: AnyPart, fact: MakeFact): Fact[] {
  const told = (sort: string, value: JsonValue | undefined): Fact[] =>
    value === undefined ? [] : [fact(sort, value)]
  switch (part.type) {
    case 'text':
    case 'refusal':
      return [fact('text', part.text)]
    case 'image':
      return [
        fact('source', toJson(part.source)),
        ...told('detail', part.detail === 'auto' ? undefined : part.detail),
      ]
    case 'document':
      return [
        fact('source', withoutPaths(toJson(part.source))),
        ...told('title', part.title),
        ...told('filename', part.filename),
        ...told('context', part.context),
        ...told('citations', part.citationsEnabled === true ? true : undefined),
      ]
    case 'search-result':
      return [
        fact('found', [part.title, part.source, ...part.content.map(({ text }) => text)]),
        ...told('citations', part.citationsEnabled === true ? true : undefined),
      ]
    case 'tool-call':
      return [
        fact('call', [
          part.id,
          part.namespace ?? '',
          part.name,
          part.kind,
          argumentsOf(part.input, part.kind),
        ]),
        ...stateFacts(part.state, fact),
      ]
    case 'tool-result':
      return [
        fact('result', [part.toolCallId, part.kind]),
        ...told('error', part.isError === true ? part.toolCallId : undefined),
      ]
    case 'reasoning':
      return [...told('text', part.text === '' ? undefined : part.text), ...stateFacts(part.state, fact)]
    case 'generated-image':
      return [fact('source', toJson(part.source))]
    default:
      return [fact('value', toJson(part))]
  }
}

function stateFacts(
  state: { readonly family: string; readonly data: JsonValue } | undefined,
  fact: MakeFact,
): Fact[] {
  return state === undefined ? [] : [fact('state', [state.family, state.data])]
}

function argumentsOf(input: string, kind: string): JsonValue {
  if (kind === 'custom') return input
  return input === '' ? {} : (parseJson(input) ?? input)
}

function toolFacts(tool: ToolDefinition): readonly Fact[] {
  const { path = '', type, name = '' } = tool
  const fact = (sort: string, value: JsonValue | undefined): Fact => ({
    sort: `tool ${sort}`,
    value: `${name} ${JSON.stringify(value)}`,
    path,
  })
  if (tool.type === 'hosted') return [fact('hosted', tool.value)]
  const facts = [
    fact('type', type),
    fact('namespace', tool.namespace?.name ?? ''),
    fact('description', tool.description ?? ''),
  ]
  if (tool.type === 'function') {
    facts.push(fact('parameters', tool.parameters ?? {}))
    if (tool.strict === true) facts.push(fact('strict', true))
    if (tool.deferred === true) facts.push(fact('deferred', true))
  }
  if (tool.cache !== undefined) facts.push(fact('cache', tool.cache.life))
  return facts
}

/** Fields of a request that are no settings, and values that say what is so anyway. */
const APART: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'tools',
  'extensions',
  'stream',
  'includeUsage',
  'session',
])
const DEFAULTS: Readonly<Record<string, JsonValue>> = {
  parallelToolCalls: true,
  state: { store: false },
  responseFormat: { type: 'text' },
  toolChoice: { type: 'auto' },
}

function settingFacts(request: CanonicalRequest): readonly Fact[] {
  return Object.entries(request as unknown as Record<string, JsonValue>)
    .filter(
      ([field, value]) => !APART.has(field) && JSON.stringify(DEFAULTS[field]) !== JSON.stringify(value),
    )
    .map(([field, value]) => ({ sort: field, value: JSON.stringify(inOrder(value)), path: `$${field}` }))
}

function inOrder(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(entries.map(([key, item]) => [key, inOrder(item ?? null)]))
}

function toJson(value: object): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue
}

function withoutPaths(value: JsonValue): JsonValue {
  return JSON.parse(
    JSON.stringify(value, (key, item: unknown) => (key === 'path' ? undefined : item)),
  ) as JsonValue
}
