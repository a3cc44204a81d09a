import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'
import type { RedisLike } from '../../adapters/stores/redis/index.js'

/** A connected client. */
export interface Connection {
  readonly client: RedisLike
  /** Sends any command. */
  send(...command: string[]): Promise<unknown>
  close(): void
}

/** How the clients of the two packages are connected; they keep on trying when the server goes away. */
export const CONNECT = {
  'node-redis': async (url: string): Promise<Connection> => {
    const client = createClient({ url, socket: { reconnectStrategy: 50 } })
    client.on('error', () => {})
    await client.connect()
    return { client, send: (...command) => client.sendCommand(command), close: () => client.destroy() }
  },
  ioredis: async (url: string): Promise<Connection> => {
    const client = new Redis(url, { lazyConnect: true, retryStrategy: () => 50 })
    client.on('error', () => {})
    await client.connect()
    return {
      client,
      send: (command = 'PING', ...values) => client.call(command, ...values),
      close: () => client.disconnect(),
    }
  },
} as const

/** How the same packages are connected to a cluster. */
export const CONNECT_CLUSTER = {
  'node-redis': async (url: string): Promise<Connection> => {
    const client = createCluster({ rootNodes: [{ url }] })
    client.on('error', () => {})
    await client.connect()
    return {
      client,
      send: (...command) => client.sendCommand(undefined, false, command),
      close: () => client.destroy(),
    }
  },
  ioredis: (url: string): Promise<Connection> => {
    const client = new Cluster([url])
    return Promise.resolve({
      client,
      send: (command = 'PING', ...values) => client.call(command, ...values),
      close: () => client.disconnect(),
    })
  },
} as const

/** The names of {@link CONNECT} and {@link CONNECT_CLUSTER}. */
export const CLIENTS = ['node-redis', 'ioredis'] as const
