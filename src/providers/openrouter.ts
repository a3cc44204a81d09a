import type { ProviderPreset } from './provider.js'

/**
 * OpenRouter. It resells at prices of its own: models there need a configured price.
 * @see https://openrouter.ai/docs
 */
export const openrouter: ProviderPreset = {
  id: 'openrouter',
  displayName: 'OpenRouter',
  endpoints: [
    { protocol: 'openai-chat', baseUrl: 'https://openrouter.ai/api/v1' },
    { protocol: 'anthropic-messages', baseUrl: 'https://openrouter.ai/api' },
  ],
  auth: 'bearer',
  keyVariable: 'OPENROUTER_API_KEY',
  family: 'chat:openrouter',
  dialect: {
    id: 'openrouter',
    allowedTools: false,
    refusals: false,
    maxTokensField: 'max_tokens',
    instructionRole: 'system',
    reasoningBack: 'reasoning_details',
    reasoningControl: 'reasoning_object',
    customTools: false,
    endUserField: 'user',
    topK: true,
    cacheControl: true,
  },
  errorHints: [
    { status: 402, kind: 'billing' },
    { text: 'maximum context length', kind: 'context-overflow' },
  ],
}
