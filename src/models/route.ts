import type { JsonObject } from '../canonical/json.js'
import type { ModelPrice } from '../canonical/price.js'

/** One upstream that serves a model. */
export interface ModelCandidate {
  /** Name of the upstream in the configuration. */
  readonly upstream: string
  /** The vendor's own model id; `*` stands for what a wildcard entry was asked for. */
  readonly model: string
  /** Wire protocol to use there, where the upstream speaks several. */
  readonly protocol?: string | undefined
  /** Share of the calls under `weighted`. Default 1. */
  readonly weight?: number | undefined
}

/** What goes in and out: `text`, `image`, `audio`, `video`, `file`. */
export interface ModelModalities {
  readonly input: readonly string[]
  readonly output: readonly string[]
}

/** One model of the catalogue, or with the id `vendor/*` every model of a vendor. */
export interface ModelEntry {
  /** `vendor/model`. */
  readonly id: string
  /** In the order of preference. */
  readonly candidates: readonly ModelCandidate[]
  /** Which candidate comes first. Default `order`. */
  readonly routing?: 'order' | 'weighted' | 'least-latency' | undefined
  /** Tokens. */
  readonly maxOutputTokens?: number | undefined
  /** Tokens. */
  readonly contextWindowTokens?: number | undefined
  /** Null: unknown, so the model cannot be sold. */
  readonly price: ModelPrice | 'free' | null
  /** What the list price of a model of this entry is multiplied by. Default 1. */
  readonly priceFactor?: number | undefined
  readonly displayName?: string | undefined
  /** Seconds since the epoch. */
  readonly created?: number | undefined
  readonly modalities?: ModelModalities | undefined
  /** Shown in the catalogue as it is. */
  readonly capabilities?: JsonObject | undefined
  /** True: made from a `vendor/*` entry, so that its id is words of the client. */
  readonly isOfWildcard?: boolean | undefined
}

/** Where a request goes. */
export interface Route {
  /** For a wildcard entry: with the id that was asked for, and candidates that name it. */
  readonly model: ModelEntry
  /** As the client wrote it. */
  readonly requestedAs: string
}
