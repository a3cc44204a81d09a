import type { ProviderPreset } from './provider.js'

/** OpenAI. Responses first: it carries reasoning state and images in tool results, which Chat cannot. */
export const openai: ProviderPreset = {
  id: 'openai',
  displayName: 'OpenAI',
  endpoints: [
    { protocol: 'openai-responses', baseUrl: 'https://api.openai.com/v1' },
    { protocol: 'openai-chat', baseUrl: 'https://api.openai.com/v1' },
  ],
  auth: 'bearer',
  keyVariable: 'OPENAI_API_KEY',
  family: 'openai',
  dialect: { id: 'openai', promptCache: true, reasoningBack: 'none' },
  errorHints: [
    { code: 'insufficient_quota', kind: 'billing' },
    { code: 'credit_balance_exhausted', kind: 'billing' },
    { code: 'context_length_exceeded', kind: 'context-overflow' },
    { code: 'slow_down', kind: 'overloaded' },
  ],
}
