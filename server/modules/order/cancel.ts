// Unpaid units go back to stock: some of them, some lines, or the whole order.
import type { Database } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { Once } from '../../platform/kept-answers.ts'
import type { StockApi } from '../stock/contract.ts'
import {
  changeQuantities,
  invalidLine,
  lockOwnOrder,
  readQuantities,
  requireLines,
} from './change-quantities.ts'
import type { LockedOrder } from './sql-write.ts'

export interface CancelRequest {
  orderId: number
  buyerId: number
  once: Once | undefined
  what: Cancelled
  reason: string | undefined
}

export type Cancelled =
  | { kind: 'order' }
  | { kind: 'lines'; itemIds: readonly number[]; field: string }
  | { kind: 'units'; lines: readonly { itemId: number; quantity: number }[] }

/** What is cancelled already is left as it is. */
export async function cancel(
  { database, stock }: { database: Database; stock: Pick<StockApi, 'changeUnits' | 'announceUnits'> },
  request: CancelRequest,
): Promise<void> {
  const changes = await database.transaction(async (tx) => {
    await request.once?.bind(tx)
    const order = await lockOwnOrder(tx, request)
    const quantities = quantitiesAfter(order, request.what)
    if (order.status === 'CANCELED' || quantities.size === 0) return []
    requireCancelable(order)
    return changeQuantities(tx, stock, { order, quantities, action: 'CANCEL', reason: request.reason })
  })
  stock.announceUnits(changes)
}

/** Of lines that have units left. */
function quantitiesAfter(order: LockedOrder, what: Cancelled): Map<number, number> {
  const lines = order.lines.filter((line) => line.quantity > 0)
  switch (what.kind) {
    case 'order':
      return new Map(lines.map((line) => [line.itemId, 0]))
    case 'lines': {
      const itemIds = new Set(what.itemIds)
      requireLines(order, itemIds, what.field)
      return new Map(lines.flatMap(({ itemId }) => (itemIds.has(itemId) ? [[itemId, 0]] : [])))
    }
    case 'units': {
      const units = readQuantities(what.lines)
      requireLines(order, units.keys(), 'lines')
      // The whole order is cancelled, whatever its lines had at the end.
      if (order.status === 'CANCELED') return new Map()
      const left = new Map(lines.map((line) => [line.itemId, line.quantity]))
      requireUnits(left, what.lines)
      return new Map(
        [...left].flatMap(([id, quantity]) => (units.has(id) ? [[id, quantity - units.get(id)!]] : [])),
      )
    }
  }
}

function requireUnits(
  left: ReadonlyMap<number, number>,
  lines: readonly { itemId: number; quantity: number }[],
): void {
  const at = lines.findIndex(({ itemId, quantity }) => quantity > (left.get(itemId) ?? quantity))
  if (at === -1) return
  throw invalidLine(at, 'quantity', lines[at]!.quantity, {
    ko: '주문에 남은 수량보다 많습니다.',
    en: 'More than the order still has.',
  })
}

function requireCancelable({ status }: LockedOrder): void {
  if (status === 'CREATED') return
  // What is paid is cancelled with its money.
  throw new AppError(
    status === 'SHIPPING' || status === 'SHIPPED' ? 'ALREADY_SHIPPING' : 'ORDER_NOT_CANCELABLE',
  )
}
