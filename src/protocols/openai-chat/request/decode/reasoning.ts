import type { ReasoningPart } from '../../../../canonical/content.js'
import { isJsonObject, type JsonObject } from '../../../../canonical/json.js'
import type { OpaqueState } from '../../../../canonical/state.js'
import type { Warning } from '../../../../canonical/warning.js'
import type { CodecContext } from '../../../protocol.js'
import { DETAIL_FORMATS, ENVELOPE_FORMAT, ORDER_ID, OWN_FAMILY } from '../../vocabulary.js'
import { asArray, asString, asText } from '../../wire.js'

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
  readonly format: string
  readonly texts: string[]
  summaries: boolean
  state: OpaqueState | undefined
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
      byCall.set(asString(detail['id']) ?? '', toSignature(detail['data'] ?? '', 'google-ai'))
    } else {
      addDetail(groups, detail, { at, place, decoding })
    }
  })
  const parts = [...groups.values()].map(toPart).filter((part) => part !== undefined)
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
  if (opened.status === 'foreign') return toSignature(data, 'google-ai')
  warnings.push(tampered(path))
  return undefined
}

function toSignature(data: JsonObject[string], family: string): OpaqueState {
  return { family, kind: 'thought-signature', data: data ?? '' }
}

/** Google's signature of a call is bound to it by the call's id. */
function isCallSignature(detail: JsonObject): boolean {
  return (
    detail['type'] === 'reasoning.encrypted' &&
    detail['format'] === DETAIL_FORMATS['google-ai'] &&
    asText(detail['id']) !== undefined &&
    detail['id'] !== 'text'
  )
}

function addDetail(
  groups: Map<string, Group>,
  detail: JsonObject,
  { at, place, decoding }: { at: number; place: string; decoding: Decoding },
): void {
  const format = asText(detail['format']) ?? DEFAULT_FORMAT
  const id = asText(detail['id'])
  const isItem = format === DETAIL_FORMATS['openai'] || format === DETAIL_FORMATS['xai']
  const index = detail['index']
  const key = isItem && id !== undefined ? id : `${format} ${typeof index === 'number' ? index : `#${at}`}`
  const group = groups.get(key) ?? { path: place, format, texts: [], summaries: false, state: undefined }
  groups.set(key, group)
  switch (detail['type']) {
    case 'reasoning.text':
      group.texts.push(asString(detail['text']) ?? '')
      if (asText(detail['signature']) !== undefined) {
        group.state = {
          family: FAMILIES[format] ?? format,
          kind: 'signature',
          data: detail['signature'] ?? '',
        }
      }
      return
    case 'reasoning.summary':
      group.summaries = true
      group.texts.push(asString(detail['summary']) ?? '')
      return
    case 'reasoning.encrypted':
      group.state = readEncrypted(detail, { format, id, place, decoding }) ?? group.state
      return
    default:
      decoding.warnings.push({
        code: 'dropped',
        path: place,
        message: 'A reasoning detail of an unknown type was not sent.',
        semantic: false,
      })
  }
}

function readEncrypted(
  detail: JsonObject,
  given: { format: string; id: string | undefined; place: string; decoding: Decoding },
): OpaqueState | undefined {
  const data = asText(detail['data'])
  if (data === undefined) return undefined
  const { format, id, place, decoding } = given
  const opened = decoding.context.open(data)
  if (opened.status === 'ours') return opened.state
  if (opened.status === 'tampered') {
    decoding.warnings.push(tampered(place))
    return undefined
  }
  const family = FAMILIES[format]
  if (family === undefined) return undefined
  if (family === 'anthropic') return { family, kind: 'redacted', data }
  if (family === 'google-ai') return toSignature(data, family)
  return { family, kind: 'encrypted', data, ...(id === undefined ? {} : { itemId: id }) }
}

function toPart(group: Group): ReasoningPart | undefined {
  const { path, texts, summaries, state } = group
  if (state === undefined && texts.length === 0) return undefined
  const text = texts.join(summaries ? '\n\n' : '')
  const lengths =
    summaries && state !== undefined ? { lengths: texts.map((piece) => piece.length) } : undefined
  return {
    type: 'reasoning',
    text,
    path,
    ...(state?.kind === 'redacted' ? { redacted: true } : {}),
    ...(state?.itemId === undefined ? {} : { itemId: state.itemId }),
    ...(state === undefined
      ? {}
      : {
          state:
            lengths === undefined || state.binding !== undefined ? state : { ...state, binding: lengths },
        }),
  }
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
