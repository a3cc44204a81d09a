import type { JsonObject, JsonValue } from '../../canonical/json.js'
import { asArray, asObjects, asText } from '../../canonical/narrow.js'
import type { Warning } from '../../canonical/warning.js'
import type { CodecContext } from '../../protocols/protocol.js'
import { scanObject } from '../http/json-text.js'
import type { ReadBody } from '../http/read-body.js'
import type { Leg } from '../send/resolve.js'
import { toSummaryRequest } from './compaction.js'
import { expandCompactions, type History, type ResolvedItem } from './history.js'
import { withoutIds } from './items.js'
import type { StateWishes } from './wishes.js'

/** A request with everything that it refers to. */
export interface KnownRequest {
  readonly body: ReadBody
  readonly wishes: StateWishes
  readonly history: History
  readonly items: readonly ResolvedItem[]
  readonly codec: CodecContext
  readonly warn: (warning: Warning) => void
}

/** Name of the vendor account behind a leg: each key of an upstream may be another one. */
export function holderOf({ upstream, keyIndex }: Leg): string {
  return keyIndex === 0 ? upstream.name : `${upstream.name}#${keyIndex}`
}

const ENCRYPTED_REASONING = 'reasoning.encrypted_content'

/**
 * Body for a vendor whose own state is used: the client's, except for what is held elsewhere. `holder`: the account of
 * the vendor; null = it holds nothing of it.
 */
export function prepareForHolder(known: KnownRequest, holder: string | null): ReadBody {
  const { body, wishes, history, items, codec } = known
  const { previous } = history
  const isHeld = (upstream: string | null): boolean => holder !== null && upstream === holder
  const vendorId =
    previous !== null && isHeld(previous.upstream) ? (previous.vendorId ?? wishes.previousId) : null
  const isWhole = items.every(({ given, whole, heldBy }) => given === whole || isHeld(heldBy))
  const isFree = wishes.conversationId === null && !wishes.background && !hasOwnCompactions(known)
  if (vendorId === wishes.previousId && isWhole && isFree) return body
  const own = items.flatMap(({ given, whole, heldBy }) =>
    given === whole || isHeld(heldBy) ? [given] : toPeer([whole], known),
  )
  const {
    previous_response_id: _previous,
    conversation: _conversation,
    background: _background,
    ...rest
  } = body.json
  const before = vendorId === null ? toPeer(history.items, known) : []
  return bodyOf({
    ...rest,
    input: expandCompactions([...before, ...own], codec),
    ...(vendorId === null ? {} : { previous_response_id: vendorId }),
  })
}

/** Kept items as they go to a vendor of the same protocol: it has no use for reasoning that it cannot read. */
function toPeer(items: readonly JsonObject[], known: KnownRequest): readonly JsonObject[] {
  return withoutIds(dropUnreadable(items, known))
}

function dropUnreadable(items: readonly JsonObject[], { warn }: KnownRequest): readonly JsonObject[] {
  for (const { id } of items.filter((item) => !isReadable(item))) {
    const message = 'Reasoning that is only stored at another vendor was not sent.'
    warn({ code: 'dropped', path: `input.${asText(id) ?? 'reasoning'}`, message, semantic: false })
  }
  return items.filter(isReadable)
}

function isReadable(item: JsonObject): boolean {
  return item['type'] !== 'reasoning' || asText(item['encrypted_content']) !== undefined
}

function hasOwnCompactions({ items, wishes }: KnownRequest): boolean {
  return wishes.hasStandIns && items.some(({ given }) => given['type'] === 'compaction')
}

/** Body for a vendor that keeps nothing: all that was said, and nothing to be stored. */
export function prepareInFull(known: KnownRequest, leg: Leg, isSameProtocol: boolean): ReadBody {
  const { wishes } = known
  const json = expandBody(known)
  if (isSameProtocol) {
    const { input } = json
    const items = Array.isArray(input) ? { input: dropUnreadable(asObjects(input), known) } : {}
    return bodyOf({ ...json, ...items, store: false, ...askForReasoning(json, leg) })
  }
  return bodyOf(wishes.compacts ? toSummary(json) : json)
}

/** Body for a vendor of the same protocol that cannot compact: it is asked for a summary. */
export function prepareSummary(known: KnownRequest, leg: Leg): ReadBody {
  return bodyOf(toSummary(prepareInFull(known, leg, true).json))
}

function toSummary(json: JsonObject): JsonObject {
  return toSummaryRequest(json, asArray(json['input']) as readonly JsonObject[])
}

/** The request with all that was said before it. */
export function expandBody({ body, wishes, history, items, codec }: KnownRequest): JsonObject {
  const {
    previous_response_id: _previous,
    conversation: _conversation,
    background: _background,
    ...rest
  } = body.json
  const { store: _store, ...free } = rest
  const json = wishes.store ? free : rest
  const isAlone = history.items.length === 0 && !wishes.hasStandIns && !wishes.compacts
  if (isAlone) return json
  const own = items.map(({ given, whole }) => (given === whole ? given : (withoutIds([whole])[0] ?? whole)))
  return { ...json, input: expandCompactions([...withoutIds(history.items), ...own], codec) }
}

/** A vendor that stores nothing has to give its reasoning away for it to come back. Models without any refuse to. */
function askForReasoning({ include }: JsonObject, { target }: Leg): Readonly<Record<string, JsonValue>> {
  if (target.traits.reasoning === 'none') return {}
  return { include: [...new Set([...asArray(include), ENCRYPTED_REASONING])] }
}

/** A body that the gateway has written. Its text is made when somebody forwards it. */
export function bodyOf(json: JsonObject): ReadBody {
  let text: string | undefined
  const write = (): string => (text ??= JSON.stringify(json))
  return {
    json,
    get source() {
      return scanObject(write())
    },
    get byteLength() {
      return write().length
    },
  }
}
