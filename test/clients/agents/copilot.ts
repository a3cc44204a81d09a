import { type Agent, FORGOTTEN_BY_CHAT } from './agent.js'

interface Wire {
  readonly speaks: Agent['speaks']
  readonly path: string
  readonly environment: Readonly<Record<string, string>>
}

const WIRES: readonly Wire[] = [
  { speaks: 'Chat', path: '/v1', environment: { COPILOT_PROVIDER_TYPE: 'openai' } },
  {
    speaks: 'Responses',
    path: '/v1',
    environment: { COPILOT_PROVIDER_TYPE: 'openai', COPILOT_PROVIDER_WIRE_API: 'responses' },
  },
  { speaks: 'Messages', path: '', environment: { COPILOT_PROVIDER_TYPE: 'anthropic' } },
]

/** GitHub's Copilot CLI with a provider of one's own. */
export const copilot: readonly Agent[] = WIRES.map(({ speaks, path, environment }) => ({
  client: 'copilot',
  title: 'Copilot CLI',
  speaks,
  program: ['copilot'],
  forgets: speaks === 'Chat' ? FORGOTTEN_BY_CHAT : [],
  survives: ['rate', 'overload', 'cut', 'overflow', 'full'],
  launch: ({ url, key, model, prompt }) => ({
    arguments: [
      '-p',
      prompt,
      '--allow-all-tools',
      '--allow-all-paths',
      '--no-auto-update',
      '--reasoning-effort',
      'medium',
    ],
    environment: {
      COPILOT_OFFLINE: 'true',
      COPILOT_PROVIDER_BASE_URL: url + path,
      COPILOT_PROVIDER_API_KEY: key,
      COPILOT_MODEL: model,
      ...environment,
    },
  }),
}))
