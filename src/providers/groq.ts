import type { ProviderPreset } from './provider.js'

/**
 * Groq.
 * @see https://console.groq.com/docs/openai
 */
export const groq: ProviderPreset = {
  id: 'groq',
  displayName: 'Groq',
  endpoints: [{ protocol: 'openai-chat', baseUrl: 'https://api.groq.com/openai/v1' }],
  auth: 'bearer',
  keyVariable: 'GROQ_API_KEY',
  family: 'chat:groq',
  dialect: {
    id: 'groq',
    allowedTools: false,
    refusals: false,
    instructionRole: 'system',
    reasoningBack: 'reasoning',
    effortNames: { minimal: 'low', xhigh: 'high', max: 'high' },
    customTools: false,
    endUserField: 'user',
    refuses: ['logprobs', 'top_logprobs', 'logit_bias', 'n', 'store', 'metadata', 'prediction', 'verbosity'],
  },
  errorHints: [
    { code: 'context_length_exceeded', kind: 'context-overflow' },
    { status: 498, kind: 'overloaded' },
  ],
}
