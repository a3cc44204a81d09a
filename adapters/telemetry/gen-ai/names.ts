/**
 * Names of OpenTelemetry's semantic conventions for generative AI, which are still in development: kept here, so that
 * a change of theirs is a change of this file.
 *
 * @see https://github.com/open-telemetry/semantic-conventions-genai
 */
export const GEN_AI = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  conversation: 'gen_ai.conversation.id',
  requestModel: 'gen_ai.request.model',
  requestStream: 'gen_ai.request.stream',
  choiceCount: 'gen_ai.request.choice.count',
  responseId: 'gen_ai.response.id',
  responseModel: 'gen_ai.response.model',
  finishReasons: 'gen_ai.response.finish_reasons',
  timeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  cacheReadTokens: 'gen_ai.usage.cache_read.input_tokens',
  cacheWriteTokens: 'gen_ai.usage.cache_creation.input_tokens',
  reasoningTokens: 'gen_ai.usage.reasoning.output_tokens',
  tokenType: 'gen_ai.token.type',
} as const

/** Metrics of the conventions. */
export const GEN_AI_METRICS = {
  duration: 'gen_ai.client.operation.duration',
  timeToFirstChunk: 'gen_ai.client.operation.time_to_first_chunk',
  tokens: 'gen_ai.client.token.usage',
} as const

/** Attributes of other conventions. */
export const GENERAL = {
  errorType: 'error.type',
  statusCode: 'http.response.status_code',
  endUser: 'enduser.id',
  serverAddress: 'server.address',
  serverPort: 'server.port',
} as const

/** What no convention has a name for. */
export const OWN = {
  requestId: 'crossmodel.request_id',
  account: 'crossmodel.account_id',
  key: 'crossmodel.key_id',
  endpoint: 'crossmodel.endpoint',
  model: 'crossmodel.model',
  requestedModel: 'crossmodel.requested_model',
  route: 'crossmodel.route',
  upstream: 'crossmodel.upstream',
  status: 'crossmodel.status',
  cost: 'crossmodel.cost_micro_usd',
  shortfall: 'crossmodel.shortfall_micro_usd',
  isEstimated: 'crossmodel.usage_estimated',
  isReplay: 'crossmodel.replayed',
  attempt: 'crossmodel.attempt',
  attempts: 'crossmodel.attempts',
  warnings: 'crossmodel.warnings',
  store: 'crossmodel.store',
  storeOperation: 'crossmodel.store_operation',
  isLost: 'crossmodel.lost',
} as const

/** Metrics that no convention has a name for. */
export const OWN_METRICS = {
  cost: 'crossmodel.cost',
  attemptFailures: 'crossmodel.attempt.failures',
  storeFailures: 'crossmodel.store.failures',
} as const

const OPERATIONS: Readonly<Record<string, string>> = {
  '/v1/embeddings': 'embeddings',
  '/v1/messages/count_tokens': 'count_tokens',
  '/v1/responses/input_tokens': 'count_tokens',
}

const GENERATION = 'chat'

/** The operation of an endpoint. */
export function operationOf(endpoint: string): string {
  return OPERATIONS[endpoint] ?? GENERATION
}

/** True where a model writes an answer, and so comes to an end of it. */
export function generates(endpoint: string): boolean {
  return operationOf(endpoint) === GENERATION
}

/** The convention's word for the end of an answer that never came to one. */
export const NO_END = 'error'

/** Presets whose names in the conventions are others. */
const PROVIDERS: Readonly<Record<string, string>> = {
  gemini: 'gcp.gemini',
  mistral: 'mistral_ai',
  moonshot: 'moonshot_ai',
  'x-ai': 'x_ai',
}

/** The provider behind an upstream; its own name where it has no preset. */
export function providerOf({
  vendor,
  upstream,
}: {
  readonly vendor: string | null
  readonly upstream: string
}): string {
  return vendor === null ? upstream : (PROVIDERS[vendor] ?? vendor)
}

/** Boundaries that the conventions ask for, in seconds. */
export const SECONDS: readonly number[] = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
]
/** The same in tokens. */
export const TOKENS: readonly number[] = [
  1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
]
