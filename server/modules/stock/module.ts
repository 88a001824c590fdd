import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/db.ts'
import { createDatabaseClock } from '../../platform/database-clock.ts'
import { repeat } from '../../platform/repeat.ts'
import type { Log } from '../../platform/log.ts'
import type { ListenTarget } from '../../platform/notify.ts'
import type { Module } from '../../platform/worker.ts'
import type { SaleFlag, StockApi, StockChange } from './contract.ts'
import { createMemoryGate, type MemoryGate } from './gate-memory.ts'
import { noGate } from './gate-none.ts'
import { openStock } from './open-stock.ts'
import { readSales } from './read-sales.ts'
import { removeStock } from './remove-stock.ts'
import { setPrice } from './set-price.ts'
import { stockRoutes } from './routes.ts'
import { takeUnits } from './take-units.ts'
import { readUnits } from './sql-units.ts'
import { loadGateRow, notifyStock, readGateRows, type GateRow } from './sql-gate.ts'

const RECHECK_EVERY_MS = 1_000

export interface StockModule extends Module<StockApi> {
  listen: Readonly<Record<string, ListenTarget>>
}

export function createStockModule(deps: {
  database: Database
  clock: Clock
  log: Log
  gate: 'memory' | 'none'
  parkMsMax: number
  readFlag(itemId: number): Promise<SaleFlag | undefined>
}): StockModule {
  const { database, log } = deps
  const memory = deps.gate === 'memory' ? openMemoryGate(deps) : undefined
  const warn = (error: unknown): void =>
    log.warn({ fault: (error as Error).name }, 'gate could not be read again')

  const tell = (kind: 'units' | 'rules', changes: readonly StockChange[]): void => {
    if (changes.length === 0) return
    const payload = JSON.stringify({ kind, changes: changes.slice(0, CHANGES_PER_MESSAGE_MAX) })
    notifyStock(database.db, payload).catch((error: unknown) => {
      log.warn(
        { fault: (error as Error).name },
        'other processes were not told of a stock change; they look again within a second',
      )
    })
  }
  const api: StockApi = {
    openStock,
    setPrice,
    removeStock,
    readSales,
    readUnits,
    takeUnits,
    announce(changes) {
      memory?.refresh(changes.map((change) => change.itemId)).catch(warn)
      tell('rules', changes)
    },
    announceUnits(changes) {
      memory?.learn(changes)
      tell('units', changes)
    },
    gate: memory ?? noGate,
  }
  return {
    api,
    routes: (http) => stockRoutes(http, { database, announce: api.announce }),
    workers:
      memory === undefined ? [] : [repeat('gate recheck', RECHECK_EVERY_MS, log, () => memory.recheck())],
    listen: memory === undefined ? {} : { stock_changed: listenTo(memory, warn) },
  }
}

/** A payload of NOTIFY is at most 8,000 bytes. */
const CHANGES_PER_MESSAGE_MAX = 100

function listenTo(memory: MemoryGate, warn: (error: unknown) => void): ListenTarget {
  return {
    onMessage(payload) {
      const { kind, changes } = JSON.parse(payload) as { kind: 'units' | 'rules'; changes: StockChange[] }
      if (kind === 'units') memory.learn(changes)
      else memory.refresh(changes.map((change) => change.itemId)).catch(warn)
    },
    // What was told while nobody listened is lost: read every gate again.
    onListen: () => void memory.recheck().catch(warn),
  }
}

function openMemoryGate(deps: {
  database: Database
  clock: Clock
  parkMsMax: number
  readFlag(itemId: number): Promise<SaleFlag | undefined>
}): MemoryGate {
  const { database, clock } = deps
  const databaseClock = createDatabaseClock(clock)
  const learnClock = <T extends GateRow | undefined>(row: T): T => {
    if (row !== undefined) databaseClock.learn(row.databaseMs)
    return row
  }
  return createMemoryGate({
    clock,
    databaseClock,
    parkMsMax: deps.parkMsMax,
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
}
