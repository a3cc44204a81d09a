import type { Agent } from './agent.js'

const codex: Agent = {
  client: 'codex',
  title: 'Codex',
  speaks: 'Responses',
  program: ['codex'],
  survives: ['rate', 'overload', 'cut', 'full'],
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

/** Codex speaks Responses; models that it knows get other tools than a stranger. */
export const codexes: readonly Agent[] = [
  codex,
  { ...codex, title: 'Codex as gpt-5.5', alias: 'gpt-5.5' },
  // Behind its own protocol nothing is translated, and the vendor knows no tools in namespaces.
  { ...codex, title: 'Codex as gpt-6.1-sol', alias: 'gpt-6.1-sol', except: ['openai-responses'] },
]
