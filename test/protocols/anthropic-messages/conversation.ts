import type { AssistantPart, UserPart } from '../../../src/canonical/content.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { Message } from '../../../src/canonical/request.js'
import type { ModelTraits } from '../../../src/canonical/target.js'
import { encode, requestOf, targetOf } from './support.js'

export const text = (value: string): { readonly type: 'text'; readonly text: string } => ({
  type: 'text',
  text: value,
})
export const user = (...content: readonly (UserPart | string)[]): Message => ({
  role: 'user',
  content: content.map((part) => (typeof part === 'string' ? text(part) : part)),
})
export const assistant = (...content: readonly (AssistantPart | string)[]): Message => ({
  role: 'assistant',
  content: content.map((part) => (typeof part === 'string' ? text(part) : part)),
})
export const system = (value: string): Message => ({
  role: 'system',
  content: [text(value)],
  path: 'messages[1]',
})
export const said = (role: string, ...content: readonly (JsonObject | string)[]): JsonObject => ({
  role,
  content: content.map((block) => (typeof block === 'string' ? text(block) : block)),
})

/** What a conversation becomes on the wire. */
export function wire(
  messages: readonly Message[],
  traits: ModelTraits = {},
): { readonly messages: unknown; readonly warnings: readonly string[] } {
  const { body, warnings } = encode(requestOf({ messages }), targetOf(traits))
  return { messages: body.messages, warnings }
}
