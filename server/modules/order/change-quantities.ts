// Units of an unpaid order that go back to stock or come from it: what changing and cancelling have in common.
import { writeAudit } from '../../platform/audit.ts'
import type { Tx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { StockApi, StockChange } from '../stock/contract.ts'
import { UNIT_REFUSALS } from './place-order.ts'
import { endOrder, lockOrder, updateQuantities, type LockedOrder } from './sql-write.ts'

/** Only for its buyer, and not once they have hidden it. Locked first: nobody who holds a stock row waits for an order. */
export async function lockOwnOrder(
  tx: Tx,
  { orderId, buyerId }: { orderId: number; buyerId: number },
): Promise<LockedOrder> {
  const order = await lockOrder(tx, orderId)
  if (order === undefined) throw new AppError('NOT_FOUND_ORDER')
  if (order.buyerId !== buyerId) throw new AppError('UNAUTHORIZED_ACCESS')
  if (order.isHidden) throw new AppError('NOT_FOUND_ORDER')
  return order
}

export interface QuantityChange {
  order: LockedOrder
  /** Quantities from now on, by item, of lines that the order has. */
  quantities: ReadonlyMap<number, number>
  action: 'CHANGE' | 'CANCEL'
  reason: string | undefined
}

/** Stock rows are locked last. An order of which nothing is left is cancelled. */
export async function changeQuantities(
  tx: Tx,
  stock: Pick<StockApi, 'changeUnits'>,
  { order, quantities, action, reason }: QuantityChange,
): Promise<StockChange[]> {
  const { orderId, buyerId } = order
  const after = order.lines.map((line) => ({
    ...line,
    quantity: quantities.get(line.itemId) ?? line.quantity,
  }))
  const changed = order.lines.flatMap((line, i) => {
    const { quantity } = after[i]!
    return quantity === line.quantity ? [] : [{ ...line, before: line.quantity, quantity }]
  })
  if (changed.length === 0) return []
  const isOver = after.every((line) => line.quantity === 0)
  await writeAudit(tx, [
    {
      actorId: buyerId,
      subject: 'order',
      subjectId: orderId,
      action,
      before: {
        status: order.status,
        lines: changed.map(({ itemId, before }) => ({ itemId, quantity: before })),
      },
      after: {
        status: isOver ? 'CANCELED' : order.status,
        lines: changed.map(({ itemId, quantity }) => ({ itemId, quantity })),
      },
      reason,
    },
  ])
  if (isOver) return endOrder(tx, { orderId, status: 'CANCELED', reason: 'CANCELED', actorId: buyerId })
  await updateQuantities(tx, {
    orderId,
    lines: changed,
    quantity: after.reduce((sum, line) => sum + line.quantity, 0),
    totalPriceKrw: after.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0),
  })
  const moves = changed.map(({ itemId, before, quantity, unitPrice }) => ({
    itemId,
    quantity: quantity - before,
    priceKrw: unitPrice,
  }))
  const moved = await stock.changeUnits(tx, moves, buyerId)
  if (moved.outcome !== 'changed') throw new AppError(UNIT_REFUSALS[moved.outcome])
  return moved.changes
}

/** Throws NOT_FOUND_ORDER_ITEM with the items that the order has no line of. */
export function requireLines(order: LockedOrder, itemIds: Iterable<number>, field: string): void {
  const known = new Set(order.lines.map((line) => line.itemId))
  const unknown = [...itemIds].filter((itemId) => !known.has(itemId)).slice(0, FIELDS_MAX)
  if (unknown.length === 0) return
  const reason = { ko: '이 주문에 없는 상품입니다.', en: 'Not part of this order.' }
  throw new AppError('NOT_FOUND_ORDER_ITEM', {
    fields: unknown.map((itemId) => ({ field, value: String(itemId), reason })),
  })
}

const FIELDS_MAX = 20

/** Each line at most once: two quantities of one line contradict each other. */
export function readQuantities(lines: readonly { itemId: number; quantity: number }[]): Map<number, number> {
  const quantities = new Map<number, number>()
  for (const [i, { itemId, quantity }] of lines.entries()) {
    if (quantities.has(itemId))
      throw invalidLine(i, 'itemId', itemId, {
        ko: '같은 상품이 두 번 있습니다.',
        en: 'The same item is there twice.',
      })
    quantities.set(itemId, quantity)
  }
  return quantities
}

export function invalidLine(
  index: number,
  name: 'itemId' | 'quantity',
  value: number,
  reason: { ko: string; en: string },
): AppError {
  const field = `lines.${index}.${name}`
  return new AppError('INVALID_INPUT_VALUE', { fields: [{ field, value: String(value), reason }] })
}
