import type { ProviderPreset } from './provider.js'

/**
 * Google's Gemini API for developers (not Vertex AI). Its OpenAI-compatible layer is left out: it does not count
 * thoughts as output, so they could not be billed.
 */
export const gemini: ProviderPreset = {
  id: 'gemini',
  displayName: 'Google Gemini',
  endpoints: [{ protocol: 'gemini', baseUrl: 'https://generativelanguage.googleapis.com' }],
  auth: 'x-goog-api-key',
  keyVariable: 'GEMINI_API_KEY',
  family: 'google-ai',
  dialect: { id: 'gemini' },
  errorHints: [
    { text: 'api key not valid', kind: 'authentication' },
    { text: 'input token count', kind: 'context-overflow' },
  ],
}
