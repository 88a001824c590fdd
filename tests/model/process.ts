// One process as the modules wire it (order/module.ts, stock/module.ts): the real gate, writer, purchase and reconciler on
// played connections. All it knows ends with its party.
import { pino } from 'pino'
import { createPurchase } from '../../server/modules/order/purchase.ts'
import { createReconciler } from '../../server/modules/order/reconcile.ts'
import type { Backend } from '../../server/modules/order/sql.ts'
import { createWriter } from '../../server/modules/order/writer.ts'
import type { PlacedOrder, PlaceRefusal } from '../../server/modules/order/contract.ts'
import type { Claim, StockChange } from '../../server/modules/stock/contract.ts'
import { createGate, type SaleGate } from '../../server/modules/stock/gate.ts'
import type { GateStore } from '../../server/modules/stock/gate-store.ts'
import { createDatabaseClock } from '../../server/platform/database-clock.ts'
import { isUnavailable, sqlState, type Db } from '../../server/platform/db.ts'
import { AppError } from '../../server/platform/errors.ts'
import { createConnection, type Connection, type ConnectionDeps } from './connection.ts'
import { createPool, type Pool, type SaleChange } from './pool.ts'
import { createClock, createTimers, type Party } from './world.ts'

export type Answer =
  | { outcome: 'placed' | 'replay'; order: PlacedOrder }
  | { outcome: PlaceRefusal }
  /** 503: try again with the same key. */
  | { outcome: 'unavailable' }

export interface Process {
  party: Party
  gate: SaleGate
  connection: Connection
  buy(claim: Claim): Promise<Answer>
  cancel(itemId: number, buyerId: number): void
  changeSale(itemId: number, change: SaleChange): void
  /** News of other processes, as NOTIFY brings them. */
  hear(news: News): void
  /** LISTEN is there again. */
  listenAgain(): void
  /** Writes what is queued, then closes. */
  stop(): Promise<void>
  /** Claims whose truth is not known. */
  kept(): number
}

export interface News {
  kind: 'units' | 'rules'
  changes: readonly StockChange[]
}

const PARK_MS_MAX = 250
const CLAIM_LEASE_MS = 9_000
const RECHECK_EVERY_MS = 1_000
const RECONCILE_EVERY_MS = 250
const LOOK_FOR_OVERDUE_EVERY_MS = 1_000

const log = pino({ level: 'silent' })
const db = {} as Db

export function startProcess(
  deps: Omit<ConnectionDeps, 'onReady'> & {
    aheadMs: number
    store: GateStore
    sweepEveryMs: number
    batchRowsMax: number
    queueRowsMax: number
    tell(news: News): void
    isGone(backend: Backend, how: 'ask' | 'end'): boolean
    /** What nobody expects to be thrown. */
    onFault(error: unknown): void
  },
): Process {
  const { world, database, party, store } = deps
  const clock = createClock(world, deps.aheadMs)
  const timers = createTimers(world, party)
  /** Whatever failed is tried again at the next turn. */
  const ignore = (error: unknown): void => {
    if (!isExpected(error)) deps.onFault(error)
  }
  const pool = createPool(world, database, party)
  const databaseClock = createDatabaseClock(clock)
  const gate = createGate({
    store,
    clock,
    timers,
    databaseClock,
    parkMsMax: PARK_MS_MAX,
    onMissed: () => void gate.recheck().catch(ignore),
    reads: {
      // Its clock was read before its commit, which may have taken long.
      loadGate: pool.loadGate,
      readGates: async (itemIds) => {
        const rows = await pool.readGates(itemIds)
        if (rows.length > 0) databaseClock.learn(rows.at(-1)!.databaseMs)
        return rows
      },
      readFlag: pool.readFlag,
    },
  })
  const reconciler = createReconciler({
    db,
    gate,
    readUnits: (_db, itemIds) => pool.readUnits(itemIds),
    isGone: (backend, how) => pool.ask(() => deps.isGone(backend, how)),
    owner: () => writer.owner(),
    claimLeaseMs: CLAIM_LEASE_MS,
  })
  let connection!: Connection
  const writer = createWriter({
    openConnection: (onReady) => (connection = createConnection(deps, onReady)),
    log,
    clock,
    timers,
    batchRowsMax: deps.batchRowsMax,
    queueRowsMax: deps.queueRowsMax,
    claimLeaseMs: CLAIM_LEASE_MS,
    events: { onSettled: gate.settle, onUnknown: reconciler.keep },
  })
  const purchase = createPurchase({ gate, writer })

  const announce = (kind: News['kind'], changes: readonly StockChange[]): void => {
    if (changes.length === 0) return
    if (kind === 'units') gate.learn(changes)
    else gate.refresh(changes.map((change) => change.itemId)).catch(ignore)
    deps.tell({ kind, changes })
  }
  const hear = ({ kind, changes }: News): void => {
    if (kind === 'units') gate.learn(changes)
    else gate.refresh(changes.map((change) => change.itemId)).catch(ignore)
  }
  const repeat = (everyMs: number, work: () => Promise<void>): void => {
    const next = (): void =>
      void work()
        .catch(ignore)
        .then(() => world.timer(party, everyMs, next))
    world.timer(party, world.random.between(0, everyMs), next)
  }
  void writer.start()
  repeat(RECHECK_EVERY_MS, gate.recheck)
  repeat(RECONCILE_EVERY_MS, reconciler.settleUnknown)
  repeat(LOOK_FOR_OVERDUE_EVERY_MS, reconciler.settleOverdue)
  repeat(deps.sweepEveryMs, () => expire(pool, (changes) => announce('units', changes)))

  return {
    party,
    gate,
    connection,
    async buy(claim) {
      const no = gate.refusal(claim.itemId, claim.buyerId)
      if (no !== undefined) return { outcome: no }
      try {
        return await purchase(claim)
      } catch (error) {
        ignore(error)
        return { outcome: 'unavailable' }
      }
    },
    cancel: (itemId, buyerId) =>
      void pool.cancel(itemId, buyerId).then((changes) => announce('units', changes), ignore),
    changeSale: (itemId, change) =>
      void pool.changeSale(itemId, change).then((changes) => announce('rules', changes), ignore),
    hear,
    listenAgain: () => void gate.recheck().catch(ignore),
    stop: writer.stop,
    kept: reconciler.kept,
  }
}

/** As expire.ts goes round a stock row that somebody holds locked. */
async function expire(pool: Pool, announce: (changes: readonly StockChange[]) => void): Promise<void> {
  try {
    announce(await pool.expireDue())
  } catch (error) {
    if (!isLocked(error)) throw error
    for (const itemId of await pool.listDueSales())
      try {
        announce(await pool.expireDueOf(itemId))
      } catch (locked) {
        if (!isLocked(locked)) throw locked
      }
  }
}

const isLocked = (error: unknown): boolean => sqlState(error) === '55P03'

/** What a route answers with 503: the writer's own refusal, or PostgreSQL being away. */
function isExpected(error: unknown): boolean {
  return error instanceof AppError ? error.code === 'SERVICE_UNAVAILABLE' : isUnavailable(error)
}
