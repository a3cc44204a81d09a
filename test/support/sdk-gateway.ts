import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { BASE_CONFIG, createTestGateway, KEY, type TestGateway } from './test-gateway.js'
import type { StartMount } from './mounts.js'

export const POOR_KEY = 'cm-key-of-the-poor'
export const SLOW_KEY = 'cm-key-of-the-slow'

/** A mounted gateway with the official SDKs in front of it, and the simulated vendor behind it. */
export interface SdkGateway extends TestGateway {
  readonly openai: (key?: string, maxRetries?: number) => OpenAI
  readonly anthropic: (key?: string, maxRetries?: number) => Anthropic
  readonly close: () => Promise<void>
}

/** Mounts a gateway with a rich account, one without money, and a key that may ask once a minute. */
export async function startSdkGateway(start: StartMount): Promise<SdkGateway> {
  const tested = createTestGateway({
    now: () => Date.now(),
    accounts: [
      ...(BASE_CONFIG.accounts ?? []),
      { id: 'poor', balanceMicro: 0, keys: [{ key: POOR_KEY }] },
      { id: 'slow', balanceMicro: 1_000_000, keys: [{ key: SLOW_KEY, rpm: 1 }] },
    ],
  })
  const { url, close } = await start(tested.gateway)
  return {
    ...tested,
    close,
    openai: (apiKey = KEY, maxRetries = 0) => new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries }),
    anthropic: (apiKey = KEY, maxRetries = 0) => new Anthropic({ apiKey, baseURL: url, maxRetries }),
  }
}

/** A tool of which the simulated vendor makes a call when it is told to. */
export const WEATHER_SCHEMA = {
  type: 'object' as const,
  properties: { city: { type: 'string' as const } },
  required: ['city'],
  additionalProperties: false,
}

/** Makes the simulated vendor call the tool for this city. */
export const askForWeather = (city: string): string => `[[tool:weather {"city":"${city}"}]]`

/** What was thrown; the test fails when nothing was. */
export async function thrownBy(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (thrown) {
    return thrown
  }
  throw new Error('nothing was thrown')
}
