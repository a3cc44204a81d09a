import type { ProviderPreset } from './provider.js'

/**
 * Qwen at Alibaba Cloud Model Studio, international region; other regions have their own base URL.
 * @see https://www.alibabacloud.com/help/en/model-studio/
 */
export const qwen: ProviderPreset = {
  id: 'qwen',
  displayName: 'Qwen (Alibaba Cloud)',
  endpoints: [
    { protocol: 'openai-chat', baseUrl: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1' },
    { protocol: 'anthropic-messages', baseUrl: 'https://dashscope-intl.aliyuncs.com/apps/anthropic' },
  ],
  auth: 'bearer',
  keyVariable: 'DASHSCOPE_API_KEY',
  family: 'chat:qwen',
  dialect: {
    id: 'qwen',
    allowedTools: false,
    refusals: false,
    maxTokensField: 'max_tokens',
    instructionRole: 'system',
    reasoningBack: 'reasoning_content',
    reasoningControl: 'enable_thinking',
    customTools: false,
    strictTools: false,
    structuredOutput: 'json_object',
    endUserField: null,
    topK: true,
    cacheControl: true,
  },
  errorHints: [
    { code: 'Arrearage', kind: 'billing' },
    { code: 'data_inspection_failed', kind: 'policy' },
    { text: 'range of input length', kind: 'context-overflow' },
  ],
}
