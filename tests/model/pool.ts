// A process's pooled connections, and the statements that run on them beside the sale's batch.
import type { SaleFlag, StockChange } from '../../server/modules/stock/contract.ts'
import type { GateRow } from '../../server/modules/stock/sql-gate.ts'
import { sqlError, type Database, type Work } from './database.ts'
import type { Draft, OrderRow, StockRow } from './tables.ts'
import type { Party, World } from './world.ts'

export interface Pool {
  loadGate(itemId: number): Promise<GateRow | undefined>
  readGates(itemIds: readonly number[]): Promise<GateRow[]>
  readFlag(itemId: number): Promise<SaleFlag | undefined>
  readUnits(itemIds: readonly number[]): Promise<StockChange[]>
  /** Ends unpaid orders whose time is over. */
  expireDue(): Promise<StockChange[]>
  expireDueOf(itemId: number): Promise<StockChange[]>
  listDueSales(): Promise<number[]>
  /** Cancels the buyer's live orders of the item. */
  cancel(itemId: number, buyerId: number): Promise<StockChange[]>
  /** What a seller does with a sale; nothing where it may not be done. */
  changeSale(itemId: number, change: SaleChange): Promise<StockChange[]>
  /** Any read, on one snapshot. */
  ask<T>(read: () => T): Promise<T>
}

/** A number of units that come or go, or the state that the sale is to have. */
export type SaleChange = number | StockRow['saleState']

const STATEMENT_MS_MAX = 10_000
/** As migration 005 bounds them. */
const SWEEP_LOCK_MS_MAX = 500
const ITEM_LOCK_MS_MAX = 100

export function createPool(world: World, database: Database, party: Party): Pool {
  const { tables } = database

  const send = (run: (reply: (answer: () => void) => void) => void, fail: (error: Error) => void): void => {
    const reply = (answer: () => void): void => void world.after(party, world.travelMs(), answer)
    world.after(database.party, world.travelMs(), () => {
      if (!database.isUp()) return reply(() => fail(sqlError('ECONNREFUSED')))
      const life = database.lives()
      run((answer) => reply(() => (life === database.lives() ? answer() : fail(sqlError('57P01')))))
    })
  }
  const ask = <T>(read: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      send((reply) => {
        const answer = read()
        reply(() => resolve(answer))
      }, reject)
    })
  const change = <T>(prepare: () => Pick<Work<T>, 'itemIds' | 'decide'>): Promise<T> =>
    new Promise((resolve, reject) => {
      send((reply) => {
        database.begin<T>({
          ...prepare(),
          lockMsMax: STATEMENT_MS_MAX,
          onEnd: (answer, error) => reply(() => (error === undefined ? resolve(answer as T) : reject(error))),
        })
      }, reject)
    })

  const gateRow = (row: StockRow): GateRow => ({ ...row, databaseMs: database.nowMs() })

  const end = (
    isDue: (order: OrderRow) => boolean,
    { status, lockMsMax }: { status: OrderRow['status']; lockMsMax: number },
  ): Promise<StockChange[]> =>
    new Promise((resolve, reject) => {
      send((reply) => {
        // Orders that somebody else holds locked are left.
        const due = [...tables.orders.values()].filter(
          (order) => order.status === 'CREATED' && isDue(order) && !database.lockedOrders.has(order.orderId),
        )
        if (due.length === 0) return reply(() => resolve([]))
        for (const { orderId } of due) database.lockedOrders.add(orderId)
        database.begin<StockChange[]>({
          itemIds: due.map((order) => order.itemId),
          lockMsMax,
          decide: () => giveBack(tables.stock, due, status),
          onEnd(answer, error) {
            for (const { orderId } of due) database.lockedOrders.delete(orderId)
            reply(() => (error === undefined ? resolve(answer!) : reject(error)))
          },
        })
      }, reject)
    })
  const isDue = ({ payByMs }: OrderRow): boolean => payByMs <= database.nowMs()

  return {
    ask,
    loadGate: (itemId) =>
      change(() => ({
        itemIds: [itemId],
        decide() {
          const row = tables.stock.get(itemId)
          if (row === undefined) return { draft: { reason: 'LOADED', stock: [] }, answer: undefined }
          const gateLoadedMs = database.nowMs()
          const loaded = { ...row, epoch: row.epoch + 1, isGateActive: true, gateLoadedMs }
          return { draft: { reason: 'LOADED', stock: [loaded] }, answer: gateRow(loaded) }
        },
      })),
    readGates: (itemIds) => ask(() => itemIds.flatMap((id) => tables.stock.get(id) ?? []).map(gateRow)),
    readFlag: (itemId) =>
      ask(() => {
        const row = tables.stock.get(itemId)
        if (row === undefined) return undefined
        const orders = [...tables.orders.values()].filter((order) => order.itemId === itemId)
        return { ...changeOf(row), buyers: new Set(orders.map(({ buyerId }) => buyerId)) }
      }),
    readUnits: (itemIds) => ask(() => itemIds.flatMap((id) => tables.stock.get(id) ?? []).map(changeOf)),
    expireDue: () => end(isDue, { status: 'EXPIRED', lockMsMax: SWEEP_LOCK_MS_MAX }),
    expireDueOf: (itemId) =>
      end((order) => order.itemId === itemId && isDue(order), {
        status: 'EXPIRED',
        lockMsMax: ITEM_LOCK_MS_MAX,
      }),
    listDueSales: () =>
      ask(() => [
        ...new Set(
          [...tables.orders.values()]
            .filter((order) => order.status === 'CREATED' && isDue(order))
            .map(({ itemId }) => itemId),
        ),
      ]),
    cancel: (itemId, buyerId) =>
      end((order) => order.itemId === itemId && order.buyerId === buyerId, {
        status: 'CANCELED',
        lockMsMax: STATEMENT_MS_MAX,
      }),
    changeSale: (itemId, wanted) =>
      change(() => ({ itemIds: [itemId], decide: () => changeSale(tables.stock.get(itemId), wanted) })),
  }
}

/** orders.give_back_units: the stock rows are locked last, and take what comes back at once. */
function giveBack(
  stock: ReadonlyMap<number, StockRow>,
  due: readonly OrderRow[],
  status: OrderRow['status'],
): { draft: Draft; answer: StockChange[] } {
  const rows = new Map<number, StockRow>()
  for (const { itemId, quantity } of due) {
    const row = rows.get(itemId) ?? { ...stock.get(itemId)!, version: stock.get(itemId)!.version + 1 }
    rows.set(itemId, { ...row, available: row.available + quantity })
  }
  const draft: Draft = {
    reason: status === 'EXPIRED' ? 'EXPIRED' : 'CANCELED',
    stock: [...rows.values()],
    ended: due.map((order) => ({ ...order, status })),
  }
  return { draft, answer: [...rows.values()].map(changeOf) }
}

function changeSale(row: StockRow | undefined, wanted: SaleChange): { draft: Draft; answer: StockChange[] } {
  const delta = typeof wanted === 'number' ? wanted : 0
  const isRefused = row === undefined || row.saleState === 'CLOSED' || row.available + delta < 0
  if (isRefused) return { draft: { reason: 'RULES', stock: [] }, answer: [] }
  const changed: StockRow = {
    ...row,
    total: row.total + delta,
    available: row.available + delta,
    version: row.version + 1,
    saleState: typeof wanted === 'number' ? row.saleState : wanted,
  }
  return {
    draft: { reason: delta === 0 ? 'RULES' : 'RESTOCKED', stock: [changed] },
    answer: [changeOf(changed)],
  }
}

function changeOf({ itemId, version, available }: StockRow): StockChange {
  return { itemId, version, available }
}
