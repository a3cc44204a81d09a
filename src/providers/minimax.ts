import type { ProviderPreset } from './provider.js'

/**
 * MiniMax. Its Chat puts the reasoning into the text between `<think>` tags unless asked otherwise, and reports
 * many errors with status 200 and `base_resp`, so Messages comes first.
 * @see https://platform.minimax.io/docs
 */
export const minimax: ProviderPreset = {
  id: 'minimax',
  displayName: 'MiniMax',
  endpoints: [
    { protocol: 'anthropic-messages', baseUrl: 'https://api.minimax.io/anthropic' },
    { protocol: 'openai-chat', baseUrl: 'https://api.minimax.io/v1' },
  ],
  auth: 'bearer',
  keyVariable: 'MINIMAX_API_KEY',
  family: 'chat:minimax',
  dialect: {
    id: 'minimax',
    allowedTools: false,
    refusals: false,
    instructionRole: 'system',
    reasoningControl: 'none',
    inlineThink: true,
    customTools: false,
    strictTools: false,
    structuredOutput: 'none',
    endUserField: null,
    refuses: ['presence_penalty', 'frequency_penalty', 'logit_bias', 'seed', 'parallel_tool_calls'],
  },
  errorHints: [
    { code: '1008', kind: 'billing' },
    { text: 'insufficient balance', kind: 'billing' },
    { code: '1002', kind: 'rate-limit' },
    { code: '1004', kind: 'authentication' },
    { code: '1026', kind: 'policy' },
    { code: '1027', kind: 'policy' },
    { code: '1039', kind: 'context-overflow' },
  ],
}
