import { createIdSource, systemNow, systemRandomBytes } from '../gateway/defaults.js'
import type { Gateway } from '../gateway/gateway.js'
import type { GatewayRequest } from '../gateway/http/http.js'
import type { ConsoleOptions } from './options.js'
import type { PaymentProvider } from './payments/payment-provider.js'
import { createWebhookIntake, type WebhookIntake } from './payments/webhook-intake.js'
import type { Authorize } from './principal.js'
import { type ConsoleSecrets, createSecrets } from './secrets.js'
import { callerOf } from './session/client-address.js'
import { createRateLimits, type RateLimits } from './session/rate-limits.js'

/** Everything that the routes work with, made once by `createConsole`. */
export interface ConsoleContext {
  readonly gateway: Gateway
  readonly authorize: Authorize | null
  readonly operatorToken: string | null
  readonly payments: PaymentProvider | null
  /** Where payments may lead back to, beside the page that asks. */
  readonly returnOrigins: readonly string[]
  readonly webhooks: WebhookIntake
  readonly title: string
  readonly gatewayUrl: string
  readonly loginUrl: string | null
  readonly onError: NonNullable<ConsoleOptions['onError']>
  readonly limits: RateLimits
  /** Whom wrong tokens and signatures count for; null when nobody knows where a request comes from. */
  readonly addressOf: (request: GatewayRequest) => string | null
  readonly secrets: () => Promise<ConsoleSecrets>
  /** The OpenAPI document, as text. */
  readonly apiDocument: () => string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly createId: (prefix: string) => string
  readonly randomBytes: (length: number) => Uint8Array
}

/** The context of a console, defaults filled in; `describe` makes the document of the API when it is first asked for. */
export function createContext(options: ConsoleOptions, describe: () => string): ConsoleContext {
  const { gateway, operatorToken, now = systemNow, randomBytes = systemRandomBytes } = options
  let document: string | undefined
  return {
    gateway,
    authorize: options.authorize ?? null,
    operatorToken: operatorToken ?? null,
    payments: options.payments ?? null,
    returnOrigins: options.returnOrigins ?? [],
    webhooks: createWebhookIntake(),
    title: options.title ?? 'Console',
    gatewayUrl: options.gatewayUrl ?? '/',
    loginUrl: options.loginUrl ?? null,
    onError: options.onError ?? (() => undefined),
    limits: createRateLimits(now),
    addressOf: (request) => callerOf(options.clientAddress?.(request)),
    secrets: createSecrets(gateway.admin, operatorToken),
    apiDocument: () => (document ??= describe()),
    now,
    createId: createIdSource(randomBytes),
    randomBytes,
  }
}
