import type { ProviderPreset } from './provider.js'

/**
 * Z.ai (GLM). Its version path is its own.
 * @see https://docs.z.ai/api-reference/llm/chat-completion
 */
export const zAi: ProviderPreset = {
  id: 'z-ai',
  displayName: 'Z.ai',
  endpoints: [
    { protocol: 'openai-chat', baseUrl: 'https://api.z.ai/api/paas/v4' },
    { protocol: 'anthropic-messages', baseUrl: 'https://api.z.ai/api/anthropic' },
  ],
  auth: 'bearer',
  keyVariable: 'ZAI_API_KEY',
  family: 'chat:z-ai',
  dialect: {
    id: 'z-ai',
    allowedTools: false,
    refusals: false,
    maxTokensField: 'max_tokens',
    instructionRole: 'system',
    reasoningBack: 'reasoning_content',
    reasoningControl: 'thinking_type',
    customTools: false,
    strictTools: false,
    structuredOutput: 'json_object',
    endUserField: 'user_id',
    refuses: ['logit_bias', 'logprobs', 'top_logprobs', 'presence_penalty', 'frequency_penalty', 'seed'],
  },
  errorHints: [
    { code: '1113', kind: 'billing' },
    { code: '1302', kind: 'rate-limit' },
    { code: '1305', kind: 'overloaded' },
    { code: '1261', kind: 'context-overflow' },
    { code: '1301', kind: 'policy' },
  ],
}
