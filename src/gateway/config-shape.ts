import * as z from 'zod/mini'
import type { AccountConfig, GatewayConfigData, ModelConfig, UpstreamConfig } from './config.js'

const PROTOCOL_IDS = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'] as const

const micro = z.int().check(z.nonnegative())
const milliseconds = z.int().check(z.nonnegative())
const positive = z.int().check(z.positive())
const name = z.string().check(z.minLength(1))
const url = z.string().check(z.regex(/^https?:\/\/[^\s?#]+$/, 'must be an http(s) URL without query'))
/** It stands in headers and URLs. */
const modelId = z.string().check(z.regex(/^[\x21-\x7e]{1,256}$/, 'must be 1 to 256 visible ASCII characters'))
const headerName = z.string().check(z.regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is no name of a header'))
/** A header value that Node would refuse later is refused at start. */
const headerValue = z.string().check(z.regex(/^[\t\x20-\x7e]*$/, 'must be printable ASCII'))

const price = z.union(
  [
    z.literal('free'),
    z.strictObject({
      inputMicroPer1M: micro,
      outputMicroPer1M: micro,
      cacheReadMicroPer1M: z.optional(micro),
      cacheWriteMicroPer1M: z.optional(micro),
      cacheWriteLongMicroPer1M: z.optional(micro),
      tiers: z.optional(
        z.array(
          z.strictObject({
            aboveInputTokens: positive,
            inputMicroPer1M: micro,
            outputMicroPer1M: micro,
            cacheReadMicroPer1M: z.optional(micro),
            cacheWriteMicroPer1M: z.optional(micro),
            cacheWriteLongMicroPer1M: z.optional(micro),
          }),
        ),
      ),
    }),
  ],
  'must be "free" or prices',
)

/** An entry of `upstreams`. */
export const upstreamShape: z.ZodMiniType<UpstreamConfig> = z
  .strictObject({
    vendor: z.optional(name),
    protocol: z.optional(z.enum(PROTOCOL_IDS)),
    baseUrl: z.optional(url),
    apiKey: z.optional(headerValue),
    headers: z.optional(z.record(headerName, headerValue)),
  })
  .check(
    z.refine((value) => value.vendor !== undefined || value.protocol !== undefined, {
      message: 'needs a vendor or a protocol',
    }),
    z.refine((value) => value.vendor !== undefined || value.baseUrl !== undefined, {
      message: 'needs a baseUrl (only a vendor brings one)',
    }),
  )

const candidate = z.strictObject({
  upstream: name,
  model: name,
  protocol: z.optional(z.enum(PROTOCOL_IDS)),
})

/** An entry of `models`. */
export const modelShape: z.ZodMiniType<ModelConfig> = z
  .strictObject({
    id: modelId,
    upstream: z.optional(name),
    model: z.optional(name),
    protocol: z.optional(z.enum(PROTOCOL_IDS)),
    candidates: z.optional(z.array(candidate).check(z.minLength(1))),
    maxOutputTokens: z.optional(positive),
    contextWindowTokens: z.optional(positive),
    price: z.optional(price),
    displayName: z.optional(name),
    created: z.optional(z.int()),
    modalities: z.optional(z.strictObject({ input: z.array(z.string()), output: z.array(z.string()) })),
    capabilities: z.optional(z.record(z.string(), z.json())),
  })
  .check(
    z.refine((value) => value.candidates !== undefined || value.upstream !== undefined, {
      message: 'needs an upstream or candidates',
    }),
    z.refine((value) => value.candidates === undefined || value.upstream === undefined, {
      message: 'takes an upstream or candidates, not both',
    }),
  )

const keyShape = z.strictObject({
  key: z
    .string()
    .check(z.regex(/^cm-[\x21-\x7e]{8,}$/, 'must start with cm- and have at least 8 more characters')),
  id: z.optional(name),
  name: z.optional(z.string()),
  rpm: z.optional(z.nullable(positive)),
  tpm: z.optional(z.nullable(positive)),
  concurrency: z.optional(z.nullable(positive)),
  allowedModels: z.optional(z.array(name)),
  disabled: z.optional(z.boolean()),
  expiresAt: z.optional(z.int()),
})

/** An entry of `accounts`. */
export const accountShape: z.ZodMiniType<AccountConfig> = z.strictObject({
  id: name,
  balanceMicro: z.optional(micro),
  keys: z.optional(z.array(keyShape)),
  aliases: z.optional(z.record(z.string(), name)),
  suspended: z.optional(z.boolean()),
})

const timeouts = z.strictObject({
  headMs: z.optional(milliseconds),
  idleMs: z.optional(milliseconds),
  totalMs: z.optional(milliseconds),
  commitMs: z.optional(milliseconds),
  keepAliveMs: z.optional(milliseconds.check(z.maximum(15_000))),
})

/** The whole of the part of a configuration that can stand in a JSON file. */
export const configShape: z.ZodMiniType<GatewayConfigData> = z.strictObject({
  upstreams: z.record(z.string(), upstreamShape),
  models: z.array(modelShape),
  aliases: z.optional(z.record(z.string(), name)),
  accounts: z.optional(z.array(accountShape)),
  store: z.optional(z.literal('memory')),
  timeouts: z.optional(timeouts),
  maxBodyBytes: z.optional(positive),
  policy: z.optional(z.enum(['lenient', 'strict'])),
  media: z.optional(
    z.strictObject({
      fetchUrls: z.boolean(),
      maxBytes: z.optional(positive),
      timeoutMs: z.optional(positive),
      types: z.optional(z.array(name)),
    }),
  ),
  cors: z.optional(
    z.strictObject({
      origins: z.union([z.literal('*'), z.array(name)], 'must be "*" or a list of origins'),
      maxAgeSeconds: z.optional(z.int()),
    }),
  ),
  keySecret: z.optional(z.string().check(z.minLength(16))),
  envelopeSecrets: z.optional(
    z.array(
      z.strictObject({
        id: z.string().check(z.regex(/^[a-z1-9][a-z0-9]{0,15}$/)),
        secret: z.string().check(z.minLength(16)),
      }),
    ),
  ),
  maxReservedOutputTokens: z.optional(positive),
  defaultMaxOutputTokens: z.optional(positive),
})
