// The public surface. Everything pure is exported and usable alone.

// Gateway
export { createGateway, type Gateway } from './gateway/gateway.js'
export {
  type CandidateConfig,
  ConfigError,
  type ConfigProblem,
  type ConsoleConfig,
  type ConsolePaymentsConfig,
  type CorsConfig,
  type GatewayConfig,
  type GatewayConfigData,
  type HoldConfig,
  type IdempotencyConfig,
  type ResponsesConfig,
  type ModelConfig,
  type StoreFailureConfig,
  type TimeoutConfig,
  type UpstreamConfig,
} from './gateway/config/config.js'
export type { BreakerConfig, RetryConfig, StateCacheConfig } from './gateway/config/routing-config.js'
export type { AccountConfig, KeyConfig } from './keys/account-config.js'
export type * from './gateway/hooks.js'
export { combineHooks } from './gateway/combine-hooks.js'
export { createRedactor, type Redact } from './gateway/redact.js'
export { type ErrorCode, GatewayError, type GatewayErrorOptions, type ErrorType } from './errors.js'

export { parseConfig } from './gateway/config/read-config.js'
export { createMemoryOutbox, type Outbox, type OutboxEntry, type OutboxJob } from './gateway/settle/outbox.js'
export { endUserScope, keyScope } from './gateway/admit/spend-scopes.js'

// Administration
export type { Admin } from './gateway/admin/index.js'
export type * from './gateway/admin/accounts.js'
export type * from './gateway/admin/audit.js'
export type * from './gateway/admin/keys.js'
export type * from './gateway/admin/models.js'
export type * from './gateway/admin/money.js'
export type * from './gateway/admin/upstreams.js'
export type * from './gateway/admin/usage.js'
export type { UpstreamHealth } from './gateway/send/places.js'
export { ledgerCsv } from './gateway/admin/ledger-csv.js'
export type { ListedModel } from './models/catalog.js'
export { usageCsv } from './gateway/admin/usage-csv.js'

// Faces: what adapters and hosts build on
export type {
  GatewayRequest,
  GatewayResponse,
  Handler,
  RequestBody,
  RequestHeaders,
  ResponseStream,
} from './gateway/http/http.js'
export { answerFetch, type FetchOverrides, toFetch } from './gateway/http/fetch.js'
export * from './gateway/http/face-errors.js'
export * from './gateway/http/mount-path.js'
export { tooLarge } from './gateway/http/read-body.js'
export {
  type Transport,
  UpstreamFault,
  type UpstreamFaultKind,
  type UpstreamRequest,
  type UpstreamResponse,
} from './gateway/send/transport.js'

export {
  type CancelSignal,
  type CancelSource,
  createCancelSource,
  toAbortSignal,
} from './gateway/send/cancel-signal.js'
export { MediaFault, type MediaFetcher } from './gateway/send/media.js'

// Translation
export {
  createStreamTranslator,
  type ErrorRoute,
  type ReplyFacts,
  type ReplyRoute,
  type StreamTranslator,
  translateError,
  type TranslatedRequest,
  translateRequest,
  translateResponse,
  type TranslationRoute,
} from './protocols/translate/index.js'
export type { InlinedMedia, InlinedMediaByUrl } from './protocols/translate/inline-media.js'
export { anthropicMessages } from './protocols/anthropic-messages/index.js'
export { gemini } from './protocols/gemini/index.js'
export { openaiChat } from './protocols/openai-chat/index.js'
export { openaiResponses } from './protocols/openai-responses/index.js'
export { createCodecContext, type EnvelopeSecret } from './protocols/state-envelope.js'
export type * from './protocols/protocol.js'

// The canonical form
export type * from './canonical/content.js'
export { isJsonObject, type JsonArray, type JsonObject, type JsonValue, parseJson } from './canonical/json.js'
export type * from './canonical/request.js'
export type * from './canonical/response.js'
export type * from './canonical/state.js'
export type * from './canonical/stream.js'
export type * from './canonical/target.js'
export type * from './canonical/upstream-error.js'
export type * from './canonical/usage.js'
export type * from './canonical/warning.js'
export { type Accumulated, accumulate, type Accumulator, createAccumulator } from './canonical/accumulate.js'
export { unfoldResponse } from './canonical/unfold.js'
export { completeUsage, mergeUsage } from './canonical/usage.js'

// Server-sent events
export { createSseParser, parseSse, type SseParser, type SseParserOptions } from './sse/parse.js'
export { formatSseComment, formatSseData, formatSseEvent, type SseEventText } from './sse/format.js'
export { createEventAligner, type EventAligner } from './sse/align.js'
export { transcode } from './sse/transcode.js'

// Models and vendors
export { type ModelId, normalizeModelId, parseModelId } from './models/model-id.js'
export { createModelResolver, type ModelResolver, type ModelResolverOptions } from './models/resolver.js'
export type { ModelCandidate, ModelEntry, ModelModalities, Route } from './models/route.js'
export { lookUpSnapshot, type SnapshotEntry } from './models/price-snapshot.js'
export { getProvider, PROVIDERS } from './providers/index.js'
export type { ProviderPreset } from './providers/provider.js'
export { modelTraits } from './providers/model-traits.js'

// Routing
export type { BreakerPhase } from './routing/breaker.js'
export type { RoutingMode } from './routing/order.js'
export type { HealthSnapshot } from './routing/place-health.js'

// Keys, limits, money, usage
export { type ApiKeyFormat, checkApiKeyFormat, createApiKey, hashKey, keyHint } from './keys/api-key.js'
export { changeRecord } from './keys/change-record.js'
export type * from './keys/key-store.js'
export * from './limits/token-bucket.js'
export * from './limits/limiter.js'
export type * from './limits/store.js'
export * from './balance/money.js'
export * from './balance/price.js'
export * from './balance/hold.js'
export * from './balance/hold-steps.js'
export * from './balance/post-money.js'
export {
  type SpendChange,
  spendDay,
  type SpendQuestion,
  spendQuestions,
  type SpendSum,
} from './balance/spend.js'
export {
  EMPTY_WALLET,
  type HoldState,
  type LedgerEntryDraft,
  type LedgerStep,
  type LedgerWrite,
} from './balance/step.js'
export * from './balance/audit.js'
export type * from './balance/ledger.js'
export type * from './usage/record.js'
export * from './usage/groups.js'
export * from './usage/windows.js'
export { createTokenCounter, estimateTokens, type TokenCounter } from './usage/estimate.js'
export { estimateInputTokens } from './usage/estimate-input.js'
export type { StateStore } from './state/state-store.js'
export type { Stores } from './stores/stores.js'
export { createMemoryStore, type MemoryStore, type MemoryStoreOptions } from './stores/memory/index.js'
