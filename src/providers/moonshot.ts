import type { ProviderPreset } from './provider.js'

/**
 * Moonshot AI (Kimi). It refuses `thinking` together with `reasoning_effort`, and in thinking mode a tool loop
 * whose assistant turns have no `reasoning_content`.
 * @see https://platform.moonshot.ai/docs
 */
export const moonshot: ProviderPreset = {
  id: 'moonshot',
  displayName: 'Moonshot AI',
  endpoints: [
    { protocol: 'openai-chat', baseUrl: 'https://api.moonshot.ai/v1' },
    { protocol: 'anthropic-messages', baseUrl: 'https://api.moonshot.ai/anthropic' },
  ],
  auth: 'bearer',
  keyVariable: 'MOONSHOT_API_KEY',
  family: 'chat:moonshot',
  dialect: {
    id: 'moonshot',
    allowedTools: false,
    refusals: false,
    instructionRole: 'system',
    reasoningBack: 'reasoning_content',
    reasoningBackRequired: true,
    reasoningControl: 'thinking_type',
    customTools: false,
    strictTools: false,
  },
  errorHints: [
    { text: 'exceeded your current quota', kind: 'billing' },
    { text: 'insufficient balance', kind: 'billing' },
    { text: 'exceeded model token limit', kind: 'context-overflow' },
    { text: 'considered high risk', kind: 'policy' },
    { text: 'engine is currently overloaded', kind: 'overloaded' },
  ],
}
