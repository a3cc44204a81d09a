import type { Agent } from './agent.js'

/** Codex speaks Responses. */
export const codex: Agent = {
  client: 'codex',
  title: 'Codex',
  speaks: 'Responses',
  program: ['codex'],
  survives: ['rate', 'overload', 'cut', 'full'],
  losses: [],
  launch: ({ url, key, model, prompt }) => ({
    arguments: ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', prompt],
    environment: { GATEWAY_KEY: key },
    files: {
      '.codex/config.toml': [
        `model = "${model}"`,
        'model_provider = "gateway"',
        'model_reasoning_effort = "medium"',
        'model_reasoning_summary = "auto"',
        'model_context_window = 200000',
        '[model_providers.gateway]',
        'name = "Gateway"',
        `base_url = "${url}/v1"`,
        'env_key = "GATEWAY_KEY"',
        'wire_api = "responses"',
        '',
      ].join('\n'),
    },
  }),
}
