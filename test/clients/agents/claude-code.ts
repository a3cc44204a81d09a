import type { Agent } from './agent.js'

const claudeCode: Agent = {
  client: 'claude-code',
  title: 'Claude Code',
  speaks: 'Messages',
  program: ['claude'],
  survives: ['rate', 'overload', 'cut', 'overflow'],
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

/** Claude Code speaks Messages; to a model that it knows it writes in another way than to a stranger. */
export const claudeCodes: readonly Agent[] = [
  claudeCode,
  { ...claudeCode, title: 'Claude Code as claude-opus-5-5', alias: 'claude-opus-5-5' },
]
