import { type Agent, FORGOTTEN_BY_CHAT } from './agent.js'

interface Wire {
  readonly speaks: Agent['speaks']
  readonly authType: string
  readonly environment: (url: string, key: string, model: string) => Readonly<Record<string, string>>
}

const WIRES: readonly Wire[] = [
  {
    speaks: 'Chat',
    authType: 'openai',
    environment: (url, key, model) => ({
      OPENAI_BASE_URL: `${url}/v1`,
      OPENAI_API_KEY: key,
      OPENAI_MODEL: model,
    }),
  },
  {
    speaks: 'Responses',
    authType: 'openai-responses',
    environment: (url, key, model) => ({
      OPENAI_BASE_URL: `${url}/v1`,
      OPENAI_API_KEY: key,
      OPENAI_MODEL: model,
    }),
  },
  {
    speaks: 'Messages',
    authType: 'anthropic',
    environment: (url, key, model) => ({
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_API_KEY: key,
      ANTHROPIC_MODEL: model,
    }),
  },
]

/** It drops thinking without words from all turns but the last. */
const FORGETS: Readonly<Record<Agent['speaks'], Agent['forgets']>> = {
  Chat: FORGOTTEN_BY_CHAT,
  Responses: [],
  Messages: ['openai-responses', 'gemini'],
}

/** Qwen Code needs a newer Node than the gateway. */
export const qwenCode: readonly Agent[] = WIRES.map(({ speaks, authType, environment }) => ({
  client: 'qwen-code',
  title: 'Qwen Code',
  speaks,
  program: ['node', 'qwen'],
  forgets: FORGETS[speaks],
  survives: ['rate', 'overload', 'cut', 'overflow'],
  launch: ({ url, key, model, prompt }) => ({
    arguments: ['--auth-type', authType, '-m', model, '--yolo', prompt],
    environment: environment(url, key, model),
    files: {
      '.qwen/settings.json': JSON.stringify({
        general: { disableAutoUpdate: true, enableAutoUpdate: false },
        privacy: { usageStatisticsEnabled: false },
        telemetry: { enabled: false },
        model: {
          generationConfig: {
            contextWindowSize: 200_000,
            samplingParams: { max_tokens: 30_000 },
            reasoning: { effort: 'medium', budget_tokens: 4096 },
          },
        },
      }),
    },
  }),
}))
