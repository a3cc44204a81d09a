import { type Agent, FORGOTTEN_BY_CHAT } from './agent.js'

/** Cline speaks Chat to a provider of one's own. */
export const cline: Agent = {
  client: 'cline',
  title: 'Cline',
  speaks: 'Chat',
  program: ['cline'],
  forgets: FORGOTTEN_BY_CHAT,
  survives: ['rate', 'overload', 'overflow'],
  launch: ({ url, key, model, prompt }) => ({
    arguments: ['-P', 'openai-compatible', '-k', key, '-m', model, '--thinking', 'medium', prompt],
    // By itself it leaves a daemon behind.
    environment: { CLINE_SESSION_BACKEND_MODE: 'local', CLINE_NO_AUTO_UPDATE: '1' },
    files: {
      '.cline/data/settings/providers.json': JSON.stringify({
        version: 1,
        lastUsedProvider: 'openai-compatible',
        providers: {
          'openai-compatible': {
            settings: { provider: 'openai-compatible', apiKey: key, model, baseUrl: `${url}/v1` },
            updatedAt: '2026-01-01T00:00:00.000Z',
            tokenSource: 'manual',
          },
        },
      }),
    },
  }),
}
