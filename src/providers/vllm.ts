import type { ProviderPreset } from './provider.js'

/**
 * A vLLM server. What it takes depends on the model's chat template.
 * @see https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
 */
export const vllm: ProviderPreset = {
  id: 'vllm',
  displayName: 'vLLM',
  endpoints: [
    { protocol: 'openai-chat', baseUrl: 'http://localhost:8000/v1' },
    { protocol: 'anthropic-messages', baseUrl: 'http://localhost:8000' },
  ],
  auth: 'bearer',
  keyVariable: null,
  family: 'chat:vllm',
  dialect: {
    id: 'vllm',
    allowedTools: false,
    refusals: false,
    maxTokensField: 'max_tokens',
    instructionRole: 'system',
    reasoningControl: 'chat_template_kwargs',
    customTools: false,
    endUserField: 'user',
    topK: true,
    lenientFinish: true,
  },
  errorHints: [{ text: 'maximum context length', kind: 'context-overflow' }],
}
