import type { ProviderPreset } from './provider.js'

/**
 * Xiaomi MiMo. Thinking is on unless switched off, and has no grades.
 * @see https://platform.xiaomimimo.com/docs/en-US/api/chat/openai-api
 */
export const xiaomi: ProviderPreset = {
  id: 'xiaomi',
  displayName: 'Xiaomi MiMo',
  endpoints: [
    { protocol: 'openai-chat', baseUrl: 'https://api.xiaomimimo.com/v1' },
    { protocol: 'anthropic-messages', baseUrl: 'https://api.xiaomimimo.com/anthropic' },
  ],
  auth: 'bearer',
  keyVariable: 'MIMO_API_KEY',
  family: 'chat:xiaomi',
  dialect: {
    id: 'xiaomi',
    allowedTools: false,
    refusals: false,
    instructionRole: 'system',
    reasoningBack: 'reasoning_content',
    reasoningControl: 'thinking_type',
    customTools: false,
    strictTools: false,
    structuredOutput: 'json_object',
    endUserField: null,
  },
  errorHints: [{ status: 402, kind: 'billing' }],
}
