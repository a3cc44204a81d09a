import type { ProviderPreset } from './provider.js'

/** Anthropic. */
export const anthropic: ProviderPreset = {
  id: 'anthropic',
  displayName: 'Anthropic',
  endpoints: [{ protocol: 'anthropic-messages', baseUrl: 'https://api.anthropic.com' }],
  auth: 'x-api-key',
  keyVariable: 'ANTHROPIC_API_KEY',
  family: 'anthropic',
  plainModelIds: true,
  dialect: { id: 'anthropic' },
  errorHints: [
    { text: 'credit balance is too low', kind: 'billing' },
    { text: 'prompt is too long', kind: 'context-overflow' },
    { status: 529, kind: 'overloaded' },
  ],
}
