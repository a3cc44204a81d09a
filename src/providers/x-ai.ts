import type { ProviderPreset } from './provider.js'

/**
 * xAI. Responses first: Chat is deprecated there, and only Responses carries encrypted reasoning.
 * @see https://docs.x.ai/developers/model-capabilities/text/best-practices.md
 */
export const xAi: ProviderPreset = {
  id: 'x-ai',
  displayName: 'xAI',
  endpoints: [
    { protocol: 'openai-responses', baseUrl: 'https://api.x.ai/v1' },
    { protocol: 'openai-chat', baseUrl: 'https://api.x.ai/v1' },
  ],
  auth: 'bearer',
  keyVariable: 'XAI_API_KEY',
  family: 'xai',
  dialect: {
    id: 'x-ai',
    allowedTools: false,
    refusals: false,
    instructionRole: 'system',
    customTools: false,
    reasoningBack: 'none',
    endUserField: 'user',
    effortNames: { minimal: 'low', xhigh: 'high', max: 'high' },
    // Its reasoning models, which are nearly all, refuse these.
    refuses: ['presence_penalty', 'frequency_penalty', 'stop', 'logit_bias'],
  },
  errorHints: [
    { text: 'incorrect api key', kind: 'authentication' },
    { text: 'used all available credits', kind: 'billing' },
    { text: 'maximum prompt length', kind: 'context-overflow' },
  ],
}
