/** A row as the driver gives it: 64-bit integers are strings unless the pool was told otherwise. */
export type PgRow = Readonly<Record<string, unknown>>

/** What a query answers, as far as the stores look at it. */
export interface PgResult {
  readonly rows: readonly PgRow[]
}

/** A query; with a name it is prepared once for a connection. */
export interface PgQuery {
  readonly name?: string
  readonly text: string
  readonly values?: unknown[]
}

/** One connection out of a pool: `PoolClient` of `pg`, or anything shaped like it. */
export interface PgClient {
  query(query: PgQuery): Promise<PgResult>
  /** Gives the connection back; with an error it is closed. */
  release(error?: Error): void
  on?(event: 'error', listener: (error: Error) => void): unknown
  removeListener?(event: 'error', listener: (error: Error) => void): unknown
  /** True when queries are sent without waiting for the answers of those before (`pipeline: true` of `pg`). */
  readonly pipeline?: boolean
}

/** A pool of connections: `Pool` of `pg`, or anything shaped like it. */
export interface PgPool {
  connect(): Promise<PgClient>
  on?(event: 'error', listener: (error: Error) => void): unknown
  listenerCount?(event: 'error'): number
}
