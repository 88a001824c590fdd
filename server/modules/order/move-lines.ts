// Lines of paid orders go on, and their orders with them: every move of either passes here.
import type { Tx } from '../../platform/db.ts'
import type { LineStatus, OrderShipping, OrderStatus } from './contract.ts'
import { lockOrders } from './sql-money.ts'
import { updateLineStatuses, updateOrderStatuses } from './sql-reversal.ts'
import { readShippable, type ShippableRow } from './sql-shipping.ts'
import { lineStatusOf, mayMove, mayMoveLine, REVERSAL_STATES, statusOfLines } from './state.ts'

export type LineMove = Parameters<OrderShipping['moveLines']>[1][number]

export async function lockShippable(tx: Tx, orderIds: readonly number[]): Promise<ShippableRow[]> {
  await lockOrders(tx, orderIds)
  return readShippable(tx, orderIds)
}

/** Of locked orders. Lines that are being taken back stay where they are. Throws on a move that the tables do not have. */
export async function moveLines(
  tx: Tx,
  orders: readonly ShippableRow[],
  moves: readonly LineMove[],
  actorId: number | null,
): Promise<void> {
  const changed: { orderId: number; itemId: number; status: LineStatus }[] = []
  const byId = new Map(orders.map((order) => [order.orderId, order]))
  for (const { orderId, itemIds, to } of moves) {
    const order = byId.get(orderId)
    if (order === undefined) throw new Error('lines of an order that is not there')
    const wanted = new Set(itemIds)
    for (const line of order.lines) {
      const from = lineStatusOf(order, line)
      if (!wanted.has(line.itemId) || from === to || isTakenBack(from)) continue
      if (!mayMoveLine(from, to)) throw new Error(`a line can not move from ${from} to ${to}`)
      line.status = to
      changed.push({ orderId, itemId: line.itemId, status: to })
    }
  }
  if (changed.length === 0) return
  await updateLineStatuses(tx, changed)
  await followLines(tx, orders, actorId)
}

/** Orders take the state that follows from their lines. */
export async function followLines(
  tx: Tx,
  orders: readonly ShippableRow[],
  actorId: number | null,
): Promise<void> {
  const moves: { orderId: number; status: OrderStatus }[] = []
  for (const order of orders) {
    const lines = order.lines.map((line) => ({
      quantity: line.quantity,
      status: lineStatusOf(order, line),
    }))
    const status = statusOfLines(lines, order)
    if (status === order.status) continue
    if (!mayMove(order.status, status))
      throw new Error(`an order can not move from ${order.status} to ${status}`)
    moves.push({ orderId: order.orderId, status })
  }
  if (moves.length > 0) await updateOrderStatuses(tx, moves, actorId)
}

const TAKEN_BACK: readonly LineStatus[] = Object.values(REVERSAL_STATES).map(({ requested }) => requested)
const isTakenBack = (status: LineStatus): boolean => TAKEN_BACK.includes(status)
