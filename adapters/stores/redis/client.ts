import { sha1 } from '@noble/hashes/legacy.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** The part of a node-redis client or cluster (4 to 6) that the stores call. */
export interface NodeRedisLike {
  evalSha(sha: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  get(key: string): Promise<unknown>
  set(key: string, value: string, options: { PX: number; NX?: true }): Promise<unknown>
}

/** The part of an ioredis or iovalkey client or cluster that the stores call. */
export interface IoredisLike {
  evalsha(sha: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
  get(key: string): Promise<unknown>
  set(key: string, value: string, unit: 'PX', ttlMs: number): Promise<unknown>
  set(key: string, value: string, unit: 'PX', ttlMs: number, condition: 'NX'): Promise<unknown>
}

/** The part of a Valkey GLIDE client or cluster client that the stores call. */
export interface GlideLike {
  customCommand(command: string[]): Promise<unknown>
}

/** A connected client of Redis or Valkey, single or cluster; who made it closes it and listens to its `error` events. */
export type RedisLike = NodeRedisLike | IoredisLike | GlideLike

/** A Lua script and the SHA-1 by which a server knows it. */
export interface Script {
  readonly text: string
  readonly sha: string
}

/** The commands that the stores use, the same for every client; keys of one script must share a hash tag. */
export interface RedisCommands {
  /** One round trip; a second one when the server does not know the script yet. */
  run(script: Script, keys: readonly string[], values: readonly string[]): Promise<unknown>
  get(key: string): Promise<string | null>
  set(key: string, value: string, ttlMs: number): Promise<void>
  /** False when the key is there. */
  setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean>
}

/** The server's word, and GLIDE's for it. */
const UNKNOWN_SCRIPT = /NOSCRIPT|NoScriptError/

/** Names a script by its SHA-1. */
export function defineScript(text: string): Script {
  return { text, sha: bytesToHex(sha1(utf8ToBytes(text))) }
}

/** The commands of a client, whichever it is. */
export function createCommands(client: RedisLike): RedisCommands {
  const { call, get, set } = callsOf(client)
  return {
    async run({ sha, text }, keys, values) {
      try {
        return await call('sha', sha, keys, values)
      } catch (error) {
        if (!(error instanceof Error && UNKNOWN_SCRIPT.test(error.message))) throw error
        return call('text', text, keys, values)
      }
    },
    async get(key) {
      const value = await get(key)
      return typeof value === 'string' ? value : null
    },
    async set(key, value, ttlMs) {
      await set(key, value, ttlMs, false)
    },
    async setIfAbsent(key, value, ttlMs) {
      return (await set(key, value, ttlMs, true)) !== null
    },
  }
}

function callsOf(client: RedisLike): ClientCalls {
  if ('evalSha' in client) return nodeRedisCalls(client)
  return 'evalsha' in client ? ioredisCalls(client) : glideCalls(client)
}

interface ClientCalls {
  readonly call: (
    by: 'sha' | 'text',
    script: string,
    keys: readonly string[],
    values: readonly string[],
  ) => Promise<unknown>
  readonly get: (key: string) => Promise<unknown>
  readonly set: (key: string, value: string, ttlMs: number, onlyIfAbsent: boolean) => Promise<unknown>
}

function nodeRedisCalls(client: NodeRedisLike): ClientCalls {
  return {
    call(by, script, keys, values) {
      const options = { keys: [...keys], arguments: [...values] }
      return by === 'sha' ? client.evalSha(script, options) : client.eval(script, options)
    },
    get: (key) => client.get(key),
    set: (key, value, ttlMs, onlyIfAbsent) =>
      client.set(key, value, onlyIfAbsent ? { PX: ttlMs, NX: true } : { PX: ttlMs }),
  }
}

function ioredisCalls(client: IoredisLike): ClientCalls {
  return {
    call: (by, script, keys, values) =>
      by === 'sha'
        ? client.evalsha(script, keys.length, ...keys, ...values)
        : client.eval(script, keys.length, ...keys, ...values),
    get: (key) => client.get(key),
    set: (key, value, ttlMs, onlyIfAbsent) =>
      onlyIfAbsent ? client.set(key, value, 'PX', ttlMs, 'NX') : client.set(key, value, 'PX', ttlMs),
  }
}

function glideCalls(client: GlideLike): ClientCalls {
  const commands = { sha: 'EVALSHA', text: 'EVAL' } as const
  return {
    call: (by, script, keys, values) =>
      client.customCommand([commands[by], script, String(keys.length), ...keys, ...values]),
    get: (key) => client.customCommand(['GET', key]),
    set: (key, value, ttlMs, onlyIfAbsent) =>
      client.customCommand(['SET', key, value, 'PX', String(ttlMs), ...(onlyIfAbsent ? ['NX'] : [])]),
  }
}
