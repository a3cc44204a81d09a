import {
  anthropicMessages,
  type CanonicalRequest,
  createCodecContext,
  gemini,
  openaiChat,
  openaiResponses,
  type Protocol,
  type Target,
} from '../../../src/index.js'

export const context = createCodecContext([{ id: 'k1', secret: 'of the translator' }])

/** A protocol with a vendor that speaks it. */
export interface Vendor {
  readonly to: Protocol
  readonly target: Target
}

const vendor = (to: Protocol, family: string, more: Partial<Target> = {}): Vendor => ({
  to,
  target: { model: 'vendor-model', family, traits: {}, ...more },
})

export const CHAT = vendor(openaiChat, 'chat:test', { dialect: { id: 'test' } })
export const MISTRAL = vendor(openaiChat, 'chat:mistral', {
  dialect: { id: 'mistral', toolCallIdLength: 9, customTools: false },
})
export const RESPONSES = vendor(openaiResponses, 'openai')
export const MESSAGES = vendor(anthropicMessages, 'anthropic')
export const GEMINI = vendor(gemini, 'google-ai')

/** A canonical request. */
export function requestOf(more: Partial<CanonicalRequest> = {}): CanonicalRequest {
  return { model: 'acme/model', stream: false, messages: [], ...more }
}
