import { emptyObject, isJsonObject, type JsonObject, type JsonValue } from '../../../../canonical/json.js'
import type { ChatDialect, Target } from '../../../../canonical/target.js'
import type { Warning, WarningCode } from '../../../../canonical/warning.js'
import { GatewayError } from '../../../../errors.js'
import type { CodecContext } from '../../../protocol.js'
import { PROTOCOL } from '../../vocabulary.js'

type Note = (code: WarningCode, path: string, message: string) => void

/** What encoding one request needs, and where its losses are noted. */
export interface Encoding {
  readonly target: Target
  readonly dialect: Partial<ChatDialect>
  readonly context: CodecContext
  readonly warnings: readonly Warning[]
  /** Notes a loss that may change the meaning. */
  readonly change: Note
  /** Notes a loss that changes nothing of the meaning. The same one is noted once, at its first place. */
  readonly note: Note
}

/** Creates an {@link Encoding}. */
export function createEncoding(target: Target, context: CodecContext): Encoding {
  const warnings: Warning[] = []
  const noted = new Set<string>()
  return {
    target,
    dialect: target.dialect ?? {},
    context,
    warnings,
    change(code, path, message) {
      warnings.push({ code, path, message, semantic: true })
    },
    note(code, path, message) {
      if (noted.has(message)) return
      noted.add(message)
      warnings.push({ code, path, message, semantic: false })
    },
  }
}

/** The request asks for what this vendor has no words for. */
export function unsupported(path: string, { target }: Encoding): GatewayError {
  return new GatewayError('unsupported_parameter', `${path}: not supported by ${PROTOCOL}/${target.model}`, {
    param: path,
  })
}

/** An object without its undefined members, in the order given. */
export function compact(fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const kept = emptyObject()
  for (const [field, value] of Object.entries(fields)) if (value !== undefined) kept[field] = value
  return kept
}

/** Adds the wire fields that this protocol kept for itself; objects are merged, and what is set wins. */
export function withExtensions(
  object: JsonObject,
  extensions: Readonly<Record<string, JsonObject>> | undefined,
): JsonObject {
  const kept = extensions?.[PROTOCOL]
  if (kept === undefined) return object
  const merged = Object.assign(emptyObject(), object)
  for (const [field, value] of Object.entries(kept)) {
    const set = merged[field]
    merged[field] = isJsonObject(set) && isJsonObject(value) ? { ...value, ...set } : (set ?? value)
  }
  return merged
}
