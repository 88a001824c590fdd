import { CamelCasePlugin, Kysely, PostgresDialect, type Transaction } from 'kysely'
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
const INT8_ARRAY = 1016
/** Ids and counters stay below 2^53 (checked at the edge), so they are plain numbers here. */
export const pgTypes: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8) return Number
    if (oid === INT8_ARRAY)
      return (text: string) => (text === '{}' ? [] : text.slice(1, -1).split(',').map(Number))
    return pg.types.getTypeParser(oid, format)
  },
}

const CONNECT_TIMEOUT_MS = 3_000
const STATEMENT_TIMEOUT_MS = 10_000
const RETRYABLE = new Set(['40P01', '40001'])
const TRANSACTION_TRIES_MAX = 3

export function openDatabase(options: { url: string; poolMax: number; log: Log; name?: string }): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolMax,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 30_000,
    statement_timeout: STATEMENT_TIMEOUT_MS,
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
  if (/^(08|57P|53)/.test(code) || code === '25P03') return true
  if (/^(ECONN|EPIPE|ENOENT|ETIMEDOUT|EHOST|EAI_)/.test(code)) return true
  const message = error instanceof Error ? error.message : ''
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/.test(
    message,
  )
}
