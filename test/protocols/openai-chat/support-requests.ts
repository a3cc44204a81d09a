import type { UserPart } from '../../../src/canonical/content.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { CanonicalRequest, Message } from '../../../src/canonical/request.js'
import type { ChatDialect, ModelTraits, Target } from '../../../src/canonical/target.js'
import type { Warning } from '../../../src/canonical/warning.js'
import { GatewayError } from '../../../src/errors.js'
import { openaiChat } from '../../../src/protocols/openai-chat/index.js'
import { codecContext, createTarget } from './support.js'

export const WIRE_HELLO: JsonObject = { role: 'user', content: 'Hello' }
export const HELLO: Message = { role: 'user', content: [{ type: 'text', text: 'Hello' }] }

/** Decodes a client's body with these fields besides the smallest ones. */
export function decode(fields: JsonObject): CanonicalRequest {
  return openaiChat.decodeRequest({ model: 'm', messages: [WIRE_HELLO], ...fields }, codecContext).value
}

export function decodeMessages(...messages: readonly JsonObject[]): readonly Message[] {
  return decode({ messages }).messages
}

/** Encodes a request with these fields besides the smallest ones. */
export function encode(
  request: Partial<CanonicalRequest>,
  target: Target = createTarget(),
): { body: JsonObject; warnings: readonly Warning[] } {
  const whole = { model: 'acme/model', stream: false, messages: [HELLO], ...request }
  const { value, warnings } = openaiChat.encodeRequest(whole, target, codecContext)
  return { body: value, warnings }
}

/** What a request has besides model and messages. */
export function encodeFields(
  request: Partial<CanonicalRequest>,
  dialect?: Partial<ChatDialect>,
  traits?: ModelTraits,
): JsonObject {
  const {
    model: _model,
    messages: _messages,
    ...fields
  } = encode(request, createTarget(dialect, traits)).body
  return fields
}

export function encodeMessages(messages: readonly Message[], target?: Target): readonly JsonObject[] {
  return encode({ messages }, target).body['messages'] as readonly JsonObject[]
}

export function user(...content: readonly UserPart[]): Message {
  return { role: 'user', content }
}

/** The GatewayError that a call throws, as far as a client sees it; else what it gave or threw. */
export function refusalOf(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return GatewayError.isInstance(error)
      ? { code: error.code, param: error.param, message: error.message }
      : error
  }
}
