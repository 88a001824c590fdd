import type { Tokens } from '../../platform/auth.ts'
import { watchBusy } from '../../platform/busy.ts'
import { systemTimers, type Clock } from '../../platform/clock.ts'
import type { PersonalData } from '../../platform/crypto.ts'
import type { Database } from '../../platform/db.ts'
import type { Events } from '../../platform/events.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Log } from '../../platform/log.ts'
import { createEventStreams } from '../../platform/event-stream.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { notify, type ListenTarget } from '../../platform/notify.ts'
import { repeat } from '../../platform/repeat.ts'
import type { Module, Worker } from '../../platform/worker.ts'
import type { NoticeApi } from '../notice/contract.ts'
import type { SaleFlag, StockApi } from '../stock/contract.ts'
import type { UserApi } from '../user/contract.ts'
import type {
  OrderApi,
  OrderBody,
  OrderMoney,
  OrderReads,
  OrderShipping,
  PlaceOrderRequest,
} from './contract.ts'
import { expire } from './expire.ts'
import { createHeldUnits, type HeldUnits } from './held-units.ts'
import { orderBody } from './order-body.ts'
import { placeOrder } from './place-order.ts'
import { createPurchase } from './purchase.ts'
import { createReconciler } from './reconcile.ts'
import { exportOrders } from './read-orders.ts'
import { forgetOldNotices, tellEnding, tellPlaced } from './follow.ts'
import { createFinishReversal } from './finish-reversal.ts'
import type { ReverseDeps } from './reverse.ts'
import { orderRoutes, type OrderRouteDeps } from './routes.ts'
import { createOrderShipping } from './ship-orders.ts'
import { createOrderMoney } from './take-payment.ts'
import { measureSale } from './measure-sale.ts'
import { endBackend, isBackendGone, readSaleFlag } from './sql.ts'
import { hasOrdersInProgress, insertCarriedUnits, readOpenUnits } from './sql-read.ts'
import { createLiveSales } from './live-sale.ts'
import { liveSaleRoute } from './routes-live.ts'
import { createSaleTally } from './sale-tally.ts'
import { createWriter } from './writer.ts'
import { createWriterConnection } from './writer-connection.ts'

const RECONCILE_EVERY_MS = 250
const LOOK_FOR_OVERDUE_EVERY_MS = 1_000
const TELL_EVERY_MS = 1_000
const TALLY_CHANNEL = 'sale_tally'
const FORGET_EVERY_MS = 60_000

export interface OrderDeps {
  database: Database
  databaseUrl: string
  stock: StockApi
  users: Pick<UserApi, 'readRecipient'>
  pii: PersonalData
  tokens: Tokens
  clock: Clock
  ids: Ids
  log: Log
  metrics: Metrics
  countOrder: OrderRouteDeps['countOrder']
  events: Events
  notices: NoticeApi
  /** Modules that are built further down; nobody asks before they are. */
  payments: ReverseDeps['payments']
  shipments: ReverseDeps['shipments']
  returnWithinSeconds: number
  sale: {
    writerBatchRowsMax: number
    writerQueueRowsMax: number
    claimLeaseMs: number
    sweepEveryMs: number
    sweepBatchRowsMax: number
    gate: 'redis' | 'memory' | 'none'
  }
}

/** Parts for the modules that orders go through after they are placed. */
export interface OrderParts {
  listen: Readonly<Record<string, ListenTarget>>
  money: OrderMoney
  shipping: OrderShipping
}

export function createOrderModule(deps: OrderDeps): Module<OrderApi> & OrderParts {
  const { database, stock, log, sale } = deps
  const { gate } = stock
  const reconciler = createReconciler({
    db: database.db,
    gate,
    readUnits: stock.readUnits,
    isGone: (backend, end) => (end === 'end' ? endBackend : isBackendGone)(database.db, backend),
    owner: () => writer.owner(),
    claimLeaseMs: sale.claimLeaseMs,
  })
  const watched = new Set<number>()
  const tally = createSaleTally({
    processId: deps.ids.uuid(),
    notify: (payload) => notify(database.db, TALLY_CHANNEL, payload),
    isWatched: (itemId) => watched.has(itemId),
  })
  const measure = measureSale(
    deps.metrics,
    { queued: () => writer.depth(), unknown: reconciler.kept, census: gate.census },
    tally,
  )
  const writer = createWriter({
    openConnection: (onReady) => createWriterConnection({ url: deps.databaseUrl, log, onReady }),
    log,
    clock: deps.clock,
    timers: systemTimers,
    batchRowsMax: sale.writerBatchRowsMax,
    queueRowsMax: sale.writerQueueRowsMax,
    claimLeaseMs: sale.claimLeaseMs,
    events: { onSettled: gate.settle, onUnknown: reconciler.keep, onBatch: measure.batch },
  })
  const purchase = measure.purchase(createPurchase({ gate, writer }))
  const attendants: Worker[] = [
    { name: 'order writer', start: writer.start, stop: writer.stop },
    repeat('settle unknown claims', RECONCILE_EVERY_MS, log, reconciler.settleUnknown),
    repeat('tell what is asked of sales', TELL_EVERY_MS, log, tally.tell),
    repeat('settle overdue claims', LOOK_FOR_OVERDUE_EVERY_MS, log, reconciler.settleOverdue),
  ]
  const busy = watchBusy()
  const follow = { ...deps, busy, sliceSeconds: new Map<string, number>() }
  const workers: Worker[] = [
    repeat('expire unpaid orders', sale.sweepEveryMs, log, () =>
      expire({ db: database.db, stock, batchRowsMax: sale.sweepBatchRowsMax }),
    ),
    ...(deps.notices.isOn
      ? [
          repeat('tell of placed orders', TELL_EVERY_MS, log, () => tellPlaced(follow)),
          repeat('tell of ending holds', TELL_EVERY_MS, log, () => tellEnding(follow)),
          repeat('forget notices', FORGET_EVERY_MS, log, () => forgetOldNotices(follow)),
          { name: 'watch how busy it is', start: async () => undefined, stop: async () => busy.stop() },
        ]
      : []),
  ]
  const place = async (request: PlaceOrderRequest): Promise<{ body: OrderBody; replayed: boolean }> => {
    const { order, replayed } = await placeOrder(
      { database, stock, pii: deps.pii, readRecipient: deps.users.readRecipient },
      request,
    )
    return { body: orderBody(order), replayed }
  }
  const finish = createFinishReversal(deps)
  return {
    money: createOrderMoney({ events: deps.events, refunded: finish }),
    shipping: createOrderShipping({ pii: deps.pii, payments: deps.payments, finish }),
    api: { placeOrder: async (request) => (await place(request)).body },
    attendants,
    workers,
    listen: { [TALLY_CHANNEL]: tally.listen },
    routes(http) {
      orderRoutes(http, { ...deps, finish, purchase, tally, placeOrder: place })
      const parts = {
        database,
        stock,
        gate,
        gateKind: sale.gate,
        tally,
        clock: deps.clock,
        timers: systemTimers,
      }
      liveSaleRoute(http, { ...parts, live: createLiveSales(parts, createEventStreams(http), watched) })
    },
  }
}

/** Reads that other modules are given by the composition root. */
export function openOrderReads(
  { db }: Database,
  { clock, pii }: { clock: Clock; pii: PersonalData },
): OrderReads & {
  readFlag(itemId: number): Promise<SaleFlag | undefined>
  heldUnits: HeldUnits
} {
  return {
    readFlag: (itemId) => readSaleFlag(db, itemId),
    heldUnits: createHeldUnits({ db, clock }),
    hasOrdersInProgress,
    openUnits: readOpenUnits,
    carryUnits: insertCarriedUnits,
    exportOrders: (db, userId) => exportOrders({ db, pii }, userId),
  }
}
