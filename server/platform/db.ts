import { CamelCasePlugin, Kysely, PostgresDialect, type Transaction } from 'kysely'
import type { Socket } from 'node:net'
import pg from 'pg'
import type { Log } from './log.ts'

/** Tables are declared by the module that owns them; a `sql.ts` narrows the handle with `withTables`. */
// eslint-disable-next-line typescript/no-empty-object-type -- no table belongs to the platform
type NoTables = {}
/** Runs statements on any pooled connection. */
export type Db = Kysely<NoTables>
/** Runs statements inside one transaction. A function that takes `Tx` can not be called without one. */
export type Tx = Transaction<NoTables>

export interface Database {
  db: Db
  /** One transaction; retried twice on deadlock (40P01) and serialisation failure (40001), so touch nothing but `tx` inside. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  close(): Promise<void>
}

const INT8 = 20
const INT4_ARRAY = 1007
const INT8_ARRAY = 1016
/** Ids and counters stay below 2^53 (checked at the edge), so they are plain numbers here. */
export const pgTypes: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8) return Number
    if (oid === INT4_ARRAY || oid === INT8_ARRAY) return toNumbers
    return pg.types.getTypeParser(oid, format)
  },
}

/** Of one dimension, as all arrays here. The driver's general way reads it character by character. */
function toNumbers(text: string): (number | null)[] {
  return text === '{}' ? [] : text.slice(1, -1).split(',').map(toNumber)
}

const toNumber = (text: string): number | null => (text === 'NULL' ? null : Number(text))

const CONNECT_TIMEOUT_MS = 3_000
const STATEMENT_TIMEOUT_MS = 10_000
/** Past PostgreSQL's own bound: nothing comes any more. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 1_000
const RETRYABLE = new Set(['40P01', '40001'])
const TRANSACTION_TRIES_MAX = 3

const KEEP_ALIVE_AFTER_MS = 10_000

/** A connection on which an answer did not come in time is dead: ended, so that nobody else waits on it. */
class MortalClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config)
    const query = this.query.bind(this) as (...args: unknown[]) => unknown
    const watched = (...args: unknown[]): unknown => {
      const answer = query(...args)
      if (answer instanceof Promise) answer.catch((error: unknown) => this.#endIfDead(error))
      return answer
    }
    Object.assign(this, { query: watched })
  }
  #endIfDead(error: unknown): void {
    if (!(error instanceof Error) || error.message !== 'Query read timeout') return
    // At once, so that the pool does not hand it on; and by force, for nobody would answer a farewell.
    this.end().catch(() => undefined)
    ;(this as unknown as { connection: { stream: Socket } }).connection.stream.destroy()
  }
}

export function openDatabase(options: { url: string; poolMax: number; log: Log; name?: string }): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolMax,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 30_000,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    Client: MortalClient,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    application_name: options.name ?? 'hurry-up-order',
    types: pgTypes,
  })
  // A lost idle connection must not end the process: the pool opens another.
  pool.on('error', (error) =>
    options.log.warn({ code: sqlState(error) }, 'a pooled database connection was lost'),
  )
  // The pool listens to idle connections only: one that is lost while in use would end the process. Its query fails anyway.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const db = new Kysely<NoTables>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin()],
  })
  return {
    db,
    async transaction(work) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await db.transaction().execute(work)
        } catch (error) {
          if (attempt >= TRANSACTION_TRIES_MAX || !RETRYABLE.has(sqlState(error) ?? '')) throw error
        }
      }
    },
    close: () => db.destroy(),
  }
}

/** The five-character SQLSTATE of a PostgreSQL error, or the system's code (`ECONNREFUSED`). */
export function sqlState(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}

/** The name of the constraint that a statement broke. */
export function brokenConstraint(error: unknown): string | undefined {
  return typeof error === 'object' &&
    error !== null &&
    'constraint' in error &&
    typeof error.constraint === 'string'
    ? error.constraint
    : undefined
}

/** True for errors that say "PostgreSQL is not there", as against "the statement is wrong". */
export function isUnavailable(error: unknown): boolean {
  const code = sqlState(error) ?? ''
  // Also one that may not be written (a standby), and one where somebody holds a lock for long.
  if (/^(08|57P|53)/.test(code) || ['25P03', '25006', '55P03', '57014'].includes(code)) return true
  if (/^(ECONN|EPIPE|ENOENT|ETIMEDOUT|EHOST|EAI_)/.test(code)) return true
  const message = error instanceof Error ? error.message : ''
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable|Query read timeout/.test(
    message,
  )
}
