import type { Agent } from './agent.js'

/** Claude Code speaks Messages. */
export const claudeCode: Agent = {
  client: 'claude-code',
  title: 'Claude Code',
  speaks: 'Messages',
  program: ['claude'],
  survives: ['rate', 'overload', 'cut', 'overflow'],
  losses: [],
  launch: ({ url, key, model, prompt }) => ({
    arguments: ['-p', prompt, '--dangerously-skip-permissions'],
    environment: {
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_AUTH_TOKEN: key,
      ANTHROPIC_MODEL: model,
      ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      IS_SANDBOX: '1',
    },
  }),
}
