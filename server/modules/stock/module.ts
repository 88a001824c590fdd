import { systemTimers, type Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/db.ts'
import { createDatabaseClock } from '../../platform/database-clock.ts'
import { repeat } from '../../platform/repeat.ts'
import type { Log } from '../../platform/log.ts'
import { notify, type ListenTarget } from '../../platform/notify.ts'
import type { RedisLink } from '../../platform/redis.ts'
import type { Module } from '../../platform/worker.ts'
import type { Gate, SaleFlag, StockApi, StockChange, StockNews } from './contract.ts'
import { createGate, type SaleGate } from './gate.ts'
import { createMemoryStore } from './gate-memory.ts'
import { noGate } from './gate-none.ts'
import { createRedisStore } from './gate-redis.ts'
import type { GateStore } from './gate-store.ts'
import { openStock } from './open-stock.ts'
import { readSales } from './read-sales.ts'
import { createStockReads } from './read-stock.ts'
import { removeStocks } from './remove-stock.ts'
import { setPrice } from './set-price.ts'
import { stockRoutes } from './routes.ts'
import { changeUnits, takeUnits } from './take-units.ts'
import { readUnits } from './sql-units.ts'
import { loadGateRow, readGateRows, type GateRow } from './sql-gate.ts'

const RECHECK_EVERY_MS = 1_000
const STOCK_CHANNEL = 'stock_changed'

export interface StockModule extends Module<StockApi> {
  listen: Readonly<Record<string, ListenTarget>>
}

export function createStockModule(deps: {
  database: Database
  clock: Clock
  log: Log
  gate: 'redis' | 'memory' | 'none'
  /** Set where `gate` is redis. */
  redis: RedisLink | undefined
  redisPrefix: string
  parkMsMax: number
  readFlag(itemId: number): Promise<SaleFlag | undefined>
}): StockModule {
  const { database, log } = deps
  const warn = (error: unknown): void =>
    log.warn({ fault: (error as Error).name }, 'gate could not be read again')
  const store = openStore(deps)
  const gate = store && openGate(deps, store, warn)

  const listeners: ((news: StockNews) => void)[] = []
  const publish = (news: StockNews): void => {
    for (const listener of listeners) listener(news)
  }
  const tell = (kind: StockNews['kind'], changes: readonly StockChange[]): void => {
    if (changes.length === 0) return
    publish({ kind, changes })
    const payload = JSON.stringify({ kind, changes: changes.slice(0, CHANGES_PER_MESSAGE_MAX) })
    notify(database.db, STOCK_CHANNEL, payload).catch((error: unknown) => {
      log.warn(
        { fault: (error as Error).name },
        'other processes were not told of a stock change; they look again within a second',
      )
    })
  }
  const api: StockApi = {
    openStock,
    setPrice,
    removeStocks,
    readSales,
    readUnits,
    takeUnits,
    changeUnits,
    announce(changes) {
      gate?.refresh(changes.map((change) => change.itemId)).catch(warn)
      tell('rules', changes)
    },
    announceUnits(changes) {
      gate?.learn(changes)
      tell('units', changes)
    },
    onNews: (listener) => void listeners.push(listener),
    gate: withNews(gate ?? noGate, publish),
  }
  const reads = createStockReads({ database, clock: deps.clock })
  api.onNews(reads.hear)
  return {
    api,
    routes: (http) => stockRoutes(http, { database, announce: api.announce, reads }),
    attendants:
      gate === undefined ? [] : [repeat('gate recheck', RECHECK_EVERY_MS, log, () => gate.recheck())],
    workers: [],
    listen: { [STOCK_CHANNEL]: listenTo(gate, publish, warn) },
  }
}

/** A payload of NOTIFY is at most 8,000 bytes. */
const CHANGES_PER_MESSAGE_MAX = 100

function listenTo(
  gate: SaleGate | undefined,
  publish: (news: StockNews) => void,
  warn: (error: unknown) => void,
): ListenTarget {
  return {
    onMessage(payload) {
      const news = JSON.parse(payload) as StockNews
      const { kind, changes } = news
      if (kind === 'units') gate?.learn(changes)
      else gate?.refresh(changes.map((change) => change.itemId)).catch(warn)
      publish(news)
    },
    // What was told while nobody listened is lost: read every gate again.
    onListen: () => void gate?.recheck().catch(warn),
  }
}

/** Orders that the writer has placed are news, too: they come with the claims that are settled. */
function withNews(gate: Gate, publish: (news: StockNews) => void): Gate {
  return {
    ...gate,
    settle(claims, changes) {
      gate.settle(claims, changes)
      if (changes.length > 0) publish({ kind: 'units', changes })
    },
  }
}

function openStore(deps: {
  gate: 'redis' | 'memory' | 'none'
  redis: RedisLink | undefined
  redisPrefix: string
}): GateStore | undefined {
  if (deps.gate === 'redis' && deps.redis !== undefined)
    return createRedisStore({ redis: deps.redis, prefix: deps.redisPrefix })
  return deps.gate === 'memory' ? createMemoryStore() : undefined
}

function openGate(
  deps: {
    database: Database
    clock: Clock
    parkMsMax: number
    readFlag(itemId: number): Promise<SaleFlag | undefined>
  },
  store: GateStore,
  warn: (error: unknown) => void,
): SaleGate {
  const { database, clock } = deps
  const databaseClock = createDatabaseClock(clock)
  const learnClock = <T extends GateRow | undefined>(row: T): T => {
    if (row !== undefined) databaseClock.learn(row.databaseMs)
    return row
  }
  const gate = createGate({
    store,
    clock,
    timers: systemTimers,
    databaseClock,
    parkMsMax: deps.parkMsMax,
    onMissed: () => void gate.recheck().catch(warn),
    reads: {
      loadGate: async (itemId) => learnClock(await loadGateRow(database.db, itemId)),
      readGates: async (itemIds) => {
        const rows = await readGateRows(database.db, itemIds)
        learnClock(rows.at(-1))
        return rows
      },
      readFlag: deps.readFlag,
    },
  })
  return gate
}
