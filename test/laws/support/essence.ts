import {
  type CanonicalRequest,
  type CanonicalResponse,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '../../../src/index.js'

/**
 * Fields that say how a wire words something, not what it means: places, ids of our own or of the vendor's items, the
 * vendor's raw words, names that protocols need or not, and to what state is bound.
 */
const WORDING: ReadonlySet<string> = new Set([
  'path',
  'itemId',
  'raw',
  'plain',
  'topLevel',
  'authority',
  'toolName',
  'extensions',
  'model',
  'stream',
  'includeUsage',
  'binding',
  'textHash',
  'citedText',
])

/** What a request says, whatever protocol it came in. */
export function requestEssence(
  request: Partial<CanonicalRequest>,
  differs: readonly string[] = [],
): JsonObject {
  const { messages = [], ...rest } = toJson(request)
  const list = (messages as readonly JsonObject[]).map(({ name: _name, ...message }) => message)
  return without({ ...rest, messages: joinNeighbours(list) }, new Set([...WORDING, ...differs]))
}

/** What an answer says. */
export function responseEssence(
  response: Partial<CanonicalResponse>,
  differs: readonly string[] = [],
): JsonObject {
  const { content = [], finish = {}, usage = null } = toJson(response)
  return without(
    { content: joinTexts(content as readonly JsonObject[]), finish, usage },
    new Set([...WORDING, ...differs]),
  )
}

/**
 * What an answer says of each kind, for Chat: its whole message has one field each and no order among them. Sources
 * come last in a stream, where the text that they are for is over when calls followed it.
 */
export function fieldEssence(response: CanonicalResponse, differs: readonly string[] = []): JsonObject {
  const { content, finish, usage } = responseEssence(response, differs)
  const parts = content as readonly JsonObject[]
  const joined = (type: string): string =>
    parts.map((part) => (part['type'] === type ? String(part['text']) : '')).join('')
  return {
    thought: joined('reasoning'),
    text: joined('text'),
    refusal: joined('refusal'),
    calls: parts.filter((part) => part['type'] === 'tool-call'),
    finish: finish ?? null,
    usage: usage ?? null,
  }
}

function toJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject
}

/** Messages of one side that follow each other are one: protocols part them at different places. */
function joinNeighbours(messages: readonly JsonObject[]): readonly JsonObject[] {
  const joined: JsonObject[] = []
  for (const message of messages) {
    const last = joined.at(-1)
    if (last === undefined || last['role'] !== message['role']) joined.push(message)
    else {
      const content = [...(last['content'] as JsonValue[]), ...(message['content'] as JsonValue[])]
      joined[joined.length - 1] = { ...last, ...message, content }
    }
  }
  return joined
}

/** Claude parts a text where a source begins. */
function joinTexts(content: readonly JsonObject[]): readonly JsonObject[] {
  const joined: JsonObject[] = []
  for (const part of content) {
    const last = joined.at(-1)
    if (part['type'] === 'text' && last?.['type'] === 'text') {
      joined[joined.length - 1] = { ...last, text: `${String(last['text'])}${String(part['text'])}` }
    } else joined.push(part)
  }
  return joined
}

/** Leaves out fields of these names at any depth, and what means the same as its absence. */
function without<T extends JsonValue>(value: T, names: ReadonlySet<string>): T {
  if (Array.isArray(value)) return value.map((item: JsonValue) => without(item, names)) as unknown as T
  if (!isJsonObject(value)) return value
  // JSON Schemas and wire objects have field names of their own.
  const entries = Object.entries(value).flatMap(([key, item]): [string, JsonValue][] => {
    if (names.has(key) || item === undefined || isNothing(key, item, value)) return []
    if (key === 'schema' || key === 'parameters' || key === 'value') return [[key, item]]
    return [[key, without(item, names)]]
  })
  return Object.fromEntries(entries) as unknown as T
}

function isNothing(key: string, value: JsonValue, owner: JsonObject): boolean {
  if (key === 'strict') return value === false
  if (key === 'input') return owner['kind'] === 'function' && (value === '{}' || value === '')
  // Plain reasoning is its own state.
  if (key === 'state')
    return isJsonObject(value) && value['kind'] === 'reasoning-text' && value['data'] === owner['text']
  return false
}
