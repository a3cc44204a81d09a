import type { StateStore } from '../../../src/index.js'
import { defineScript, type Script } from './client.js'
import type { BoundedCommands } from './deadline.js'

/*
 * A value is kept as "expiresAt text". The expiry in it is what counts, so that processes agree whatever their clocks
 * and that of the server say; the server's own expiry comes a little later and only cleans up.
 */
const IS_LIVE = `
local expiresAt = string.match(redis.call('GETRANGE', KEYS[1], 0, 20), '^%d+')
local live = expiresAt and tonumber(expiresAt) > tonumber(ARGV[1])
`

/** ARGV: time, value, ttl in ms. Reply: 1 when it was created. */
const CREATE: Script = defineScript(`${IS_LIVE}
if live then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`)

/** ARGV: time. Reply: 1 when there was one. */
const DELETE: Script = defineScript(`${IS_LIVE}
redis.call('DEL', KEYS[1])
return live and 1 or 0
`)

/** For how long the server keeps what has expired by the clock of a process. */
const GRACE_MS = 60_000

/** What the state store needs. */
export interface RedisStateOptions {
  readonly commands: BoundedCommands
  readonly prefix: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Longest value in characters. */
  readonly maxStateLength: number
}

/** State that all processes on one Redis share; rejects values that are too long. The server forgets by itself: `sweep` has nothing to do. */
export function createRedisStateStore(options: RedisStateOptions): StateStore {
  const { commands, prefix, now, maxStateLength } = options
  const keyOf = (key: string): string => `${prefix}state:${key}`
  const timeText = (): string => String(Math.floor(now()))
  const ttlOf = (expiresAt: number): number => Math.max(1, Math.ceil(expiresAt - now()) + GRACE_MS)

  function pack(value: string, expiresAt: number): string {
    if (value.length > maxStateLength)
      throw new Error(`A state of ${value.length} characters is too long: ${maxStateLength} is the most.`)
    return `${Math.max(0, Math.ceil(expiresAt))} ${value}`
  }

  return {
    async get(key) {
      const found = await commands.get(keyOf(key))
      if (found === null) return null
      const space = found.indexOf(' ')
      return Number(found.slice(0, space)) > now() ? found.slice(space + 1) : null
    },
    async create(key, value, expiresAt) {
      const values = [timeText(), pack(value, expiresAt), String(ttlOf(expiresAt))]
      return (await commands.run(CREATE, [keyOf(key)], values)) === 1
    },
    async put(key, value, expiresAt) {
      await commands.set(keyOf(key), pack(value, expiresAt), ttlOf(expiresAt))
    },
    async delete(key) {
      return (await commands.run(DELETE, [keyOf(key)], [timeText()])) === 1
    },
    sweep: () => Promise.resolve(0),
  }
}
