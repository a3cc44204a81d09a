import {
  anthropicMessages,
  createCodecContext,
  type DecodeContext,
  type EncodeContext,
  gemini,
  getProvider,
  modelTraits,
  openaiChat,
  openaiResponses,
  type Protocol,
  type ProtocolId,
  type ReplyFacts,
  type Target,
  type TranslationRoute,
} from '../../../src/index.js'

export const context = createCodecContext([{ id: 'k1', secret: 'of the laws' }])

/** A vendor of each protocol that takes everything its protocol can say. */
export interface Vendor {
  readonly protocol: Protocol
  readonly target: Target
}

const MODEL = 'vendor-model'

export const VENDORS: Readonly<Record<ProtocolId, Vendor>> = {
  'openai-chat': {
    protocol: openaiChat,
    target: {
      model: MODEL,
      family: 'chat:test',
      traits: {},
      dialect: { id: 'test', promptCache: true, reasoningBack: 'reasoning_content' },
    },
  },
  'openai-responses': {
    protocol: openaiResponses,
    target: { model: MODEL, family: 'openai', traits: { cacheBreakpoints: true } },
  },
  'anthropic-messages': {
    protocol: anthropicMessages,
    target: { model: MODEL, family: 'anthropic', traits: { systemMessages: true } },
  },
  gemini: {
    protocol: gemini,
    target: { model: MODEL, family: 'google-ai', traits: { mediaInToolResults: true, mediaUrls: true } },
  },
}

export const VENDOR_LIST: readonly Vendor[] = Object.values(VENDORS)

/** Models that differ in what they take, as their presets say. */
const REAL_MODELS: readonly (readonly [string, ProtocolId, string])[] = [
  ['anthropic', 'anthropic-messages', 'claude-opus-5-5'],
  ['anthropic', 'anthropic-messages', 'claude-sonnet-4-5'],
  ['anthropic', 'anthropic-messages', 'claude-3-5-haiku'],
  ['openai', 'openai-responses', 'gpt-5.6-sol'],
  ['openai', 'openai-responses', 'gpt-4.1'],
  ['openai', 'openai-chat', 'gpt-5'],
  ['openai', 'openai-chat', 'gpt-4.1'],
  ['deepseek', 'openai-chat', 'deepseek-v4-pro'],
  ['mistral', 'openai-chat', 'magistral-medium'],
  ['openrouter', 'openai-chat', 'x/y'],
  ['qwen', 'openai-chat', 'qwen3.8-max'],
  ['ollama', 'openai-chat', 'llama4'],
  ['gemini', 'gemini', 'gemini-2.5-flash'],
  ['gemini', 'gemini', 'gemini-3-pro'],
]

/** Those models, as the gateway would call them. */
export const REAL_VENDORS: readonly (Vendor & { readonly name: string })[] = REAL_MODELS.map(
  ([id, protocol, model]) => {
    const preset = getProvider(id)
    if (preset === null) throw new Error(`no preset ${id}`)
    const { maxOutputTokens, ...traits } = modelTraits(id, model)
    const dialect = protocol === 'openai-chat' ? { dialect: preset.dialect } : {}
    return {
      name: `${model} on ${protocol}`,
      protocol: VENDORS[protocol].protocol,
      target: { model, family: preset.family, traits, maxOutputTokens, ...dialect },
    }
  },
)

/** Protocols with an endpoint here. */
export const CLIENTS: readonly Protocol[] = [openaiChat, openaiResponses, anthropicMessages]

/** A client's protocol and a vendor. */
export interface Pair extends Vendor {
  readonly name: string
  readonly client: Protocol
}

/** All 12 of them. */
export const PAIRS: readonly Pair[] = CLIENTS.flatMap((client) =>
  VENDOR_LIST.map((vendor) => ({ ...vendor, client, name: `${client.id} on ${vendor.protocol.id}` })),
)

export function routeOf({ client, protocol, target }: Omit<Pair, 'name'>): TranslationRoute {
  return { from: client, to: protocol, target, context }
}

export const FACTS: ReplyFacts = {
  model: 'acme/model',
  created: 1_767_225_600,
  requestId: 'req_cm_1',
  estimatedInputTokens: 7,
}

export function decodeContext({ target }: Pick<Vendor, 'target'>): DecodeContext {
  return { ...context, target }
}

/** What an encoder for a client is told that asked for everything it can be shown. */
export function encodeContext(more: Partial<EncodeContext> = {}): EncodeContext {
  const request = { model: FACTS.model, stream: true, messages: [], includeUsage: true }
  return { ...context, ...FACTS, request, body: {}, ...more }
}
