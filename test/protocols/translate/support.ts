import {
  anthropicMessages,
  type AssistantPart,
  type CanonicalRequest,
  createCodecContext,
  gemini,
  type JsonObject,
  type Message,
  openaiChat,
  openaiResponses,
  type Protocol,
  type Target,
  type ToolCallPart,
  type TranslatedRequest,
  translateRequest,
  type TranslationRoute,
  type Warning,
} from '../../../src/index.js'
import { type AdaptedRequest, adaptRequest } from '../../../src/protocols/translate/adapt-request.js'

export const context = createCodecContext([{ id: 'k1', secret: 'of the translator' }])

/** A protocol with a vendor that speaks it. */
export interface Vendor {
  readonly to: Protocol
  readonly target: Target
}

const speaks = (to: Protocol, family: string, more: Partial<Target> = {}): Vendor => ({
  to,
  target: { model: 'vendor-model', family, traits: {}, ...more },
})

export const CHAT = speaks(openaiChat, 'chat:test', { dialect: { id: 'test' } })
export const MISTRAL = speaks(openaiChat, 'chat:mistral', {
  dialect: { id: 'mistral', toolCallIdLength: 9, customTools: false },
})
export const RESPONSES = speaks(openaiResponses, 'openai')
export const MESSAGES = speaks(anthropicMessages, 'anthropic')
export const GEMINI = speaks(gemini, 'google-ai')

/** A canonical request. */
export function requestOf(more: Partial<CanonicalRequest> = {}): CanonicalRequest {
  return { model: 'acme/model', stream: false, messages: [], ...more }
}

export function adapt(request: Partial<CanonicalRequest>, vendor: Vendor): AdaptedRequest {
  return adaptRequest(requestOf(request), { ...vendor, context })
}

export function assistant(...content: readonly AssistantPart[]): Message {
  return { role: 'assistant', content }
}

export function call(more: Partial<ToolCallPart> = {}): ToolCallPart {
  return { type: 'tool-call', id: 'call_1', name: 'f', kind: 'function', input: '{}', ...more }
}

/** What an assistant's part becomes, and the warnings. */
export function adaptPart(
  part: AssistantPart,
  vendor: Vendor,
): readonly [readonly unknown[], readonly Warning[]] {
  const { request, warnings } = adapt({ messages: [assistant(part)] }, vendor)
  return [request.messages.flatMap(({ content }) => [...content]), warnings]
}

export function dropped(path: string, message: string): Warning {
  return { code: 'dropped', path, message, semantic: false }
}

export function translate(
  from: Protocol,
  vendor: Vendor,
  body: JsonObject,
  more: Partial<TranslationRoute> = {},
): TranslatedRequest {
  return translateRequest(body, { from, ...vendor, context, ...more })
}

/** A Chat request. */
export function chatBody(more: JsonObject = {}): JsonObject {
  return { model: 'acme/model', messages: [{ role: 'user', content: 'hi' }], ...more }
}

/** A Messages request. */
export function messagesBody(more: JsonObject = {}): JsonObject {
  return { ...chatBody({ max_tokens: 100 }), ...more }
}

/** A Responses request. */
export function responsesBody(more: JsonObject = {}): JsonObject {
  return { model: 'acme/model', input: 'hi', ...more }
}

/** What stands at a path of a JSON value; `undefined` where there is nothing. */
export function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as JsonObject | undefined)?.[key], value)
}
