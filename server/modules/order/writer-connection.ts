// The writer's own connection: opened again whenever it is lost, with the session settings that bound its waits.
import pg from 'pg'
import { pgTypes, sqlState } from '../../platform/db.ts'
import type { Log } from '../../platform/log.ts'
import { placeLimitedOrders, readBackend, type Backend, type NumberedClaim, type Placed } from './sql.ts'

export interface Session {
  backend: Backend
  /** One call, one commit. */
  place(batch: readonly NumberedClaim[]): Promise<Placed>
}

export interface WriterConnection {
  current(): Session | undefined
  /** True where the error says that the session ended or does not answer; the session is then given up. */
  isLost(session: Session, error: unknown): boolean
  start(): Promise<void>
  stop(): Promise<void>
}

const SESSION_OPTIONS = [
  'lock_timeout=2000',
  'statement_timeout=5000',
  'client_connection_check_interval=1000',
  'synchronous_commit=on',
  'default_transaction_isolation=read\\ committed',
  'application_name=hurry-up-order\\ writer',
]
  .map((setting) => `-c ${setting}`)
  .join(' ')

/**
 * SQLSTATEs after which the session goes on and nothing of the statement was committed. Everything else – no code at
 * all, a lost connection, a server that shuts down or runs out of something in the middle of a commit – leaves the truth
 * unknown. Not told by the severity: PostgreSQL translates that.
 */
const ROLLED_BACK = /^(22|23|25|40|42|54|55|P0)|^57014$/

interface OpenSession extends Session {
  end(): Promise<void>
}

/** Past statement_timeout: an answer that is this late means a dead line. */
const ANSWER_TIMEOUT_MS = 8_000
const RETRY_MS = 250

export function createWriterConnection(options: {
  url: string
  log: Log
  onReady(): void
}): WriterConnection {
  let session: OpenSession | undefined
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  const giveUp = (lost: OpenSession): void => {
    if (session !== lost) return
    session = undefined
    void lost.end()
    if (!stopped) timer = setTimeout(() => void connect(), RETRY_MS)
  }
  const connect = async (): Promise<void> => {
    const client = new pg.Client({
      connectionString: options.url,
      options: SESSION_OPTIONS,
      connectionTimeoutMillis: 3_000,
      query_timeout: ANSWER_TIMEOUT_MS,
      keepAlive: true,
      types: pgTypes,
    })
    let opened: OpenSession | undefined
    const onEnd = (): void => {
      if (opened !== undefined) giveUp(opened)
    }
    client.on('error', onEnd)
    client.on('end', onEnd)
    try {
      await client.connect()
      opened = {
        backend: await readBackend(client),
        place: (batch) => placeLimitedOrders(client, batch),
        end: () => client.end().catch(() => undefined),
      }
      session = opened
      if (stopped) return giveUp(opened)
      options.onReady()
    } catch (error) {
      options.log.warn({ code: sqlState(error) }, 'the writer can not reach PostgreSQL; it tries again')
      client.end().catch(() => undefined)
      if (!stopped) timer = setTimeout(() => void connect(), RETRY_MS)
    }
  }
  return {
    current: () => session,
    isLost(asked, error) {
      const isLost = !ROLLED_BACK.test(sqlState(error) ?? '')
      if (isLost && session === asked) giveUp(session)
      return isLost
    },
    start: connect,
    async stop() {
      stopped = true
      clearTimeout(timer)
      const last = session
      session = undefined
      await last?.end()
    },
  }
}
