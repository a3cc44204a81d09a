import type { KnownTraits, TraitsRow } from './model-traits.js'

const ALL_EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const

/** What the newest models share; an unknown Claude is taken for one of them. */
const NEWEST: KnownTraits = {
  maxOutputTokens: 128_000,
  efforts: ALL_EFFORTS,
  reasoning: 'adaptive',
  sampling: 'fixed',
}

/** Thinks always, and refuses a forced tool choice. */
const ALWAYS_ON: KnownTraits = { ...NEWEST, reasoningOff: false, forcedToolChoice: false, prefill: false }

/** Does not think unless asked to. */
const OPTIONAL: KnownTraits = {
  maxOutputTokens: 128_000,
  reasoning: 'adaptive',
  reasoningOff: true,
  sampling: 'when-reasoning-off',
  forcedToolChoice: true,
}

/** Thinks within a budget, which must be smaller than the output limit. */
function budgetEra(maxOutputTokens: number): KnownTraits {
  return {
    maxOutputTokens,
    reasoning: 'budget',
    reasoningOff: true,
    reasoningBudget: { min: 1024, max: maxOutputTokens - 1 },
    sampling: 'when-reasoning-off',
    forcedToolChoice: true,
    prefill: true,
  }
}

function withoutReasoning(maxOutputTokens: number): KnownTraits {
  return {
    maxOutputTokens,
    reasoning: 'none',
    sampling: 'free',
    forcedToolChoice: true,
    prefill: true,
    jsonSchemaOutput: false,
  }
}

/** Claude by model id. @see https://platform.claude.com/docs/en/about-claude/models/overview */
export const CLAUDE_TRAITS: readonly TraitsRow[] = [
  { match: /opus-5[-.]5(?!\d)/, traits: { ...ALWAYS_ON, systemMessages: true } },
  { match: /sonnet-5[-.]5(?!\d)/, traits: { ...ALWAYS_ON, systemMessages: true, betweenTools: true } },
  {
    match: /haiku-5[-.]5(?!\d)/,
    traits: { ...NEWEST, systemMessages: true, reasoningOff: true, forcedToolChoice: true, prefill: false },
  },
  { match: /(fable-5[-.][1-9](?!\d)|mythos-5)/, traits: ALWAYS_ON },
  { match: /fable-5/, traits: { ...NEWEST, reasoningOff: false, forcedToolChoice: true } },
  { match: /opus-5/, traits: { ...NEWEST, reasoningOff: true, forcedToolChoice: true, prefill: false } },
  { match: /(sonnet-5|opus-4[-.][78])/, traits: { ...NEWEST, reasoningOff: true, forcedToolChoice: true } },
  { match: /opus-4[-.]6/, traits: { ...OPTIONAL, efforts: ['low', 'medium', 'high', 'max'] } },
  { match: /sonnet-4[-.]6/, traits: { ...OPTIONAL, efforts: ['low', 'medium', 'high'] } },
  { match: /opus-4[-.]5/, traits: { ...budgetEra(64_000), efforts: ['low', 'medium', 'high'] } },
  { match: /4[-.]5/, traits: budgetEra(64_000) },
  { match: /opus-4[-.]1/, traits: budgetEra(32_000) },
  { match: /opus-4/, traits: { ...budgetEra(32_000), jsonSchemaOutput: false } },
  {
    match: /(sonnet-4|3[-.]7-sonnet|sonnet-3[-.]7)/,
    traits: { ...budgetEra(64_000), jsonSchemaOutput: false },
  },
  { match: /claude-3[-.]5/, traits: withoutReasoning(8192) },
  { match: /claude-3/, traits: withoutReasoning(4096) },
  { match: /claude/, traits: { ...NEWEST, reasoningOff: true, forcedToolChoice: true } },
]
