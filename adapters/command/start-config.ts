import type { GatewayConfigData, ModelConfig, UpstreamConfig } from '../../src/index.js'

/** No host of this name can exist (RFC 6761): whoever sees it knows that nothing was called. */
export const SIMULATED_ORIGIN = 'http://simulated.invalid'

/** Which protocol each simulated model is served in, and where its SDK would look for it. */
const SIMULATED = {
  chat: { protocol: 'openai-chat', baseUrl: `${SIMULATED_ORIGIN}/v1` },
  responses: { protocol: 'openai-responses', baseUrl: `${SIMULATED_ORIGIN}/v1` },
  messages: { protocol: 'anthropic-messages', baseUrl: SIMULATED_ORIGIN },
  gemini: { protocol: 'gemini', baseUrl: SIMULATED_ORIGIN },
} as const satisfies Record<string, UpstreamConfig>

/** Vendors that are offered, with every model that the price snapshot knows, when their key is set. */
const REAL_VENDORS = {
  OPENAI_API_KEY: 'openai',
  ANTHROPIC_API_KEY: 'anthropic',
  GEMINI_API_KEY: 'gemini',
  DEEPSEEK_API_KEY: 'deepseek',
} as const

/** The demo account holds 5 dollars: enough to try, not enough to be sorry. */
const BALANCE_MICRO = 5_000_000

/** Makes the configuration of `start`: the simulated vendor, real ones by environment, one account with one key. */
export function createStartConfig(
  environment: Readonly<Record<string, string | undefined>>,
  key: string,
): GatewayConfigData {
  const vendors = Object.entries(REAL_VENDORS).flatMap(([variable, vendor]) => {
    const apiKey = environment[variable]?.trim()
    return apiKey ? [{ vendor, apiKey }] : []
  })
  const simulated = Object.entries(SIMULATED).map(
    ([name, upstream]) => [`simulated-${name}`, upstream] as const,
  )
  const real = vendors.map((upstream) => [upstream.vendor, upstream] as const)
  return {
    upstreams: Object.fromEntries<UpstreamConfig>([...simulated, ...real]),
    models: [
      ...Object.keys(SIMULATED).map(createSimulatedModel),
      ...vendors.map(({ vendor }) => ({ id: `${vendor}/*`, upstream: vendor })),
    ],
    accounts: [{ id: 'demo', balanceMicro: BALANCE_MICRO, keys: [{ key }] }],
    store: 'memory',
  }
}

/** Priced like a small model, so that balance and usage have something to show. */
function createSimulatedModel(name: string): ModelConfig {
  return {
    id: `simulated/${name}`,
    upstream: `simulated-${name}`,
    model: `simulated-${name}`,
    displayName: `Simulated vendor (${name})`,
    maxOutputTokens: 100_000,
    contextWindowTokens: 1_000_000,
    price: { inputMicroPer1M: 100_000, outputMicroPer1M: 400_000, cacheReadMicroPer1M: 10_000 },
  }
}
