import type { OpaqueState } from '../../../canonical/state.js'
import type { EncodeContext } from '../../protocol.js'
import { hashText, NO_STATE } from '../../state-envelope.js'
import { NATIVE_FAMILY } from '../wire/index.js'

const ID_LENGTH = 24

/**
 * The signature of a thinking block: this protocol's own as it is, that of another vendor in an envelope that is bound
 * to the text beside it.
 */
export function carry(state: OpaqueState | undefined, text: string, context: EncodeContext): string {
  const native = state === undefined ? undefined : nativeData(state, 'signature')
  return native ?? context.seal({ ...(state ?? NO_STATE), textHash: hashText(text) })
}

/** The wire's own form of state of this family and kind; `undefined` for any other state. */
export function nativeData(state: OpaqueState, kind: 'signature' | 'redacted'): string | undefined {
  if (state.family !== NATIVE_FAMILY || state.kind !== kind) return undefined
  return typeof state.data === 'string' ? state.data : undefined
}

/** State of a tool call, which only a thinking block can carry: it says which call it belongs to. */
export function toolCarrier(state: OpaqueState, id: string): OpaqueState {
  return { ...state, binding: { ...state.binding, tool: id } }
}

/** True when the client asked not to see reasoning; its state still has to come through. */
export function hidesReasoning({ request }: EncodeContext): boolean {
  const { reasoning } = request
  return reasoning?.show === 'none' || reasoning?.effort === 'none'
}

/** The vendor's id, or one of this protocol made from it. */
export function messageId(id: string, context: EncodeContext): string {
  return id.startsWith('msg_') ? id : `msg_${context.hash(`${id} ${context.requestId}`, ID_LENGTH)}`
}
