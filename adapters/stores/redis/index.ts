import type { KeyStore, LimitStore, StateStore } from '../../../src/index.js'
import { createCommands, type RedisLike } from './client.js'
import { boundCommands } from './deadline.js'
import { cacheKeys, type KeyCacheOptions } from './key-cache.js'
import { createRedisLimitStore } from './limits.js'
import { createRedisStateStore } from './state.js'

export type { GlideLike, IoredisLike, NodeRedisLike, RedisLike } from './client.js'
export type { KeyCacheOptions } from './key-cache.js'

/** How Redis or Valkey is used. */
export interface RedisOptions {
  /** A connected client of node-redis, ioredis, iovalkey or Valkey GLIDE, single or cluster; it stays the caller's to close. */
  readonly client: RedisLike
  /**
   * Milliseconds since the epoch. Better left out: limits then go by the clock of the server, one for all instances,
   * and states by `Date.now`.
   */
  readonly now?: (() => number) | undefined
  /** First characters of every key. Default `crossmodel:`. */
  readonly prefix?: string | undefined
  /** A command that is not answered within this time rejects, in milliseconds. Default 1,000. */
  readonly timeoutMs?: number | undefined
  /** Longest state in characters; a longer one is rejected. Default 8,388,608. */
  readonly maxStateLength?: number | undefined
}

/** What Redis keeps: nothing of it is money, all of it ends by itself. */
export interface RedisStores {
  readonly limits: LimitStore
  readonly state: StateStore
  /** A key store that looks into Redis first; changes made through it are seen by every process at once. */
  cacheKeys(keyStore: KeyStore, options: KeyCacheOptions): KeyStore
}

const DEFAULT_TIMEOUT_MS = 1000
const DEFAULT_MAX_STATE_LENGTH = 8 * 1024 * 1024

/**
 * The stores on one Redis, which processes share; throws on a prefix with braces, which would break the hash tags.
 *
 * @example
 * const client = await createClient({ url: 'redis://127.0.0.1:6379' }).connect()
 * const { limits, state } = openRedis({ client })
 */
export function openRedis(options: RedisOptions): RedisStores {
  const { client, now, prefix = 'crossmodel:', timeoutMs = DEFAULT_TIMEOUT_MS } = options
  if (/[{}]/.test(prefix)) throw new Error('The prefix of the Redis keys must not contain braces.')
  const commands = boundCommands(createCommands(client), timeoutMs)
  return {
    limits: createRedisLimitStore({ commands, prefix, now }),
    state: createRedisStateStore({
      commands,
      prefix,
      now: now ?? Date.now,
      maxStateLength: options.maxStateLength ?? DEFAULT_MAX_STATE_LENGTH,
    }),
    cacheKeys: (keyStore, cacheOptions) => cacheKeys({ commands, prefix }, keyStore, cacheOptions),
  }
}
