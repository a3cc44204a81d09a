import type { AccountConfig } from '../../keys/account-config.js'
import type { ModelConfig, UpstreamConfig } from './config.js'

/** An entry of a list with its place in it. */
export type Placed<T> = readonly [index: number, entry: T]

/** The entries of a configuration that are sound in themselves, so that what they say can be checked. */
export interface SoundConfig {
  readonly upstreams: Readonly<Record<string, UpstreamConfig>>
  /** The names of the sound ones and of the others: a model that names one of these has done nothing wrong. */
  readonly upstreamNames: ReadonlySet<string>
  readonly models: readonly Placed<ModelConfig>[]
  readonly accounts: readonly Placed<AccountConfig>[]
}
