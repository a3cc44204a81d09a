import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { CanonicalRequest, Message } from '../../canonical/request.js'

/** Gives what an answer of a conversation was an answer to, by where among its messages that answer stands. */
export type PlaceAt = (messageIndex: number) => string

/** Fields that clients move about or write anew from turn to turn. */
const UNSTABLE: ReadonlySet<string> = new Set(['path', 'cache', 'extensions'])
/** So much of the beginning and of the end of a long text is compared; what stands between has a length. */
const EDGE_LENGTH = 8192

/**
 * Call ids are no names: some vendors count them from 0 in each conversation. Two calls are the same where their end
 * user, the conversation's first question and what the model was told right before are. A request that names no end
 * user has its system prompt compared in its place: many clients write the time into theirs. What stands in between is
 * left out, for clients that shorten it.
 */
export function createPlaces({ endUser, session, messages }: CanonicalRequest): PlaceAt {
  const start = messages.findIndex(({ role }) => role !== 'system')
  const system = endUser === undefined ? messages.slice(0, Math.max(0, start)) : []
  const first = messages.find(({ role }) => role === 'user')
  const begin = textOf([endUser ?? null, session ?? null, contentOf(system), contentOf([first])])
  const known = new Map<number, string>()
  return (messageIndex) => {
    const end = startOfRun(messages, messageIndex, (role) => role === 'assistant')
    const place = known.get(end) ?? hash(begin + textOf(contentOf(toldBefore(messages, end))))
    known.set(end, place)
    return place
  }
}

/** What the model was told since its answer before this one. */
function toldBefore(messages: readonly Message[], end: number): readonly Message[] {
  const start = startOfRun(messages, end, (role) => role !== 'assistant')
  return messages.slice(start, end).filter(({ role }) => role === 'user')
}

/** Where the messages of a kind begin that stand without a break before an index. */
function startOfRun(
  messages: readonly Message[],
  before: number,
  isOfKind: (role: Message['role'] | undefined) => boolean,
): number {
  let start = before
  while (start > 0 && isOfKind(messages[start - 1]?.role)) start -= 1
  return start
}

function contentOf(messages: readonly (Message | undefined)[]): readonly unknown[] {
  return messages.flatMap((message): readonly unknown[] => message?.content ?? [])
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (name, field: unknown) => {
    if (UNSTABLE.has(name)) return undefined
    if (typeof field !== 'string' || field.length <= 2 * EDGE_LENGTH) return field
    return [field.length, field.slice(0, EDGE_LENGTH), field.slice(-EDGE_LENGTH)]
  })
}

function hash(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)))
}
