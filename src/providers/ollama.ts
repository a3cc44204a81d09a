import type { ProviderPreset } from './provider.js'

/**
 * A local Ollama. The key is required by clients and ignored by the server.
 * @see https://docs.ollama.com/api/openai-compatibility
 */
export const ollama: ProviderPreset = {
  id: 'ollama',
  displayName: 'Ollama',
  endpoints: [
    { protocol: 'openai-chat', baseUrl: 'http://localhost:11434/v1' },
    { protocol: 'anthropic-messages', baseUrl: 'http://localhost:11434' },
  ],
  auth: 'bearer',
  keyVariable: null,
  family: 'chat:ollama',
  dialect: {
    id: 'ollama',
    allowedTools: false,
    refusals: false,
    maxTokensField: 'max_tokens',
    instructionRole: 'system',
    effortNames: { minimal: 'low', xhigh: 'high', max: 'high' },
    customTools: false,
    strictTools: false,
    endUserField: null,
    lenientFinish: true,
  },
  errorHints: [],
}
