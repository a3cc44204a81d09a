import type { UserPart } from '../../../../canonical/content.js'
import type { JsonObject } from '../../../../canonical/json.js'
import type { CanonicalRequest, Message } from '../../../../canonical/request.js'
import type { Target } from '../../../../canonical/target.js'
import { fieldPath, type CodecContext, type Translated } from '../../../protocol.js'
import { fieldNames } from '../../vocabulary.js'
import { createEncoding, withExtensions, type Encoding } from './encoding.js'
import { encodeMessages } from './messages.js'
import { takesMarkers } from './parts.js'
import { encodeReasoning } from './reasoning.js'
import {
  encodeCacheRequest,
  encodeEndUser,
  encodeFormat,
  encodeLimit,
  encodeOthers,
  encodeSampling,
  encodeStop,
} from './settings.js'
import { encodeTools } from './tools.js'

/** Writes a request for a vendor that speaks Chat; everything in which vendors differ comes from the target. */
export function encodeRequest(
  request: CanonicalRequest,
  target: Target,
  context: CodecContext,
): Translated<JsonObject> {
  const encoding = createEncoding(target, context)
  const reasoning = encodeReasoning(request, encoding)
  const format = encodeFormat(request.responseFormat, encoding)
  const messages = withInstruction(markLast(request, encoding), format.instruction)
  const body: JsonObject = {
    model: target.model,
    messages: encodeMessages(messages, encoding),
    ...encodeTools(request, encoding),
    ...encodeLimit(request, encoding),
    ...encodeSampling(request, reasoning.off, encoding),
    ...encodeStop(request, encoding),
    ...reasoning.fields,
    ...format.fields,
    ...encodeCacheRequest(request, encoding),
    ...encodeEndUser(request, encoding),
    ...encodeOthers(request, encoding),
    ...encodeBackFlag(request, encoding),
    ...encodeStream(request, encoding),
  }
  const value = removeRefused(withExtensions(body, request.extensions), encoding)
  return { value, warnings: encoding.warnings }
}

function encodeBackFlag({ messages }: CanonicalRequest, { target }: Encoding): JsonObject {
  const flag = target.traits.reasoningBackFlag
  const isBack = messages.some(
    ({ role, content }) => role === 'assistant' && content.some(({ type }) => type === 'reasoning'),
  )
  return flag === undefined || !isBack ? {} : { [flag]: true }
}

function encodeStream({ stream }: CanonicalRequest, { dialect }: Encoding): JsonObject {
  if (!stream) return {}
  return dialect.streamUsage === 'always' ? { stream } : { stream, stream_options: { include_usage: true } }
}

/** The client asked for one automatic breakpoint: after the last thing said, where the vendor does not cache by itself. */
function markLast(request: CanonicalRequest, encoding: Encoding): readonly Message[] {
  const marker = takesMarkers(encoding) ? request.cache?.automatic : undefined
  const last = request.messages.at(-1)
  const part = last?.role === 'user' ? last.content.at(-1) : undefined
  if (marker === undefined || last?.role !== 'user' || part === undefined || isMarked(part)) {
    return request.messages
  }
  const content = [...last.content.slice(0, -1), { ...part, cache: marker }]
  return [...request.messages.slice(0, -1), { ...last, content }]
}

function isMarked(part: UserPart): boolean {
  if (part.cache !== undefined) return true
  return part.type === 'tool-result' && part.content.some((inner) => inner.cache !== undefined)
}

/** Adds words to the instructions, after the client's own: the same place in every turn. */
function withInstruction(messages: readonly Message[], instruction: string | undefined): readonly Message[] {
  if (instruction === undefined) return messages
  const first = messages.findIndex((message) => message.role !== 'system')
  const at = first === -1 ? messages.length : first
  const added: Message = { role: 'system', content: [{ type: 'text', text: instruction }] }
  return [...messages.slice(0, at), added, ...messages.slice(at)]
}

/** Fields whose loss changes nothing in the answer. */
const HARMLESS: ReadonlySet<string> = new Set([
  'metadata',
  'store',
  'service_tier',
  'safety_identifier',
  'user',
  'prompt_cache_key',
  'prompt_cache_options',
  'stream_options',
])

const CANONICAL_NAMES: Readonly<Record<string, keyof CanonicalRequest>> = Object.fromEntries(
  Object.entries(fieldNames).map(([field, name]) => [name, field as keyof CanonicalRequest]),
)

function removeRefused(body: JsonObject, encoding: Encoding): JsonObject {
  const refused = (encoding.dialect.refuses ?? []).filter((field) => body[field] !== undefined)
  if (refused.length === 0) return body
  for (const field of refused) {
    const name = CANONICAL_NAMES[field]
    const add = HARMLESS.has(field) ? encoding.note : encoding.change
    add(
      'dropped',
      name === undefined ? field : fieldPath(name),
      `${field} was not sent: this vendor refuses it.`,
    )
  }
  return Object.fromEntries(Object.entries(body).filter(([field]) => !refused.includes(field)))
}
