import type { ChatDialect } from '../canonical/target.js'
import type { ErrorHint } from './error-hint.js'

/** The wire protocols, by the ids of the codecs. */
export type WireProtocol = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini'

/** Header that carries the key: `Authorization: Bearer`, or the key alone in the header of that name. */
export type AuthScheme = 'bearer' | 'x-api-key' | 'x-goog-api-key'

/** One wire protocol of a vendor. */
export interface ProviderEndpoint {
  readonly protocol: WireProtocol
  /** What an SDK of that protocol takes: with the version for OpenAI's, without for Anthropic's and Gemini's. */
  readonly baseUrl: string
  /** Default: the preset's. */
  readonly auth?: AuthScheme | undefined
}

/**
 * What is the same for all customers of a vendor. Data only: code asks its fields, never its name.
 * Written from the vendors' documentation; none of it was tried on the live services.
 */
export interface ProviderPreset {
  /** Vendor code, as in model ids. */
  readonly id: string
  readonly displayName: string
  /**
   * First the one to use for a client whose own protocol the vendor does not speak. A compatible layer that refuses
   * what that protocol's clients send is left out: translating serves them better.
   */
  readonly endpoints: readonly ProviderEndpoint[]
  readonly auth: AuthScheme
  /** Environment variable that usually holds the key; null: the server needs none. */
  readonly keyVariable: string | null
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Whose opaque reasoning state the vendor accepts: `Target.family`. */
  readonly family: string
  /** How its OpenAI Chat differs from OpenAI's. */
  readonly dialect: ChatDialect
  /** True: its model ids are lower case and have no dots, so that another spelling of one can be sent as that. */
  readonly plainModelIds?: boolean | undefined
  /** Errors whose status or code says less than it means. The first that fits counts. */
  readonly errorHints: readonly ErrorHint[]
}
