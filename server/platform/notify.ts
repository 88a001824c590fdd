// What processes tell one another through PostgreSQL: LISTEN on a connection of its own, opened again whenever it is lost – also without a word: it has a heartbeat.
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import { sqlState, type Db } from './db.ts'
import type { Log } from './log.ts'

export interface Listener {
  start(): Promise<void>
  stop(): Promise<void>
}

export interface ListenTarget {
  onMessage(payload: string): void
  /** Called at each (re)LISTEN: whatever was told while nobody listened is lost, so reload. */
  onListen(): void
}

const RETRY_MS_MIN = 100
const RETRY_MS_MAX = 2_000
const CONNECT_MS_MAX = 3_000
/** A connection that listens says nothing for hours: only a question shows whether there is still somebody at the other end. */
const HEARTBEAT_EVERY_MS = 2_000
const ANSWER_MS_MAX = 2_000
const STOP_MS_MAX = 1_000

/** `targets` by channel name. The first connection may fail: it is tried again like any lost one. */
export function createListener(options: {
  url: string
  log: Log
  targets: Readonly<Record<string, ListenTarget>>
}): Listener {
  const { log, targets } = options
  let client: pg.Client | undefined
  /** The next heartbeat or, where there is no connection, the next try to open one. */
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let retryMs = RETRY_MS_MIN

  const wait = (ms: number, then: () => Promise<void>): void => {
    timer = setTimeout(() => void then(), ms).unref()
  }
  /** Of a connection that was given up before, nothing counts any more. */
  const lost = (which: pg.Client, error?: unknown): void => {
    if (client !== which) return
    client = undefined
    clearTimeout(timer)
    which.end().catch(() => undefined)
    log.warn({ code: sqlState(error) }, 'the LISTEN connection was lost')
    wait(retryMs, connect)
    retryMs = Math.min(retryMs * 2, RETRY_MS_MAX)
  }
  const beat = async (which: pg.Client): Promise<void> => {
    try {
      await which.query('SELECT 1')
      if (client === which) wait(HEARTBEAT_EVERY_MS, () => beat(which))
    } catch (error) {
      lost(which, error)
    }
  }
  const connect = async (): Promise<void> => {
    if (stopped) return
    const next = openClient(options.url)
    client = next
    next.on('error', (error) => lost(next, error))
    next.on('end', () => lost(next))
    next.on('notification', ({ channel, payload }) => targets[channel]?.onMessage(payload ?? ''))
    try {
      await next.connect()
      for (const channel of Object.keys(targets)) await next.query(`LISTEN ${pg.escapeIdentifier(channel)}`)
    } catch (error) {
      return lost(next, error)
    }
    if (client !== next) return
    retryMs = RETRY_MS_MIN
    wait(HEARTBEAT_EVERY_MS, () => beat(next))
    for (const target of Object.values(targets)) target.onListen()
  }
  return {
    start: connect,
    async stop() {
      stopped = true
      clearTimeout(timer)
      const last = client
      client = undefined
      // One that has died without a word would never say that it ended.
      if (last !== undefined)
        await Promise.race([last.end().catch(() => undefined), sleep(STOP_MS_MAX, undefined, { ref: false })])
    },
  }
}

function openClient(url: string): pg.Client {
  return new pg.Client({
    connectionString: url,
    application_name: 'hurry-up-order listen',
    connectionTimeoutMillis: CONNECT_MS_MAX,
    query_timeout: ANSWER_MS_MAX,
    keepAlive: true,
  })
}

/** Tells the other processes; after the commit, for NOTIFY inside a transaction takes a lock of the whole database. */
export async function notify(db: Db, channel: string, payload: string): Promise<void> {
  await sql`SELECT pg_notify(${channel}, ${payload})`.execute(db)
}
