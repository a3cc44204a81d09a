import type { GatewayConfig, UpstreamConfig } from '../../src/index.js'

export const UPSTREAMS = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'] as const
export type UpstreamId = (typeof UPSTREAMS)[number]

/** A vendor account of each protocol, and the model that is asked there: names that the gateway knows, with their traits. */
const VENDORS: Readonly<
  Record<UpstreamId, { readonly vendor: string; readonly model: string; readonly path: string }>
> = {
  'openai-chat': { vendor: 'deepseek', model: 'deepseek-v4', path: '/v1' },
  'openai-responses': { vendor: 'openai', model: 'gpt-5.2', path: '/v1' },
  'anthropic-messages': { vendor: 'anthropic', model: 'claude-opus-5-5', path: '' },
  gemini: { vendor: 'gemini', model: 'gemini-3-pro-preview', path: '' },
}

/** Micro-USD for one token: whole numbers, so that the ledger can be checked by multiplication alone. */
export const MICRO_PER_TOKEN = { input: 30, cacheRead: 3, cacheWrite: 40, output: 150 } as const

const MILLION = 1_000_000

/** The model that clients ask for on an upstream. */
export const MODEL_OF: Readonly<Record<UpstreamId, string>> = {
  'openai-chat': 'agent/chat',
  'openai-responses': 'agent/responses',
  'anthropic-messages': 'agent/messages',
  gemini: 'agent/gemini',
}

/** Upstreams and models of a gateway in front of one scripted vendor. */
export function configureUpstreams(url: string): Pick<GatewayConfig, 'upstreams' | 'models'> {
  const upstreams = UPSTREAMS.map((id): [string, UpstreamConfig] => {
    const { vendor, path } = VENDORS[id]
    return [id, { vendor, protocol: id, baseUrl: url + path, apiKey: 'sk-of-the-scripted-vendor' }]
  })
  const models = UPSTREAMS.map((id) => ({
    id: MODEL_OF[id],
    upstream: id,
    model: VENDORS[id].model,
    contextWindowTokens: 200_000,
    maxOutputTokens: 32_000,
    price: {
      inputMicroPer1M: MICRO_PER_TOKEN.input * MILLION,
      cacheReadMicroPer1M: MICRO_PER_TOKEN.cacheRead * MILLION,
      cacheWriteMicroPer1M: MICRO_PER_TOKEN.cacheWrite * MILLION,
      outputMicroPer1M: MICRO_PER_TOKEN.output * MILLION,
    },
  }))
  return { upstreams: Object.fromEntries(upstreams), models }
}
