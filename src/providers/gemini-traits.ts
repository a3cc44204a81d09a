import type { KnownTraits, TraitsRow } from './model-traits.js'

const COMMON: KnownTraits = {
  maxOutputTokens: 65_536,
  sampling: 'free',
  forcedToolChoice: true,
  hostedToolsWithFunctions: false,
  jsonOutputWithFunctions: false,
}

/** Thinking level in place of a budget; it cannot be switched off. */
const LEVEL: KnownTraits = {
  ...COMMON,
  reasoning: 'level',
  reasoningOff: false,
  mediaInToolResults: true,
  mediaUrls: true,
  needsThoughtSignatures: true,
  hostedToolsWithFunctions: true,
  jsonOutputWithFunctions: true,
}

const THREE_LEVELS: KnownTraits = { ...LEVEL, efforts: ['low', 'medium', 'high'] }

/** Gemini by model id. @see https://ai.google.dev/gemini-api/docs/thinking */
export const GEMINI_TRAITS: readonly TraitsRow[] = [
  { match: /gemini-4-hydrogen/, traits: { ...LEVEL, efforts: ['low', 'medium', 'high', 'xhigh'] } },
  {
    match: /gemini-2\.5-pro/,
    traits: {
      ...COMMON,
      reasoning: 'budget',
      reasoningOff: false,
      reasoningBudget: { min: 128, max: 32_768 },
    },
  },
  {
    match: /gemini-2\.5/,
    traits: {
      ...COMMON,
      reasoning: 'budget',
      reasoningOff: true,
      reasoningBudget: { min: 0, max: 24_576 },
    },
  },
  { match: /gemini-(1|2)\./, traits: { ...COMMON, maxOutputTokens: 8192, reasoning: 'none' } },
  { match: /gemini-.*pro|gemini-3\.[7-9]\d*-flash|gemini-flash-latest/, traits: THREE_LEVELS },
  { match: /gemini-[3-9]/, traits: { ...LEVEL, efforts: ['minimal', 'low', 'medium', 'high'] } },
]
