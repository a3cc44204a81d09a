import type { ReasoningPart } from '../../../../canonical/content.js'
import { isJsonObject, type JsonObject, type JsonValue, lookUp } from '../../../../canonical/json.js'
import { asArray, asString, asText } from '../../../../canonical/narrow.js'
import type { OpaqueState } from '../../../../canonical/state.js'
import type { Warning } from '../../../../canonical/warning.js'
import type { CodecContext } from '../../../protocol.js'
import { DETAIL_FORMATS, ENVELOPE_FORMAT, ORDER_ID, OWN_FAMILY, SUMMARY_SEPARATOR } from '../../vocabulary.js'

/** The reasoning that a client sent back with an assistant message. */
export interface ReturnedReasoning {
  readonly parts: readonly ReasoningPart[]
  /** Thought signatures by the id of the call that they belong to. */
  readonly byCall: ReadonlyMap<string, OpaqueState>
  /** Order of reasoning, text and calls where it is not the usual one: `r0`, `t12`, `c0`. */
  readonly order: readonly string[] | undefined
}

/** What decoding a request needs. */
export interface Decoding {
  readonly context: CodecContext
  readonly warnings: Warning[]
}

const FAMILIES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(DETAIL_FORMATS).map(([family, format]) => [format, family]),
)
/** What a detail without a format is taken for, by the convention of the clients that echo them. */
const DEFAULT_FORMAT = 'anthropic-claude-v1'

interface Group {
  readonly path: string
  format: string | undefined
  readonly texts: string[]
  summaries: boolean
  id: string | undefined
  signature: JsonValue | undefined
  encrypted: string | undefined
}

/** Reads `reasoning_details`, else the plain text in `reasoning_content` or `reasoning`. */
export function readReturnedReasoning(
  message: JsonObject,
  path: string,
  decoding: Decoding,
): ReturnedReasoning {
  const groups = new Map<string, Group>()
  const byCall = new Map<string, OpaqueState>()
  let order: readonly string[] | undefined
  asArray(message['reasoning_details']).forEach((detail, at) => {
    if (!isJsonObject(detail)) return
    const place = `${path}.reasoning_details[${at}]`
    if (detail['format'] === ENVELOPE_FORMAT && detail['id'] === ORDER_ID) {
      order = readOrder(detail, decoding.context)
    } else if (isCallSignature(detail)) {
      const state = readThoughtSignature(asString(detail['data']) ?? '', place, decoding)
      if (state !== undefined) byCall.set(asString(detail['id']) ?? '', state)
    } else {
      addDetail(groups, detail, { at, place, decoding })
    }
  })
  const parts = [...groups.values()]
    .map((group) => toPart(group, decoding))
    .filter((part) => part !== undefined)
  if (groups.size === 0) parts.push(...readPlain(message, path))
  return { parts, byCall, order }
}

/** The state in a thought signature that came on a call: raw from Google, or in our envelope. */
export function readThoughtSignature(
  data: string,
  path: string,
  { context, warnings }: Decoding,
): OpaqueState | undefined {
  const opened = context.open(data)
  if (opened.status === 'ours') return opened.state
  if (opened.status === 'foreign') return toSignature(data)
  warnings.push(tampered(path))
  return undefined
}

function toSignature(data: string): OpaqueState {
  return { family: 'google-ai', kind: 'thought-signature', data }
}

/** Google's signature of a call is bound to it by the call's id; elsewhere ids name reasoning items. */
function isCallSignature(detail: JsonObject): boolean {
  const { format, id, type, index } = detail
  if (type !== 'reasoning.encrypted' || asText(id) === undefined || id === 'text') return false
  return format === DETAIL_FORMATS['google-ai'] || (format === ENVELOPE_FORMAT && index === undefined)
}

/** Pieces of one part share an item id or an index; clients may have joined the pieces of a stream, or not. */
function addDetail(
  groups: Map<string, Group>,
  detail: JsonObject,
  { at, place, decoding }: { at: number; place: string; decoding: Decoding },
): void {
  const { index, type } = detail
  const id = asText(detail['id'])
  const key = id ?? (typeof index === 'number' ? `${index}` : `#${at}`)
  const group = groups.get(key) ?? createGroup(place)
  group.format = asText(detail['format']) ?? group.format
  group.id = id ?? group.id
  switch (type) {
    case 'reasoning.text':
      group.texts.push(asString(detail['text']) ?? '')
      group.signature = detail['signature'] || group.signature
      break
    case 'reasoning.summary':
      group.summaries = true
      group.texts.push(asString(detail['summary']) ?? '')
      break
    case 'reasoning.encrypted':
      group.encrypted = asText(detail['data']) ?? group.encrypted
      break
    default:
      decoding.warnings.push({
        code: 'dropped',
        path: place,
        message: 'A reasoning detail of an unknown type was not sent.',
        semantic: false,
      })
      return
  }
  groups.set(key, group)
}

function createGroup(path: string): Group {
  return {
    path,
    format: undefined,
    texts: [],
    summaries: false,
    id: undefined,
    signature: undefined,
    encrypted: undefined,
  }
}

function toPart(group: Group, decoding: Decoding): ReasoningPart | undefined {
  const { path, texts, summaries } = group
  const given = readState(group, decoding)
  if (given === undefined && texts.length === 0) return undefined
  const lengths = texts.map((text) => text.length)
  const state =
    given !== undefined && given.binding === undefined && summaries && texts.length > 0
      ? { ...given, binding: { lengths } }
      : given
  return {
    type: 'reasoning',
    text: texts.join(summaries ? SUMMARY_SEPARATOR : ''),
    path,
    ...(state?.kind === 'redacted' ? { redacted: true } : {}),
    ...(state?.itemId === undefined ? {} : { itemId: state.itemId }),
    ...(state === undefined ? {} : { state }),
  }
}

function readState(group: Group, { context, warnings }: Decoding): OpaqueState | undefined {
  const { encrypted, signature, id, path } = group
  const format = group.format ?? DEFAULT_FORMAT
  const family = lookUp(FAMILIES, format)
  if (encrypted !== undefined) {
    const opened = context.open(encrypted)
    if (opened.status === 'ours') return opened.state
    if (opened.status === 'tampered') {
      warnings.push(tampered(path))
      return undefined
    }
    if (family === 'anthropic') return { family, kind: 'redacted', data: encrypted }
    if (family === 'google-ai') return toSignature(encrypted)
    if (family !== undefined) {
      return { family, kind: 'encrypted', data: encrypted, ...(id === undefined ? {} : { itemId: id }) }
    }
  }
  return signature === undefined || family === undefined
    ? undefined
    : { family, kind: 'signature', data: signature }
}

function readPlain(message: JsonObject, path: string): readonly ReasoningPart[] {
  const field = ['reasoning_content', 'reasoning'].find((name) => asText(message[name]) !== undefined)
  if (field === undefined) return []
  return [{ type: 'reasoning', text: asString(message[field]) ?? '', raw: true, path: `${path}.${field}` }]
}

/** A damaged order is no order: the usual one is as good a guess as any. */
function readOrder(detail: JsonObject, context: CodecContext): readonly string[] | undefined {
  const opened = context.open(asString(detail['data']) ?? '')
  if (opened.status !== 'ours' || opened.state.family !== OWN_FAMILY) return undefined
  return asArray(opened.state.data).filter((step) => typeof step === 'string')
}

function tampered(path: string): Warning {
  return {
    code: 'dropped',
    path,
    message: 'Reasoning state was altered on its way and was not sent.',
    semantic: false,
  }
}
