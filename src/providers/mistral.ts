import type { ProviderPreset } from './provider.js'

/**
 * Mistral AI. It refuses every field that it does not know.
 * @see https://docs.mistral.ai/api
 */
export const mistral: ProviderPreset = {
  id: 'mistral',
  displayName: 'Mistral AI',
  endpoints: [{ protocol: 'openai-chat', baseUrl: 'https://api.mistral.ai/v1' }],
  auth: 'bearer',
  keyVariable: 'MISTRAL_API_KEY',
  family: 'chat:mistral',
  dialect: {
    id: 'mistral',
    allowedTools: false,
    refusals: false,
    streamUsage: 'always',
    maxTokensField: 'max_tokens',
    instructionRole: 'system',
    reasoningBack: 'thinking_parts',
    effortNames: { minimal: 'low', xhigh: 'high' },
    toolChoiceRequired: 'any',
    toolResultName: true,
    toolCallIdLength: 9,
    customTools: false,
    endUserField: null,
    seedField: 'random_seed',
    prefixFlag: true,
    refuses: [
      'logit_bias',
      'logprobs',
      'top_logprobs',
      'modalities',
      'audio',
      'store',
      'service_tier',
      'verbosity',
      'web_search_options',
    ],
  },
  errorHints: [
    { status: 402, kind: 'billing' },
    { text: 'too large for model with', kind: 'context-overflow' },
  ],
}
