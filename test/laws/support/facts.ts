import {
  type CanonicalRequest,
  isJsonObject,
  type JsonObject,
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
    return count <= 0 && !(JOINED.has(fact.sort) && others.some((other) => holds(other, fact)))
  })
}

/** Sorts that a vendor may say in one for several: what matters is that each is there. */
const JOINED: ReadonlySet<string> = new Set(['text', 'reasoning', 'phase', 'cache marker'])

/** Texts may be joined, as long as each is there. */
function holds(other: Fact, { sort, value }: Fact): boolean {
  const [owner = ''] = /^(?:result \S+|\S+)/.exec(value) ?? []
  return (
    other.sort === sort &&
    other.value.startsWith(owner) &&
    other.value.includes(value.slice(owner.length + 1))
  )
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
  const { path = '' } = part
  const isSpoken = part.type === 'text' || part.type === 'refusal' || part.type === 'reasoning'
  const fact = (sort: string, value: JsonValue | undefined): Fact => {
    const said = typeof value === 'string' ? value : JSON.stringify(value)
    return { sort, value: isSpoken ? `${owner} ${said}` : said, path }
  }
  const facts = contentFacts(part, fact)
  if (part.type === 'tool-result') {
    const inside = part.content.map((inner) => ({ ...inner, cache: undefined }))
    facts.push(...inside.flatMap((inner) => partFacts(inner, `result ${part.toolCallId}`)))
  }
  const [first] = facts
  // Media may be sent beside the result that holds them, which is told once.
  if (isMedium(part) && owner.startsWith('result')) {
    facts.push({ sort: 'media in a result', value: `${owner} ${String(first?.value)}`, path })
  }
  const marker = markerOf(part)
  if (marker !== undefined) {
    facts.push({ sort: 'cache marker', value: `${marker.life} ${String(first?.value)}`, path: marker.path })
  }
  return facts
}

/** Breakpoints within a result count after all of it, and the last one counts. */
function markerOf(part: AnyPart): { readonly life: string; readonly path: string } | undefined {
  const lives = (part.type === 'tool-result' ? [...part.content, part] : [part]).map(lifeOf)
  const life = lives.findLast((one) => one !== undefined)
  return life === undefined ? undefined : { life, path: part.path ?? '' }
}

/** A part that only its vendor understands keeps its marker to itself. */
function lifeOf(part: AnyPart): string | undefined {
  if (part.type !== 'provider') return part.cache?.life
  const marker = part.value['prompt_cache_breakpoint'] ?? part.value['cache_control']
  if (!isJsonObject(marker)) return part.cache?.life
  return marker['ttl'] === '12h' || marker['ttl'] === '1h' ? 'long' : 'short'
}

function isMedium(part: AnyPart): boolean {
  if (part.type === 'document') return part.source.type !== 'text' && part.source.type !== 'parts'
  return part.type === 'image' || part.type === 'audio'
}

type MakeFact = (sort: string, value: JsonValue | undefined) => Fact

function contentFacts(part: AnyPart, fact: MakeFact): Fact[] {
  const told = (sort: string, value: JsonValue | undefined): Fact[] =>
    value === undefined ? [] : [fact(sort, value)]
  switch (part.type) {
    case 'text':
    case 'refusal':
      // Claude refuses white space at the end of a beginning that it shall continue.
      return [fact('text', part.text.trimEnd())]
    case 'image':
      return [
        fact('image', sourceOf(part.source)),
        ...told('detail of an image', part.detail === 'auto' ? undefined : part.detail),
      ]
    case 'document':
      return [
        fact('document', sourceOf(part.source)),
        ...told('document', part.title ?? part.filename),
        ...told('document', part.context),
        ...told('citations', part.citationsEnabled === true ? true : undefined),
      ]
    case 'search-result':
      return [
        fact('search result', [part.title, part.source, ...part.content.map(({ text }) => text)]),
        ...told('citations', part.citationsEnabled === true ? true : undefined),
      ]
    case 'tool-call': {
      const { id, namespace = '', name, kind, input } = part
      return [
        fact('call', [id, namespace, name, kind, argumentsOf(input, kind)]),
        ...stateFacts(part.state, fact),
      ]
    }
    case 'tool-result':
      return [
        fact('result', [part.toolCallId, part.kind]),
        ...told('error of a tool', part.isError === true ? part.toolCallId : undefined),
      ]
    case 'reasoning':
      return [
        ...told('reasoning', part.text === '' ? undefined : part.text),
        ...stateFacts(part.state, (_sort, value) => fact('reasoning', value)),
      ]
    case 'generated-image':
      return [fact('image of the model', sourceOf(part.source))]
    case 'provider': {
      const { prompt_cache_breakpoint: _breakpoint, cache_control: _marker, ...value } = part.value
      return [fact('part of a vendor', [part.protocol, value])]
    }
    default:
      return [fact(part.type, toJson(part))]
  }
}

/** Where a medium comes from; vendors name its type or not. */
function sourceOf(source: object): JsonValue {
  const { mediaType, path: _, ...rest } = toJson(source) as JsonObject
  return 'url' in rest
    ? rest
    : JSON.parse(
        JSON.stringify({ ...rest, mediaType }, (key, item: unknown) => (key === 'path' ? undefined : item)),
      )
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
    sort: sort === 'cache' ? 'cache marker' : `${sort} of a tool`,
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
  'reasoning',
  'responseFormat',
  'cache',
  'state',
  'serviceTier',
])
const DEFAULTS: Readonly<Record<string, JsonValue>> = {
  parallelToolCalls: true,
  toolChoice: { type: 'auto' },
}

/** Two words for one tier. */
const TIERS: Readonly<Record<string, string>> = { default: 'standard' }

function settingFacts(request: CanonicalRequest): readonly Fact[] {
  const { reasoning = {}, responseFormat: format, cache = {}, state, serviceTier: tier } = request
  const { description, ...schema } = format?.type === 'json-schema' ? format.schema : {}
  const isOff = reasoning.effort === 'none'
  const isOn = reasoning.enabled ?? (reasoning.budgetTokens !== undefined || reasoning.effort !== undefined)
  const given: Readonly<Record<string, JsonValue | undefined>> = {
    // How much is an effort, a budget or a level.
    'reasoning.on': (isOn && !isOff) || undefined,
    'reasoning.off': isOff || undefined,
    'reasoning.show': reasoning.show,
    'responseFormat.type': format?.type === 'text' ? undefined : format?.type,
    'responseFormat.schema': format?.type === 'json-schema' ? schema : undefined,
    'responseFormat.description':
      format?.type === 'json-schema' ? (format.description ?? description) : undefined,
    // OpenAI names the conversation by the key of the cache.
    session: cache.key ?? request.session,
    'cache.mode': cache.mode,
    'cache.life': cache.life,
    serviceTier: tier === 'auto' ? undefined : (TIERS[tier ?? ''] ?? tier),
    'state.store': state?.store === true ? true : undefined,
  }
  const plain = Object.entries(request as unknown as Record<string, JsonValue>).filter(
    ([field, value]) => !APART.has(field) && JSON.stringify(DEFAULTS[field]) !== JSON.stringify(value),
  )
  return [...plain, ...Object.entries(given)].flatMap(([field, value]) =>
    value === undefined
      ? []
      : [
          {
            sort: field,
            value: JSON.stringify(inOrder(value)),
            path: `$${field}`,
          },
        ],
  )
}

function inOrder(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(entries.map(([key, item]) => [key, inOrder(item ?? null)]))
}

function toJson(value: object): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue
}
