import type { KnownTraits, TraitsRow } from './model-traits.js'

/** What the models that reason share. */
const REASONING: KnownTraits = {
  maxOutputTokens: 128_000,
  reasoning: 'effort',
  instructionRole: 'developer',
  stop: false,
}

/** Reasons always: takes no sampling parameters. */
const ALWAYS_ON: KnownTraits = {
  ...REASONING,
  reasoningOff: false,
  sampling: 'fixed',
  chatToolsWithReasoning: 'allowed',
}

/** Reasons unless the effort is `none`. */
const SWITCHABLE: KnownTraits = {
  ...REASONING,
  reasoningOff: true,
  sampling: 'when-reasoning-off',
  chatToolsWithReasoning: 'allowed',
}

/** Takes explicit prompt-cache breakpoints: GPT-5.6 and later. */
const BREAKPOINTS: KnownTraits = { cacheBreakpoints: true }

function withoutReasoning(maxOutputTokens: number): KnownTraits {
  return { maxOutputTokens, reasoning: 'none', sampling: 'free', instructionRole: 'system' }
}

const O_SERIES: KnownTraits = { ...ALWAYS_ON, maxOutputTokens: 100_000, efforts: ['low', 'medium', 'high'] }

/** OpenAI by model id. @see https://platform.openai.com/docs/models */
export const OPENAI_TRAITS: readonly TraitsRow[] = [
  { match: /^gpt-5(\.\d)?-chat/, traits: withoutReasoning(16_384) },
  {
    match: /^gpt-(6-astra|6\.1-sol)/,
    traits: { ...ALWAYS_ON, ...BREAKPOINTS, efforts: ['low', 'medium', 'high', 'xhigh', 'max'] },
  },
  {
    match: /^gpt-6/,
    traits: { ...SWITCHABLE, ...BREAKPOINTS, efforts: ['none', 'low', 'medium', 'high', 'xhigh', 'max'] },
  },
  {
    match: /^gpt-5[.-]6/,
    traits: {
      ...SWITCHABLE,
      ...BREAKPOINTS,
      efforts: ['none', 'low', 'medium', 'high', 'xhigh', 'max'],
      chatToolsWithReasoning: 'refused',
    },
  },
  {
    match: /^gpt-5[.-][45](?!\d)/,
    traits: {
      ...SWITCHABLE,
      efforts: ['none', 'low', 'medium', 'high', 'xhigh'],
      chatToolsWithReasoning: 'refused-explicit',
    },
  },
  {
    match: /^gpt-5[.-][23](?!\d)/,
    traits: { ...SWITCHABLE, efforts: ['none', 'low', 'medium', 'high', 'xhigh'] },
  },
  {
    match: /^gpt-5[.-]1(?!\d)/,
    traits: { ...SWITCHABLE, efforts: ['none', 'low', 'medium', 'high'] },
  },
  { match: /^gpt-5-pro/, traits: { ...ALWAYS_ON, maxOutputTokens: 272_000, efforts: ['high'] } },
  { match: /^gpt-5-codex/, traits: { ...ALWAYS_ON, efforts: ['low', 'medium', 'high'] } },
  { match: /^gpt-5/, traits: { ...ALWAYS_ON, efforts: ['minimal', 'low', 'medium', 'high'] } },
  { match: /^gpt-[7-9]/, traits: { ...REASONING, ...BREAKPOINTS } },
  { match: /^o1-(mini|preview)/, traits: { ...ALWAYS_ON, maxOutputTokens: 32_768, efforts: [] } },
  { match: /^o\d/, traits: O_SERIES },
  { match: /^gpt-4\.1/, traits: withoutReasoning(32_768) },
  { match: /^(chatgpt-4o|gpt-4o)/, traits: withoutReasoning(16_384) },
  { match: /^gpt-(4|3\.5)/, traits: withoutReasoning(4096) },
]
