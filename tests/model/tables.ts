// What PostgreSQL keeps of sales and orders, and every commit that made it so, in order.
import type { Claim } from '../../server/modules/stock/contract.ts'
import type { PlacedOrder, PlaceOutcome } from '../../server/modules/order/contract.ts'
import type { GateRow } from '../../server/modules/stock/sql-gate.ts'

export interface StockRow extends Omit<GateRow, 'databaseMs'> {
  total: number
  commitNo: number
  /** When the gate that counts was loaded, by the database's clock. */
  gateLoadedMs: number
  limitPerBuyer: number
  holdSeconds: number
  unitPriceKrw: number
}

export interface OrderRow extends PlacedOrder {
  itemId: number
  buyerId: number
  key: string
  quantity: number
  commitNo: number
  payByMs: number
  status: 'CREATED' | 'EXPIRED' | 'CANCELED'
}

/** What was decided of one claim of a batch. */
export interface Decision {
  claim: Claim
  /** As the gate numbered it; 0: no gate did. */
  sequence: number
  /** Units that its gate had granted it. */
  unitsGranted: number
  /** When it was committed: were they still taken? */
  wasTaken: boolean
  outcome: PlaceOutcome['outcome']
  order: PlacedOrder | undefined
}

export interface Commit {
  reason: 'OPENED' | 'PLACED' | 'EXPIRED' | 'CANCELED' | 'RESTOCKED' | 'RULES' | 'LOADED'
  /** Virtual time of the commit. */
  atMs: number
  /** The database's clock when it was decided. */
  databaseMs: number
  /** The rows as they are from then on. */
  stock: readonly StockRow[]
  placed: readonly OrderRow[]
  /** Orders that are not live any more. */
  ended: readonly OrderRow[]
  decisions: readonly Decision[]
}

export type Draft = Pick<Commit, 'reason' | 'stock'> & Partial<Commit>

export interface Tables {
  stock: ReadonlyMap<number, StockRow>
  orders: ReadonlyMap<number, OrderRow>
  commits: readonly Commit[]
  findByKey(claim: Pick<Claim, 'itemId' | 'buyerId' | 'key'>): OrderRow | undefined
  liveUnits(itemId: number, buyerId: number): number
  nextOrderId(): number
  /** The constraint's SQLSTATE where one is broken; nothing is written then. */
  write(draft: Draft, time: Pick<Commit, 'atMs' | 'databaseMs'>): string | undefined
}

export function createTables(): Tables {
  const stock = new Map<number, StockRow>()
  const orders = new Map<number, OrderRow>()
  const byKey = new Map<string, OrderRow>()
  const commits: Commit[] = []
  let lastOrderId = 0

  const isBroken = ({ stock: rows, placed = [] }: Draft): string | undefined => {
    if (placed.some((order) => byKey.has(keyOf(order)))) return '23505'
    return rows.some(({ available, total }) => available < 0 || available > total) ? '23514' : undefined
  }
  return {
    stock,
    orders,
    commits,
    findByKey: (claim) => byKey.get(keyOf(claim)),
    liveUnits(itemId, buyerId) {
      let units = 0
      for (const order of orders.values())
        if (order.itemId === itemId && order.buyerId === buyerId && order.status === 'CREATED')
          units += order.quantity
      return units
    },
    nextOrderId: () => ++lastOrderId,
    write(draft, time) {
      const broken = isBroken(draft)
      if (broken !== undefined) return broken
      const commit: Commit = { placed: [], ended: [], decisions: [], ...draft, ...time }
      for (const row of commit.stock) stock.set(row.itemId, row)
      for (const order of commit.placed) byKey.set(keyOf(order), order)
      for (const order of commit.placed) orders.set(order.orderId, order)
      for (const order of commit.ended) {
        byKey.set(keyOf(order), order)
        orders.set(order.orderId, order)
      }
      commits.push(commit)
      return undefined
    },
  }
}

function keyOf({ itemId, buyerId, key }: Pick<Claim, 'itemId' | 'buyerId' | 'key'>): string {
  return `${itemId} ${buyerId} ${key}`
}
