import { type Agent, FORGOTTEN_BY_CHAT } from './agent.js'

const APIS = [
  { speaks: 'Chat', api: 'openai-completions', path: '/v1' },
  { speaks: 'Responses', api: 'openai-responses', path: '/v1' },
  { speaks: 'Messages', api: 'anthropic-messages', path: '' },
] as const

/** It drops thinking without words, which is where the signature of a call of Gemini is. */
const FORGETS: Readonly<Record<Agent['speaks'], Agent['forgets']>> = {
  Chat: FORGOTTEN_BY_CHAT,
  Responses: [],
  Messages: ['gemini'],
}

/** pi speaks all three. */
export const pi: readonly Agent[] = APIS.map(({ speaks, api, path }) => ({
  client: 'pi',
  title: 'pi',
  speaks,
  program: ['pi'],
  silentAfterCompaction: true,
  forgets: FORGETS[speaks],
  survives: ['rate', 'overload', 'cut', 'overflow'],
  launch: ({ url, key, model, prompt }) => ({
    arguments: ['--provider', 'gateway', '--model', model, '--thinking', 'medium', '-p', prompt],
    environment: { PI_OFFLINE: '1', PI_TELEMETRY: '0' },
    files: {
      '.pi/agent/models.json': JSON.stringify({
        providers: {
          gateway: {
            baseUrl: url + path,
            api,
            apiKey: key,
            models: [{ id: model, reasoning: true, contextWindow: 200_000, maxTokens: 8000 }],
          },
        },
      }),
    },
  }),
}))
