import type { TraitsRow } from './model-traits.js'

/** What is known of models of other vendors; for most the vendor's dialect says enough. */
export const OTHER_TRAITS: Readonly<Record<string, readonly TraitsRow[]>> = {
  deepseek: [
    {
      match: /v4|^deepseek-(flash|pro)$/,
      traits: {
        reasoning: 'effort',
        reasoningOff: true,
        sampling: 'when-reasoning-off',
      },
    },
  ],
  moonshot: [
    // In thinking mode a forced tool choice is refused, as is any temperature but the default.
    { match: /^kimi-k2\.[56]/, traits: { reasoningOff: true, sampling: 'fixed', forcedToolChoice: false } },
    {
      match: /^kimi-(k2\.7|k3|k2-thinking)/,
      traits: { reasoningOff: false, sampling: 'fixed', forcedToolChoice: false },
    },
  ],
  // Earlier models have no way to be told to read their earlier reasoning.
  qwen: [{ match: /^qwen(3\.[6-9]|[4-9])/, traits: { reasoningBackFlag: 'preserve_thinking' } }],
  minimax: [{ match: /^minimax-m2/, traits: { reasoningOff: false } }],
  'x-ai': [
    // Any effort is an error there.
    {
      match: /^grok-(4\.20|4-1-fast|4-fast|4-0709|4$|4-latest|code-fast|build)/,
      traits: { reasoning: 'none', efforts: [] },
    },
    { match: /^grok-3-mini/, traits: { reasoning: 'effort', reasoningOff: false, efforts: ['low', 'high'] } },
    {
      match: /^grok-4\.3/,
      traits: { reasoning: 'effort', reasoningOff: true, efforts: ['none', 'low', 'medium', 'high'] },
    },
    {
      match: /^grok-4\.[4-9]/,
      traits: { reasoning: 'effort', reasoningOff: false, efforts: ['low', 'medium', 'high'] },
    },
  ],
}
