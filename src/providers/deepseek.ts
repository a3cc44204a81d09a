import type { ProviderPreset } from './provider.js'

/**
 * DeepSeek. Its thinking models refuse a tool loop whose earlier reasoning is not sent back.
 * @see https://api-docs.deepseek.com/
 */
export const deepseek: ProviderPreset = {
  id: 'deepseek',
  displayName: 'DeepSeek',
  endpoints: [
    { protocol: 'openai-chat', baseUrl: 'https://api.deepseek.com/v1' },
    { protocol: 'anthropic-messages', baseUrl: 'https://api.deepseek.com/anthropic', auth: 'x-api-key' },
  ],
  auth: 'bearer',
  keyVariable: 'DEEPSEEK_API_KEY',
  family: 'chat:deepseek',
  dialect: {
    id: 'deepseek',
    allowedTools: false,
    refusals: false,
    maxTokensField: 'max_tokens',
    instructionRole: 'system',
    reasoningBack: 'reasoning_content',
    reasoningBackRequired: true,
    reasoningControl: 'thinking_type',
    effortNames: { minimal: 'low', low: 'low', medium: 'high', high: 'high', xhigh: 'max', max: 'max' },
    customTools: false,
    strictTools: false,
    structuredOutput: 'json_object',
    endUserField: 'user_id',
    prefixFlag: true,
  },
  errorHints: [
    { status: 402, kind: 'billing' },
    { text: 'maximum context length', kind: 'context-overflow' },
  ],
}
