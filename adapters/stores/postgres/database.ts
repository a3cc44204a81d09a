import type { PgClient, PgPool, PgResult, PgRow } from './client.js'
import { DatabaseTimeout, failureKind, toStoreError } from './failure.js'

/** A statement with its name, prepared once for a connection; one that is run once has an empty name. */
export interface Statement {
  readonly name: string
  readonly text: string
}

/** A statement with its parameters; null is not run and answers no rows. */
export interface Call {
  readonly statement: Statement | null
  readonly values: readonly unknown[]
}

/** A transaction that runs. */
export interface Session {
  query(statement: Statement, values: readonly unknown[]): Promise<readonly PgRow[]>
  /** Runs calls in order; in one flight where the driver can. */
  queryAll(calls: readonly Call[]): Promise<readonly (readonly PgRow[])[]>
}

/** How a transaction is run. */
export interface TransactionOptions {
  /** True when running it twice is the same as once: it is repeated even when the answer to its commit was lost. */
  readonly repeatable: boolean
  /** False: its commit does not wait for the disk, the last moments before a crash of the database may be lost. */
  readonly durable?: boolean
}

/** What the stores need of a database. */
export interface Database {
  /** What the name of a table begins with: `"schema".crossmodel_`. */
  readonly prefix: string
  /** Milliseconds since the epoch, whole. */
  readonly now: () => number
  /** One statement on its own that can be repeated. */
  readonly execute: (statement: Statement, values: readonly unknown[]) => Promise<readonly PgRow[]>
  /** Commits what `work` has done, or nothing; repeats it after conflicts and lost connections. */
  transact<T>(work: (session: Session) => Promise<T>, options: TransactionOptions): Promise<T>
}

/** What a database is made of. */
export interface DatabaseOptions {
  readonly pool: PgPool
  readonly schema: string
  readonly now: () => number
  /** Milliseconds after which an operation rejects, repetitions included. */
  readonly timeoutMs: number
  readonly prepare: boolean
}

const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 500

/** Runs statements on connections of a pool, each operation within a bounded time. */
export function createDatabase(options: DatabaseOptions): Database {
  const { timeoutMs } = options
  const names = createNames(options)
  const begin = beginTexts(timeoutMs)

  async function within<T>(attempt: (client: PgClient) => Promise<T>, repeatable: () => boolean): Promise<T> {
    const deadline = performance.now() + timeoutMs
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      try {
        return await withClient(options.pool, deadline, attempt)
      } catch (error) {
        const kind = failureKind(error)
        const repeat = kind === 'conflict' || (kind === 'lost' && repeatable())
        if (!repeat || performance.now() + pauseMs >= deadline) throw toStoreError(error)
        await sleep(pauseMs)
      }
    }
  }

  return {
    prefix: tablePrefix(options.schema),
    now: () => Math.floor(options.now()),
    execute: (statement, values) =>
      within(
        async (client) => (await run(client, { statement, values }, names)).rows,
        () => true,
      ),
    async transact(work, { repeatable, durable = true }) {
      let committing = false
      return within(
        async (client) => {
          committing = false
          const session = createSession(client, names)
          await client.query({ text: durable ? begin.durable : begin.fast })
          const result = await work(session)
          committing = true
          await client.query({ text: 'COMMIT' })
          return result
        },
        () => repeatable || !committing,
      )
    },
  }
}

/** What the name of a table begins with: `"schema".crossmodel_`. */
function tablePrefix(schema: string): string {
  return `${quoteIdentifier(schema)}.crossmodel_`
}

/** An identifier as SQL writes it, whatever is in it. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

type NameStatement = (statement: Statement) => string | undefined

function createNames({ schema, prepare }: DatabaseOptions): NameStatement {
  if (!prepare) return () => undefined
  // Two stores of one pool must not share names: names are bound to texts, and texts contain the schema.
  let hash = 0
  for (const character of schema) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 2 ** 32
  const start = `crossmodel_${hash.toString(36)}_`
  return ({ name }) => (name === '' ? undefined : start + name)
}

/**
 * What stands at the start of a transaction. Sequential scans are off because plans are kept: one made while a table
 * was small would scan it when it has grown. The timeouts free the locks of a process that has stopped in the middle.
 */
function beginTexts(timeoutMs: number): { readonly durable: string; readonly fast: string } {
  const durable = [
    'BEGIN ISOLATION LEVEL READ COMMITTED',
    'SET LOCAL enable_seqscan = off',
    `SET LOCAL lock_timeout = ${timeoutMs}`,
    `SET LOCAL idle_in_transaction_session_timeout = ${2 * timeoutMs}`,
  ].join('; ')
  return { durable, fast: `${durable}; SET LOCAL synchronous_commit = off` }
}

function createSession(client: PgClient, names: NameStatement): Session {
  return {
    query: async (statement, values) => (await run(client, { statement, values }, names)).rows,
    async queryAll(calls) {
      const answers: (readonly PgRow[])[] = []
      if (client.pipeline !== true) {
        for (const call of calls) answers.push((await run(client, call, names)).rows)
        return answers
      }
      // All of them are waited for: behind a failed one the others fail too, and only the first says why.
      const settled = await Promise.allSettled(calls.map((call) => run(client, call, names)))
      for (const answer of settled) {
        if (answer.status === 'rejected') throw answer.reason
        answers.push(answer.value.rows)
      }
      return answers
    },
  }
}

async function run(client: PgClient, { statement, values }: Call, names: NameStatement): Promise<PgResult> {
  if (statement === null) return { rows: [] }
  const name = names(statement)
  const query = { text: statement.text, values: [...values] }
  return client.query(name === undefined ? query : { ...query, name })
}

/** Borrows a connection until a moment. One that may be broken, or is still at work then, is closed. */
async function withClient<T>(
  pool: PgPool,
  deadline: number,
  attempt: (client: PgClient) => Promise<T>,
): Promise<T> {
  const client = await connectBefore(pool, deadline)
  // A connection that breaks reports it twice: to its query, and as an event that would end the process.
  client.on?.('error', ignore)
  const late = alarm(deadline, 'The database did not answer in time.')
  try {
    const result = await Promise.race([attempt(client), late.rings])
    client.removeListener?.('error', ignore)
    client.release()
    return result
  } catch (error) {
    await giveBackFailed(client, error, late.rings)
    throw error
  } finally {
    late.stop()
  }
}

async function giveBackFailed(client: PgClient, error: unknown, late: Promise<never>): Promise<void> {
  const lost = error instanceof Error && failureKind(error) === 'lost'
  try {
    if (lost) throw error
    await Promise.race([client.query({ text: 'ROLLBACK' }), late])
  } catch (cause) {
    // The listener stays: a connection that is closed may still report something.
    client.release(cause instanceof Error ? cause : new Error('The connection is of no use.'))
    return
  }
  client.removeListener?.('error', ignore)
  client.release()
}

function ignore(): void {
  // Told elsewhere.
}

async function connectBefore(pool: PgPool, deadline: number): Promise<PgClient> {
  const connecting = pool.connect()
  const late = alarm(deadline, 'No connection to the database in time.')
  try {
    return await Promise.race([connecting, late.rings])
  } catch (error) {
    connecting.then((client) => client.release(), ignore)
    throw error
  } finally {
    late.stop()
  }
}

/** Rejects at a moment, unless it is stopped. */
function alarm(
  deadline: number,
  message: string,
): { readonly rings: Promise<never>; readonly stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  const rings = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DatabaseTimeout(message)), Math.max(0, deadline - performance.now()))
  })
  return { rings, stop: () => clearTimeout(timer) }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}
