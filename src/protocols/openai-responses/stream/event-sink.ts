import type { JsonObject } from '../../../canonical/json.js'
import type { Warning } from '../../../canonical/warning.js'
import type { CodecContext } from '../../protocol.js'

/** Where writers put events and items. */
export interface EventSink {
  readonly context: CodecContext
  event(type: string, fields: JsonObject): void
  /** The hot path: an event whose text is all that differs from the one before. `head` is made by {@link deltaHead}. */
  delta(head: string, text: string): void
  /** Announces an item; gives its index. */
  announce(item: JsonObject): number
  /** Ends an item. */
  finish(index: number, item: JsonObject): void
  /** Ends an item without telling: clients carry out every call that is said to be done. */
  keep(index: number, item: JsonObject): void
  /** A free item id: the given one if it has the prefix and is unused, else one of our own. */
  itemId(prefix: string, wish: string | undefined): string
  /** Notes what could not be said. `path`: of the part of the answer. */
  lose(path: string, message: string): void
  /** The call id, or a variant of it where the vendor used it twice. */
  callId(id: string): string
}

/** The text of a response's events so far, and its items. */
export interface EventLog extends EventSink {
  /** The events since the last call. */
  take(): string
  /** An event with ready-made JSON of the response. */
  lifecycle(type: string, response: string): void
  readonly sequence: number
  readonly warnings: readonly Warning[]
  /** Items in order; those not finished are left out unless they were kept. */
  items(): readonly JsonObject[]
}

const ID_LENGTH = 24

/** Everything of a delta event up to its text. */
export function deltaHead(type: string, fields: JsonObject): string {
  const json = JSON.stringify({ type, ...fields })
  return `event: ${type}\ndata: ${json.slice(0, -1)},"delta":`
}

/** Creates an {@link EventLog}. `silent`: no events are written, only items kept. */
export function createEventLog(context: CodecContext, responseId: string, silent: boolean): EventLog {
  const items: (JsonObject | undefined)[] = []
  const used = new Set<string>()
  const warnings: Warning[] = []
  let text = ''
  let sequence = 0

  const event = (type: string, fields: JsonObject): void => {
    if (silent) return
    text += `event: ${type}\ndata: ${JSON.stringify({ type, ...fields, sequence_number: sequence++ })}\n\n`
  }
  return {
    context,
    event,
    delta(head, delta) {
      if (!silent) text += `${head}${JSON.stringify(delta)},"sequence_number":${sequence++}}\n\n`
    },
    lifecycle(type, response) {
      text += `event: ${type}\ndata: {"type":"${type}","response":${response},"sequence_number":${sequence++}}\n\n`
    },
    announce(item) {
      const index = items.push(undefined) - 1
      event('response.output_item.added', { output_index: index, item })
      return index
    },
    finish(index, item) {
      items[index] = item
      event('response.output_item.done', { output_index: index, item })
    },
    keep(index, item) {
      items[index] = item
    },
    itemId(prefix, wish) {
      const fits = wish !== undefined && wish.startsWith(prefix) && !used.has(wish)
      const id = fits ? wish : prefix + context.hash(`${responseId}:${items.length}`, ID_LENGTH)
      used.add(id)
      return id
    },
    lose(path, message) {
      warnings.push({ code: 'dropped', path, message, semantic: false })
    },
    callId(id) {
      let free = id
      for (let at = 2; free === '' || used.has(`call ${free}`); at++) free = `${id || 'call'}_${at}`
      used.add(`call ${free}`)
      return free
    },
    take() {
      const taken = text
      text = ''
      return taken
    },
    get sequence() {
      return sequence
    },
    warnings,
    items: () => items.filter((item) => item !== undefined),
  }
}
