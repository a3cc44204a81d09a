import { anthropicMessages } from '../../protocols/anthropic-messages/index.js'
import { gemini } from '../../protocols/gemini/index.js'
import { openaiChat } from '../../protocols/openai-chat/index.js'
import { openaiResponses } from '../../protocols/openai-responses/index.js'
import type { Protocol, ProtocolId } from '../../protocols/protocol.js'

const PROTOCOLS: Readonly<Record<ProtocolId, Protocol>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
}

/** The codec of a wire protocol. */
export function getProtocol(id: ProtocolId): Protocol {
  return PROTOCOLS[id]
}
