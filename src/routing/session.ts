import type { JsonObject, JsonValue } from '../canonical/json.js'
import { asArray, asObject, asText } from '../canonical/narrow.js'
import { hashToUnit } from './hash.js'

/** What a conversation is known by, in the order in which it is looked for. */
export interface SessionSources {
  readonly body: JsonObject
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** What the protocol itself names the conversation, in a field of its own. */
  readonly session: string | undefined
}

/** Headers by which clients name their conversation. */
const HEADERS = [
  'x-claude-code-session-id',
  'session-id',
  'session_id',
  'x-session-id',
  'x-session-affinity',
] as const
/** Clients may name a conversation by what they like: no more of it is kept. */
const KEPT_LENGTH = 200
/** So much of a conversation's beginning tells it from others. */
const START_LENGTH = 2000

/**
 * The name of a conversation: the client's own, else the beginning of it, which stays the same as it grows. Null for a
 * request that has neither.
 */
export function sessionOf({ body, headers, session }: SessionSources): string | null {
  const named = asText(body['prompt_cache_key']) ?? headerOf(headers) ?? session ?? conversationOf(body)
  if (named !== undefined) return named.slice(0, KEPT_LENGTH)
  const start = startOf(body)
  // Of a text of its own only a number is kept, in 64 bits.
  return start === '' ? null : `start:${hashToUnit(start)}:${hashToUnit(`2${start}`)}`
}

/** The conversation that a vendor, or the gateway, keeps: what is said anew in it is not its beginning. */
function conversationOf({ conversation }: JsonObject): string | undefined {
  return asText(conversation) ?? asText(asObject(conversation)?.['id'])
}

function headerOf(headers: SessionSources['headers']): string | undefined {
  for (const name of HEADERS) {
    const value = headers[name]
    const text = typeof value === 'string' ? value : value?.[0]
    if (text !== undefined && text !== '') return text
  }
  return undefined
}

/** First instructions and first words of the user, as text: clients move cache markers about between them. */
function startOf(body: JsonObject): string {
  const system = textOf(body['system'] ?? body['instructions'])
  const input = body['messages'] ?? body['input']
  if (typeof input === 'string') return join(system, input)
  const messages = asArray(input).slice(0, 8)
  const instructions = messages.find(hasRole(['system', 'developer']))
  const first = messages.find(hasRole(['user']))
  return join(system, textOf(asObject(instructions)?.['content']), textOf(asObject(first)?.['content']))
}

function hasRole(roles: readonly string[]): (message: JsonValue) => boolean {
  return (message) => roles.includes(asText(asObject(message)?.['role']) ?? '')
}

function textOf(content: JsonValue | undefined): string {
  if (typeof content === 'string') return content
  return asArray(content)
    .slice(0, 8)
    .map((part) => asText(asObject(part)?.['text']) ?? '')
    .join('\n')
}

function join(...texts: readonly string[]): string {
  return texts
    .map((text) => text.slice(0, START_LENGTH).trim())
    .filter((text) => text !== '')
    .join('\n\n')
}
