import { anthropic } from './anthropic.js'
import { deepseek } from './deepseek.js'
import { gemini } from './gemini.js'
import { groq } from './groq.js'
import { minimax } from './minimax.js'
import { mistral } from './mistral.js'
import { moonshot } from './moonshot.js'
import { ollama } from './ollama.js'
import { openai } from './openai.js'
import { openrouter } from './openrouter.js'
import type { ProviderPreset } from './provider.js'
import { qwen } from './qwen.js'
import { tencent } from './tencent.js'
import { vllm } from './vllm.js'
import { xAi } from './x-ai.js'
import { xiaomi } from './xiaomi.js'
import { zAi } from './z-ai.js'

/** The presets by vendor code. */
export const PROVIDERS: Readonly<Record<string, ProviderPreset>> = {
  openai,
  anthropic,
  gemini,
  deepseek,
  qwen,
  moonshot,
  minimax,
  'z-ai': zAi,
  xiaomi,
  tencent,
  'x-ai': xAi,
  mistral,
  groq,
  openrouter,
  ollama,
  vllm,
}

/** The preset of a vendor; null for a code that is none. */
export function getProvider(id: string): ProviderPreset | null {
  return Object.hasOwn(PROVIDERS, id) ? (PROVIDERS[id] ?? null) : null
}
