// LISTEN on a connection of its own, opened again whenever it is lost.
import pg from 'pg'
import { sqlState } from './db.ts'
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

/** `targets` by channel name. The first connection may fail: it is tried again like any lost one. */
export function createListener(options: {
  url: string
  log: Log
  targets: Readonly<Record<string, ListenTarget>>
}): Listener {
  const { log, targets } = options
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let retryMs = RETRY_MS_MIN

  const lost = (error?: Error): void => {
    if (client === undefined) return
    client.removeAllListeners('end')
    client.end().catch(() => undefined)
    client = undefined
    if (stopped) return
    log.warn({ code: sqlState(error) }, 'the LISTEN connection was lost')
    timer = setTimeout(() => void connect(), retryMs)
    retryMs = Math.min(retryMs * 2, RETRY_MS_MAX)
  }
  const connect = async (): Promise<void> => {
    const next = new pg.Client({
      connectionString: options.url,
      application_name: 'hurry-up-order listen',
      connectionTimeoutMillis: 3_000,
      keepAlive: true,
    })
    client = next
    next.on('error', lost)
    next.on('end', () => lost())
    next.on('notification', ({ channel, payload }) => targets[channel]?.onMessage(payload ?? ''))
    try {
      await next.connect()
      for (const channel of Object.keys(targets)) await next.query(`LISTEN ${pg.escapeIdentifier(channel)}`)
      retryMs = RETRY_MS_MIN
      for (const target of Object.values(targets)) target.onListen()
    } catch (error) {
      lost(error as Error)
    }
  }
  return {
    start: connect,
    async stop() {
      stopped = true
      clearTimeout(timer)
      const last = client
      client = undefined
      await last?.end().catch(() => undefined)
    },
  }
}
