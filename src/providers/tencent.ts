import type { ProviderPreset } from './provider.js'

/**
 * Tencent Hy at TokenHub, China region; the international one has its own base URL.
 * @see https://cloud.tencent.com/document/product/1823/132252
 */
export const tencent: ProviderPreset = {
  id: 'tencent',
  displayName: 'Tencent Hy',
  endpoints: [{ protocol: 'openai-chat', baseUrl: 'https://tokenhub.tencentmaas.com/v1' }],
  auth: 'bearer',
  keyVariable: 'TOKENHUB_API_KEY',
  family: 'chat:tencent',
  dialect: {
    id: 'tencent',
    allowedTools: false,
    refusals: false,
    maxTokensField: 'max_tokens',
    instructionRole: 'system',
    reasoningBack: 'reasoning_content',
    effortNames: { minimal: 'low', medium: 'high', xhigh: 'high', max: 'high' },
    customTools: false,
    strictTools: false,
    structuredOutput: 'json_object',
    endUserField: null,
  },
  errorHints: [{ status: 402, kind: 'billing' }],
}
