import * as z from 'zod/mini'
import type { AccountConfig } from '../../keys/account-config.js'
import type { ConfigProblem, GatewayConfigData, ModelConfig, UpstreamConfig } from './config.js'

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

const upstreamShape: z.ZodMiniType<UpstreamConfig> = z
  .strictObject({
    vendor: z.optional(name),
    protocol: z.optional(z.enum(PROTOCOL_IDS)),
    baseUrl: z.optional(url),
    apiKey: z.optional(headerValue),
    apiKeys: z.optional(z.array(headerValue).check(z.minLength(1))),
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
  weight: z.optional(z.number().check(z.nonnegative())),
})

/** Beyond it, prices would leave the integers that money is counted in. */
const MOST_PRICE_FACTOR = 1000

const modelShape: z.ZodMiniType<ModelConfig> = z
  .strictObject({
    id: modelId,
    upstream: z.optional(name),
    model: z.optional(name),
    protocol: z.optional(z.enum(PROTOCOL_IDS)),
    candidates: z.optional(z.array(candidate).check(z.minLength(1))),
    routing: z.optional(z.enum(['order', 'weighted', 'least-latency'])),
    maxOutputTokens: z.optional(positive),
    contextWindowTokens: z.optional(positive),
    price: z.optional(price),
    priceFactor: z.optional(z.number().check(z.positive(), z.maximum(MOST_PRICE_FACTOR))),
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
    z.refine((value) => value.price === undefined || value.priceFactor === undefined, {
      message: 'takes a price of its own or a priceFactor of the list price, not both',
    }),
  )

const spendLimits = z.strictObject({
  dayMicro: z.optional(micro),
  weekMicro: z.optional(micro),
  monthMicro: z.optional(micro),
})

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
  spendLimits: z.optional(spendLimits),
  endUserSpendLimits: z.optional(spendLimits),
  disabled: z.optional(z.boolean()),
  expiresAt: z.optional(z.int()),
})

const accountShape: z.ZodMiniType<AccountConfig> = z.strictObject({
  id: name,
  name: z.optional(name),
  balanceMicro: z.optional(micro),
  keys: z.optional(z.array(keyShape)),
  aliases: z.optional(z.record(z.string(), name)),
  suspended: z.optional(z.boolean()),
})

/** Their URLs can hold passwords: the messages say nothing of what stands there. */
const storeName = z
  .string()
  .check(
    z.regex(
      /^(?:memory|sqlite:.+|postgres(?:ql)?:\/\/\S+)$/,
      'must be "memory", "sqlite:FILE" or "postgres://USER:PASSWORD@HOST/DATABASE"',
    ),
  )
const limitsName = z
  .string()
  .check(z.regex(/^(?:memory|rediss?:\/\/\S+)$/, 'must be "memory" or "redis://USER:PASSWORD@HOST"'))
const outboxName = z.string().check(z.regex(/^(?:memory|sqlite:.+)$/, 'must be "memory" or "sqlite:FILE"'))

const timeouts = z.strictObject({
  headMs: z.optional(milliseconds),
  idleMs: z.optional(milliseconds),
  totalMs: z.optional(milliseconds),
  commitMs: z.optional(milliseconds),
  fallbackMs: z.optional(milliseconds),
  keepAliveMs: z.optional(milliseconds.check(z.maximum(15_000))),
  storeMs: z.optional(milliseconds),
  drainMs: z.optional(milliseconds),
  leaseMs: z.optional(positive),
})

/** The page puts it into links: nothing like `javascript:` or `//elsewhere` may stand there. */
const place = z
  .string()
  .check(
    z.regex(
      /^(?:https?:\/\/[^\s/]|\/(?![/\\]))\S*$|^\/$/,
      'must be an http(s) URL or a path that begins with one /',
    ),
  )

const consoleShape = z.strictObject({
  title: z.optional(name),
  gatewayUrl: z.optional(place),
  payments: z.optional(
    z.strictObject({
      project: z.string().check(z.regex(/^[\x21-\x7e]{1,100}$/, 'must be 1 to 100 visible ASCII characters')),
      methods: z.optional(z.array(z.enum(['card', 'alipay'])).check(z.minLength(1))),
      // What Stripe takes in one payment.
      minimumMicro: z.optional(z.int().check(z.minimum(500_000), z.maximum(999_999_990_000))),
    }),
  ),
})

const configShape: z.ZodMiniType<GatewayConfigData> = z.strictObject({
  upstreams: z.record(z.string(), upstreamShape),
  models: z.array(modelShape),
  aliases: z.optional(z.record(z.string(), name)),
  accounts: z.optional(z.array(accountShape)),
  store: z.optional(storeName),
  limits: z.optional(limitsName),
  state: z.optional(z.enum(['limits', 'store'])),
  retentionDays: z.optional(positive),
  timeouts: z.optional(timeouts),
  maxBodyBytes: z.optional(positive),
  policy: z.optional(z.enum(['lenient', 'strict'])),
  media: z.optional(
    z.strictObject({
      fetchUrls: z.boolean(),
      maxBytes: z.optional(positive),
      maxTotalBytes: z.optional(positive),
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
  holds: z.optional(
    z.strictObject({
      stream: z.optional(z.enum(['steps', 'whole'])),
      sliceTokens: z.optional(positive),
    }),
  ),
  storeFailure: z.optional(
    z.strictObject({
      limits: z.optional(z.enum(['open', 'closed'])),
      ledger: z.optional(z.enum(['open', 'closed'])),
    }),
  ),
  idempotency: z.optional(
    z.strictObject({ ttlMs: z.optional(positive), maxAnswerBytes: z.optional(positive) }),
  ),
  responses: z.optional(
    z.strictObject({
      state: z.optional(z.enum(['vendor', 'gateway', 'off'])),
      ttlMs: z.optional(positive),
      maxBytes: z.optional(positive),
      background: z.optional(z.boolean()),
    }),
  ),
  outbox: z.optional(outboxName),
  outboxSize: z.optional(positive),
  retries: z.optional(
    z.strictObject({
      attempts: z.optional(z.int().check(z.nonnegative(), z.maximum(10))),
      baseMs: z.optional(milliseconds),
      maxMs: z.optional(milliseconds),
    }),
  ),
  breaker: z.optional(
    z.union(
      [
        z.literal(false),
        z.strictObject({
          consecutiveFaults: z.optional(positive),
          faultRate: z.optional(z.number().check(z.positive(), z.maximum(1))),
          minimumCalls: z.optional(positive),
          windowMs: z.optional(positive),
          openMs: z.optional(positive),
        }),
      ],
      'must be false or rules',
    ),
  ),
  clientFallbacks: z.optional(z.boolean()),
  stateCache: z.optional(
    z.strictObject({
      entries: z.optional(positive),
      ttlMs: z.optional(positive),
      shared: z.optional(z.boolean()),
    }),
  ),
  console: z.optional(consoleShape),
})

/** The JSON part of a configuration by its form alone: null when it has problems. */
export interface CheckedConfig {
  readonly config: GatewayConfigData | null
  readonly problems: readonly ConfigProblem[]
}

/** Checks the form of a configuration, and finds every problem in it. */
export function checkConfig(value: unknown): CheckedConfig {
  const result = z.safeParse(configShape, value, { error: describeIssue })
  if (result.success) return { config: result.data, problems: [] }
  return { config: null, problems: result.error.issues.flatMap((issue) => toProblems(issue)) }
}

/** Checks the form of one entry; null when it has problems. */
export const checkEntry: {
  readonly upstream: (value: unknown) => UpstreamConfig | null
  readonly model: (value: unknown) => ModelConfig | null
  readonly account: (value: unknown) => AccountConfig | null
} = {
  upstream: (value) => keep(upstreamShape, value),
  model: (value) => keep(modelShape, value),
  account: (value) => keep(accountShape, value),
}

function keep<T>(shape: z.ZodMiniType<T>, value: unknown): T | null {
  const result = z.safeParse(shape, value)
  return result.success ? result.data : null
}

type Issue = z.core.$ZodIssue
type RawIssue = z.core.$ZodRawIssue
type Describe = (issue: RawIssue) => string | undefined

/** Words for what is wrong with a value; where a shape has words of its own, those stand. */
const DESCRIPTIONS: Readonly<Record<string, Describe>> = {
  invalid_type: (issue) =>
    issue.input === undefined
      ? 'is missing'
      : `must be ${EXPECTED[String(issue['expected'])] ?? String(issue['expected'])}`,
  invalid_value: (issue) => `must be one of ${JSON.stringify(issue['values']).slice(1, -1)}`,
  too_small: (issue) =>
    issue['origin'] === 'string' || issue['origin'] === 'array'
      ? 'is too short'
      : `must be ${issue['inclusive'] === true ? 'at least' : 'more than'} ${String(issue['minimum'])}`,
  too_big: (issue) => `must be at most ${String(issue['maximum'])}`,
  invalid_format: () => 'has the wrong form',
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
}

/** Says in our words what is wrong. */
export const describeIssue: Describe = (issue) => DESCRIPTIONS[issue.code]?.(issue)

/** The problems behind one issue, each with its path. */
export function toProblems(issue: Issue, parent: readonly PropertyKey[] = []): readonly ConfigProblem[] {
  const path = [...parent, ...issue.path]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: formatPath([...path, key]), message: 'unknown setting' }))
    case 'invalid_union': {
      const meant = issue.errors.find((issues) => issues.every(isInside))
      if (meant !== undefined && meant.length > 0) return meant.flatMap((inner) => toProblems(inner, path))
      return [{ path: formatPath(path), message: issue.message }]
    }
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({ path: formatPath(path), message }))
    default:
      return [{ path: formatPath(path), message: issue.message }]
  }
}

/** The value has the right form as a whole: of several forms it is the one that was meant. */
function isInside({ path, code }: Issue): boolean {
  return path.length > 0 || code === 'unrecognized_keys'
}

/** Formats a path: `['models', 0, 'id']` → `models[0].id`. */
function formatPath(path: readonly PropertyKey[]): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else text += text === '' ? String(step) : `.${String(step)}`
  }
  return text === '' ? '(root)' : text
}
