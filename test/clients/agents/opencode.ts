import { type Agent, FORGOTTEN_BY_CHAT } from './agent.js'

/** The AI SDK's package for a protocol, and how it is told to have the model reason. */
const WIRES = [
  { speaks: 'Chat', npm: '@ai-sdk/openai-compatible', options: { reasoningEffort: 'medium' } },
  {
    speaks: 'Responses',
    npm: '@ai-sdk/openai',
    options: {
      reasoningEffort: 'medium',
      reasoningSummary: 'auto',
      include: ['reasoning.encrypted_content'],
    },
  },
  {
    speaks: 'Messages',
    npm: '@ai-sdk/anthropic',
    options: { thinking: { type: 'enabled', budgetTokens: 4096 } },
  },
] as const

/** opencode speaks all three. */
export const opencode: readonly Agent[] = WIRES.map(({ speaks, npm, options }) => ({
  client: 'opencode',
  title: 'opencode',
  speaks,
  program: ['opencode'],
  forgets: speaks === 'Chat' ? FORGOTTEN_BY_CHAT : [],
  survives: ['rate', 'overload', 'cut', 'overflow', 'full'],
  launch: ({ url, key, model, prompt }) => ({
    arguments: ['run', '-m', `gateway/${model}`, prompt],
    environment: {
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      OPENCODE_PERMISSION: '{"*":"allow"}',
    },
    files: {
      '.config/opencode/opencode.json': JSON.stringify({
        share: 'disabled',
        autoupdate: false,
        small_model: `gateway/${model}`,
        provider: {
          gateway: {
            npm,
            options: { baseURL: `${url}/v1`, apiKey: key },
            models: {
              [model]: {
                id: model,
                name: model,
                reasoning: true,
                tool_call: true,
                options,
                limit: { context: 200_000, output: 32_000 },
                interleaved: speaks === 'Chat' ? { field: 'reasoning_content' } : undefined,
              },
            },
          },
        },
      }),
    },
  }),
}))
